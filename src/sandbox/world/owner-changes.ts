// Changes of owner: payment, the approval of both parties by mail, the registry. One machine, each step at its own instant.
import type { Timer } from '../../lib/clock.ts';
import type { SandboxClock } from '../clock.ts';
import { day, type People } from '../options.ts';
import type { Estate } from './estate.ts';
import type { Ledger, Purchase } from './ledger.ts';
import type { Lifecycle } from './lifecycle.ts';
import { payLater } from './payments.ts';
import type { Contact, Domain } from './records.ts';

/** Names invented for the sandbox; Gandi documents `errortype` as a free string. */
export type OwnerChangeFault =
  | 'insufficient_funds'
  | 'foa_refused'
  | 'foa_timeout'
  | 'registry_refused'
  | 'domain_departed';

export const parties = ['old', 'new'] as const;
export type Party = (typeof parties)[number];

export interface OwnerChangeOrder {
  readonly domain: Domain;
  readonly payerId: string;
  readonly owner: Contact;
  /** undefined: as before. */
  readonly admin: Contact | undefined;
  readonly bill: Contact | undefined;
  readonly tech: Contact | undefined;
  readonly purchase: Purchase;
  /** A fault rule decided that neither party answers its mail. */
  readonly holderSilent: boolean;
  /** A fault rule decided that the registry turns this order down after it was paid. */
  readonly registryRefuses: boolean;
}

export interface Approval {
  readonly email: string;
  readonly answer: 'W' | 'T' | 'F';
}

export interface OwnerChange {
  readonly order: OwnerChangeOrder;
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | undefined;
  step: 'BILL' | 'WAIT' | 'RUN' | 'DONE' | 'ERROR';
  stepNumber: number;
  fault: OwnerChangeFault | undefined;
  readonly approvals: Record<Party, Approval>;
  /** When a party that has not answered has lost its chance. */
  deadlineAt: number | undefined;
  timers: Timer[];
}

export interface OwnerChanges {
  /** The last change of a domain's owner that is under way, failed, or done a short while ago. */
  get(fqdn: string): OwnerChange | undefined;
  /** Sets the price aside. An earlier change of the same domain that came to its end is replaced. */
  order(order: OwnerChangeOrder): void;
  /** Sends a party its approval mail again. */
  resendApproval(change: OwnerChange, party: Party): void;
  /** A party answers now. */
  answers(change: OwnerChange, party: Party, accepts: boolean): void;
  all(): IterableIterator<OwnerChange>;
}

const approvalDays = 5;
/** One that is done can be read for so long, a failed one for longer. */
const doneKeptDays = 1;
const failedKeptDays = 30;

export const isUnderWay = ({ step }: OwnerChange): boolean => step !== 'DONE' && step !== 'ERROR';

type Habit = 'accept' | 'refuse' | 'silent' | 'lost';

/** What a person does with an approval mail is told by how the address begins; `lost-` never gets the first one. */
function habitOf(email: string): Habit {
  const habits: readonly Habit[] = ['refuse', 'silent', 'lost'];
  return habits.find((habit) => email.toLowerCase().startsWith(`${habit}-`)) ?? 'accept';
}

export interface OwnerChangeWorld {
  readonly clock: SandboxClock;
  readonly estate: Estate;
  readonly ledger: Ledger;
  readonly lifecycle: Lifecycle;
  peopleOf(domain: Domain): People;
  /** The customer who holds the domain from now on; undefined: its organization itself. */
  newHolder(order: OwnerChangeOrder): string | undefined;
}

