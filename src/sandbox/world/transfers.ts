// Transfers in: payment, the holder's approval, the registry, the losing registrar. One machine, each step at its own instant.
import type { Timer } from '../../lib/clock.ts';
import type { SandboxClock } from '../clock.ts';
import { day } from '../options.ts';
import type { Ledger, Purchase } from './ledger.ts';
import { isRightAuthCode, type OutsideDomain } from './outside.ts';
import { payLater } from './payments.ts';
import type { Contact } from './records.ts';
import type { ParsedName } from './tlds.ts';

/** Names invented for the sandbox; Gandi documents `inner_step` as a free string. */
export type InnerStep = 'foa_pending' | 'registry_request' | 'losing_registrar';
/** Names invented for the sandbox; Gandi documents `errortype` as a free string. */
export type TransferFault =
  | 'insufficient_funds'
  | 'foa_refused'
  | 'foa_timeout'
  | 'domain_locked'
  | 'invalid_authinfo'
  | 'refused_by_registrar';

export interface TransferOrder {
  readonly name: ParsedName;
  readonly payerId: string;
  readonly resellerId: string | undefined;
  readonly customerId: string | undefined;
  readonly owner: Contact;
  readonly admin: Contact | undefined;
  readonly bill: Contact | undefined;
  readonly tech: Contact | undefined;
  readonly duration: number;
  readonly nameservers: readonly string[] | undefined;
  readonly authCode: string | undefined;
  readonly purchase: Purchase;
  /** A fault rule decided that this order's holder never answers. */
  readonly holderSilent?: boolean;
  /** A fault rule decided that the code given with this order is wrong. */
  readonly authCodeWrong?: boolean;
}

export interface Transfer {
  readonly order: TransferOrder;
  readonly createdAt: number;
  updatedAt: number;
  startedAt: number | undefined;
  acceptedByRegistryAt: number | undefined;
  step: 'BILL' | 'WAIT' | 'RUN' | 'ERROR';
  stepNumber: number;
  innerStep: InnerStep | undefined;
  fault: TransferFault | undefined;
  foa: { email: string; answer: 'W' | 'T' | 'F' } | undefined;
  /** When the actor we wait for has lost its chance. */
  deadlineAt: number | undefined;
  authCode: string | undefined;
  authCodeWrong: boolean;
  paid: boolean;
  timers: Timer[];
}

export interface Transfers {
  /** The transfer of a name that is under way or failed; none once it is done. */
  get(fqdn: string): Transfer | undefined;
  /** Starts a transfer and sets its price aside. A failed earlier one of the same name is replaced. */
  order(order: TransferOrder): Transfer;
  /** Starts a failed transfer again: at the registry when it was paid, at the payment otherwise. */
  relaunch(transfer: Transfer): void;
  /** Replaces the code; it is used when the registry is asked next. `wrong`: a fault rule decided that it is not the right one. */
  giveAuthCode(transfer: Transfer, code: string, wrong: boolean): void;
  /** Sends the approval mail again, to another address. */
  resendApproval(transfer: Transfer, email: string): void;
  /** The holder answers now. */
  holderAnswers(transfer: Transfer, accepts: boolean): void;
  /** The losing registrar answers now. */
  losingRegistrarAnswers(transfer: Transfer, accepts: boolean): void;
  all(): IterableIterator<Transfer>;
}

const holderDays = 5;
/** A failed transfer can be read and relaunched for so long; then what was paid is given back. */
const failedKeptDays = 30;
/** These end the order: what was paid is given back at once. The others keep the payment for a free relaunch. */
const finalFaults: ReadonlySet<TransferFault> = new Set(['foa_refused', 'foa_timeout', 'refused_by_registrar']);

export const isUnfinished = (transfer: Transfer): boolean =>
  transfer.step !== 'ERROR' || (transfer.fault !== undefined && !finalFaults.has(transfer.fault));

export interface TransferWorld {
  readonly clock: SandboxClock;
  readonly ledger: Ledger;
  /** What the domain is like now, outside or in another account here. */
  look(name: ParsedName): OutsideDomain;
  /** The transfer is done: the domain is ours. */
  arrived(transfer: Transfer, from: OutsideDomain): void;
}