export function createOwnerChanges(world: OwnerChangeWorld): OwnerChanges {
  const { clock, estate, ledger, lifecycle, peopleOf } = world;
  const changes = new Map<string, OwnerChange>();

  const later = (change: OwnerChange, ms: number, run: () => void) =>
    change.timers.push(clock.at(clock.now() + ms, run));
  function enter(change: OwnerChange, step: OwnerChange['step'], stepNumber: number): void {
    for (const timer of change.timers) timer.cancel();
    Object.assign(change, { step, stepNumber, deadlineAt: undefined, timers: [], updatedAt: clock.now() });
  }
  function keepFor(change: OwnerChange, days: number): void {
    later(change, days * day, () => changes.delete(change.order.domain.fqdn));
  }

  function fail(change: OwnerChange, fault: OwnerChangeFault): void {
    enter(change, 'ERROR', change.stepNumber);
    change.fault = fault;
    if (fault !== 'insufficient_funds') ledger.refund(change.order.purchase, clock.now());
    keepFor(change, failedKeptDays);
  }

  function askParties(change: OwnerChange): void {
    enter(change, 'WAIT', 2);
    change.startedAt = clock.now();
    change.deadlineAt = clock.now() + approvalDays * day;
    later(change, approvalDays * day, () => fail(change, 'foa_timeout'));
    for (const party of parties) if (habitOf(change.approvals[party].email) !== 'lost') expectAnswer(change, party);
  }

  function expectAnswer(change: OwnerChange, party: Party): void {
    const habit = habitOf(change.approvals[party].email);
    if (change.order.holderSilent || habit === 'silent') return;
    later(change, peopleOf(change.order.domain).holderMs, () => answers(change, party, habit !== 'refuse'));
  }

  function answers(change: OwnerChange, party: Party, accepts: boolean): void {
    if (change.step !== 'WAIT' || change.approvals[party].answer !== 'W') return;
    change.approvals[party] = { ...change.approvals[party], answer: accepts ? 'T' : 'F' };
    change.updatedAt = clock.now();
    if (!accepts) fail(change, 'foa_refused');
    else if (parties.every((each) => change.approvals[each].answer === 'T')) askRegistry(change);
  }

  function askRegistry(change: OwnerChange): void {
    enter(change, 'RUN', 3);
    later(change, peopleOf(change.order.domain).registryMs, () => {
      const { domain, registryRefuses } = change.order;
      if (estate.get(domain.fqdn) !== domain) return fail(change, 'domain_departed');
      if (registryRefuses) return fail(change, 'registry_refused');
      handOver(change.order);
      enter(change, 'DONE', 4);
      keepFor(change, doneKeptDays);
    });
  }

  function handOver(order: OwnerChangeOrder): void {
    const { domain, owner, admin, bill, tech } = order;
    estate.giveTo(domain, world.newHolder(order));
    domain.owner = owner;
    domain.admin = admin ?? domain.admin;
    domain.bill = bill ?? domain.bill;
    domain.tech = tech ?? domain.tech;
    domain.reachability = 'done';
    domain.autorenew = { ...domain.autorenew, enabled: false };
    estate.touch(domain, clock.now());
    lifecycle.follow(domain);
  }

  return {
    get: (fqdn) => changes.get(fqdn),
    all: () => changes.values(),
    order(order) {
      const { fqdn, owner } = order.domain;
      for (const timer of changes.get(fqdn)?.timers ?? []) timer.cancel();
      const now = clock.now();
      const change: OwnerChange = {
        order,
        createdAt: now,
        updatedAt: now,
        startedAt: undefined,
        step: 'BILL',
        stepNumber: 1,
        fault: undefined,
        approvals: { old: { email: owner.email, answer: 'W' }, new: { email: order.owner.email, answer: 'W' } },
        deadlineAt: undefined,
        timers: [],
      };
      changes.set(fqdn, change);
      const timer = payLater(world, order.purchase, peopleOf(order.domain).paymentMs, (paid) => {
        if (paid) askParties(change);
        else fail(change, 'insufficient_funds');
      });
      change.timers.push(timer);
    },
    resendApproval(change, party) {
      change.updatedAt = clock.now();
      expectAnswer(change, party);
    },
    answers,
  };
}