export function createTransfers(world: TransferWorld): Transfers {
  const { clock, ledger, look, arrived } = world;
  const transfers = new Map<string, Transfer>();

  const later = (transfer: Transfer, ms: number, run: () => void) =>
    transfer.timers.push(clock.at(clock.now() + ms, run));
  function enter(transfer: Transfer, change: Pick<Transfer, 'step' | 'stepNumber'> & Partial<Transfer>): void {
    for (const timer of transfer.timers) timer.cancel();
    const blank = { innerStep: undefined, fault: undefined, deadlineAt: undefined };
    Object.assign(transfer, blank, change, { timers: [], updatedAt: clock.now() });
  }
  function giveBack(transfer: Transfer): void {
    if (!transfer.paid) return;
    transfer.paid = false;
    ledger.refund(transfer.order.purchase, clock.now());
  }

  function askPayment(transfer: Transfer): void {
    enter(transfer, { step: 'BILL', stepNumber: 1 });
    const { name, purchase } = transfer.order;
    const timer = payLater(world, purchase, look(name).people.paymentMs, (paid) => {
      transfer.paid = paid;
      if (!paid) return fail(transfer, 'insufficient_funds');
      transfer.startedAt = clock.now();
      askHolder(transfer);
    });
    transfer.timers.push(timer);
  }

  function askHolder(transfer: Transfer): void {
    const domain = look(transfer.order.name);
    const deadlineAt = clock.now() + holderDays * day;
    const foa = { email: domain.holderEmail, answer: 'W' as const };
    enter(transfer, { step: 'WAIT', stepNumber: 2, innerStep: 'foa_pending', foa, deadlineAt });
    expectHolder(transfer, domain.holder);
  }

  function expectHolder(transfer: Transfer, holder: OutsideDomain['holder']): void {
    const deadlineAt = transfer.deadlineAt ?? clock.now();
    transfer.timers.push(clock.at(deadlineAt, () => fail(transfer, 'foa_timeout')));
    if (transfer.order.holderSilent || holder === 'silent' || holder === 'lost') return;
    later(transfer, look(transfer.order.name).people.holderMs, () => holderAnswers(transfer, holder === 'accept'));
  }

  function holderAnswers(transfer: Transfer, accepts: boolean): void {
    if (transfer.foa) transfer.foa = { ...transfer.foa, answer: accepts ? 'T' : 'F' };
    if (accepts) askRegistry(transfer);
    else fail(transfer, 'foa_refused');
  }

  function askRegistry(transfer: Transfer): void {
    enter(transfer, { step: 'RUN', stepNumber: 3, innerStep: 'registry_request' });
    later(transfer, look(transfer.order.name).people.registryMs, () => {
      const domain = look(transfer.order.name);
      const needsCode = transfer.order.name.tld.authinfo;
      if (domain.locked) return fail(transfer, 'domain_locked');
      if (needsCode && (transfer.authCodeWrong || !isRightAuthCode(domain, transfer.authCode))) {
        return fail(transfer, 'invalid_authinfo');
      }
      transfer.acceptedByRegistryAt = clock.now();
      awaitLosingRegistrar(transfer, domain);
    });
  }

  function awaitLosingRegistrar(transfer: Transfer, domain: OutsideDomain): void {
    const waitMs = transfer.order.name.tld.losingRegistrarDays * day;
    enter(transfer, { step: 'WAIT', stepNumber: 4, innerStep: 'losing_registrar', deadlineAt: clock.now() + waitMs });
    const answers = domain.losingRegistrar;
    const afterMs = answers === 'silent' ? waitMs : Math.min(waitMs, domain.people.losingRegistrarMs);
    later(transfer, afterMs, () => losingRegistrarAnswers(transfer, answers !== 'refuse'));
  }

  function losingRegistrarAnswers(transfer: Transfer, accepts: boolean): void {
    if (!accepts) {
      fail(transfer, 'refused_by_registrar');
      return;
    }
    for (const timer of transfer.timers) timer.cancel();
    transfers.delete(transfer.order.name.fqdn);
    arrived(transfer, look(transfer.order.name));
  }

  function fail(transfer: Transfer, fault: TransferFault): void {
    enter(transfer, { step: 'ERROR', stepNumber: transfer.stepNumber, fault });
    if (finalFaults.has(fault)) giveBack(transfer);
    later(transfer, failedKeptDays * day, () => {
      giveBack(transfer);
      transfers.delete(transfer.order.name.fqdn);
    });
  }

  return {
    get: (fqdn) => transfers.get(fqdn),
    all: () => transfers.values(),
    order(order) {
      const earlier = transfers.get(order.name.fqdn);
      for (const timer of earlier?.timers ?? []) timer.cancel();
      const now = clock.now();
      const transfer: Transfer = {
        order,
        createdAt: now,
        updatedAt: now,
        startedAt: undefined,
        acceptedByRegistryAt: undefined,
        step: 'BILL',
        stepNumber: 1,
        innerStep: undefined,
        fault: undefined,
        foa: undefined,
        deadlineAt: undefined,
        authCode: order.authCode,
        authCodeWrong: order.authCodeWrong === true || look(order.name).firstCodeExpires,
        paid: false,
        timers: [],
      };
      transfers.set(order.name.fqdn, transfer);
      askPayment(transfer);
      return transfer;
    },
    relaunch(transfer) {
      if (transfer.paid) askRegistry(transfer);
      else askPayment(transfer);
    },
    giveAuthCode(transfer, code, wrong) {
      transfer.authCode = code;
      transfer.authCodeWrong = wrong;
      transfer.updatedAt = clock.now();
    },
    resendApproval(transfer, email) {
      const { deadlineAt } = transfer;
      enter(transfer, {
        step: 'WAIT',
        stepNumber: 2,
        innerStep: 'foa_pending',
        foa: { email, answer: 'W' },
        deadlineAt,
      });
      const { holder } = look(transfer.order.name);
      expectHolder(transfer, holder === 'lost' ? 'accept' : holder);
    },
    holderAnswers,
    losingRegistrarAnswers,
  };
}
