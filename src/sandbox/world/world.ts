// Puts the sandbox's world together: accounts, customers, domains, money, and the actors outside.
import type { SandboxClock } from '../clock.ts';
import { day, type OrganizationRole, type People } from '../options.ts';
import { createRandom, type Random } from '../random.ts';
import { type CustomerBook, createCustomerBook } from './customers.ts';
import { createDeletions, type Deletions } from './deletions.ts';
import { createEstate, type Estate } from './estate.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { addYears, createLifecycle, type Lifecycle } from './lifecycle.ts';
import { inventOrganizations, type User, user } from './organizations.ts';
import { createOutside, type Outside, type OutsideDomain } from './outside.ts';
import { createOwnerChanges, type OwnerChanges } from './owner-changes.ts';
import { orderPastTransfers } from './past.ts';
import { inventCustomer } from './people.ts';
import { inventAuthCode, inventPortfolio, isAbc, isLiveDns } from './portfolio.ts';
import { createPriceBook, type PriceBook } from './prices.ts';
import { customerFrom, type Domain, type NameserverKind, nameOf, type Organization } from './records.ts';
import { createRegistrations, type RegistrationOrder, type Registrations } from './registrations.ts';
import { createRenewals, type Renewals } from './renewals.ts';
import { createRestores, type Restores } from './restores.ts';
import type { ParsedName } from './tlds.ts';
import { createTransfers, type Transfers } from './transfers.ts';

export interface WorldPlan {
  readonly seed: number;
  readonly domains: number;
  readonly clients: number;
  readonly transfers: number;
  readonly prepaidCents: number;
  readonly people: People;
  readonly startAt: number;
}

export interface World {
  readonly clock: SandboxClock;
  readonly user: User;
  readonly organizations: Readonly<Record<OrganizationRole, Organization>>;
  organization(id: string): Organization | undefined;
  readonly customers: CustomerBook;
  readonly estate: Estate;
  readonly ledger: Ledger;
  readonly prices: PriceBook;
  readonly outside: Outside;
  readonly transfers: Transfers;
  readonly registrations: Registrations;
  readonly renewals: Renewals;
  readonly restores: Restores;
  readonly ownerChanges: OwnerChanges;
  readonly deletions: Deletions;
  readonly lifecycle: Lifecycle;
  readonly people: People;
  /** Chance for what happens after the start: new ids and auth codes. */
  readonly random: Random;
  /** What a name is like for someone who wants to transfer it here: outside, or held in another account of ours. */
  look(name: ParsedName): OutsideDomain;
}

/** How long before the start the first of the transfers under way was ordered. */
export const pastMs = 6 * day;

/** @param clock must stand at `plan.startAt - pastMs`; it is moved to `plan.startAt`. */
export function createWorld(plan: WorldPlan, clock: SandboxClock): World {
  const random = createRandom(plan.seed);
  const organizations = inventOrganizations(random);
  const byId = new Map(Object.values(organizations).map((organization) => [organization.id, organization]));
  const customers = createCustomerBook();
  const estate = createEstate();
  const ledger = createLedger();
  const prices = createPriceBook(clock);
  const outside = createOutside({ startAt: plan.startAt, now: clock.now, people: plan.people });
  const freed = ({ fqdn }: Domain) => outside.set(fqdn, { registered: false });
  const organization = (id: string) => byId.get(id);
  const lifecycle = createLifecycle({ clock, estate, ledger, prices, organization, freed });
  const peopleOf = (domain: Domain) => outside.look(nameOf(domain)).people;

  function look(name: ParsedName): OutsideDomain {
    const plain = outside.look(name);
    const here = estate.get(name.fqdn);
    if (!here) return plain;
    const { registeredAt, expiresAt, locked, authCode, owner } = here;
    return {
      ...plain,
      registered: true,
      internal: true,
      registeredAt,
      expiresAt,
      locked,
      authCode,
      holderEmail: owner.email,
    };
  }

  function settleIn(
    order: RegistrationOrder,
    dates: { registeredAt: number; expiresAt: number },
    addGrace?: Domain['addGrace'],
  ): void {
    const now = clock.now();
    const hosts = order.nameservers;
    const kind: NameserverKind = !hosts || isLiveDns(hosts) ? 'livedns' : isAbc(hosts) ? 'abc' : 'other';
    const domain: Domain = {
      id: random.uuid(),
      fqdn: order.name.fqdn,
      unicode: order.name.unicode,
      tld: order.name.tld,
      organizationId: order.payerId,
      customerId: order.customerId,
      createdAt: now,
      updatedAt: now,
      ...dates,
      locked: order.name.tld.lock,
      extraStatuses: [],
      autorenew: { enabled: false, duration: 1, organizationId: order.payerId },
      tags: [],
      nameserverKind: kind,
      customNameservers: kind === 'other' ? (hosts ?? []) : [],
      services: kind === 'livedns' ? ['gandilivedns'] : [],
      reachability: 'done',
      owner: order.owner,
      admin: order.admin,
      bill: order.bill,
      tech: order.tech,
      authCode: inventAuthCode(random),
      authCodeExpiresAt: undefined,
      departsAt: undefined,
      addGrace,
      beingDeleted: false,
      autorenewTries: [],
      nextStep: undefined,
    };
    estate.add(domain);
    lifecycle.follow(domain);
  }

  const transfers = createTransfers({
    clock,
    ledger,
    look,
    arrived({ order }, from) {
      const before = estate.get(order.name.fqdn);
      before?.nextStep?.cancel();
      if (before) estate.remove(before);
      const adds = order.name.tld.transferAddsYears && !from.internal;
      const latest = addYears(clock.now(), 10);
      const expiresAt = adds ? Math.min(latest, addYears(from.expiresAt, order.duration)) : from.expiresAt;
      settleIn(order, { registeredAt: from.registeredAt, expiresAt });
    },
  });
  const registrations = createRegistrations({
    clock,
    ledger,
    look,
    registered(order) {
      const registeredAt = clock.now();
      const graceMs = order.name.tld.addGraceDays * day;
      const addGrace = graceMs === 0 ? undefined : { endsAt: registeredAt + graceMs, purchase: order.purchase };
      settleIn(order, { registeredAt, expiresAt: addYears(registeredAt, order.duration) }, addGrace);
    },
  });
  const renewals = createRenewals({ clock, estate, ledger, lifecycle, peopleOf });
  const restores = createRestores({ clock, estate, ledger, lifecycle, peopleOf });
  const deletions = createDeletions({ clock, estate, ledger, peopleOf, freed });
  const ownerChanges = createOwnerChanges({
    clock,
    estate,
    ledger,
    lifecycle,
    peopleOf,
    newHolder({ domain, payerId, owner }) {
      const payer = byId.get(payerId);
      if (!payer?.reseller || payer.id !== domain.organizationId) return domain.customerId;
      if (owner.type === 'reseller') return undefined;
      const fresh = customerFrom(owner, random.uuid(), payer.id);
      const known = customers.alike(payer.id, fresh);
      if (!known) customers.add(fresh);
      return (known ?? fresh).id;
    },
  });

  customers.addAll(
    Array.from({ length: plan.clients }, (_, index) => inventCustomer(random, index, organizations.reseller.id)),
  );
  ledger.open(organizations.reseller.id, Math.max(plan.prepaidCents, 1_000_000), clock.now());
  ledger.open(organizations.company.id, 0, clock.now());
  const reseller = organizations.reseller;
  const clients = customers.ofOrganization(reseller.id);
  orderPastTransfers({
    clock,
    random,
    transfers,
    prices,
    reseller,
    clients,
    count: plan.transfers,
    startAt: plan.startAt,
  });
  clock.advance(Math.max(0, plan.startAt - clock.now()));
  ledger.topUpTo(reseller.id, plan.prepaidCents, clock.now());

  const arrived = estate.ofOrganization(reseller.id);
  const portfolio = inventPortfolio({
    random,
    now: plan.startAt,
    organization: reseller,
    customers: clients,
    taken: new Set(arrived.map((domain) => domain.fqdn)),
    count: Math.max(0, plan.domains - arrived.length),
    unlisted: plan.domains === 0 ? 0 : Math.max(2, Math.round(plan.domains / 200)),
  });
  const personal = inventPortfolio({
    random,
    now: plan.startAt,
    organization: organizations.individual,
    customers: [],
    taken: new Set([...arrived, ...portfolio.listed, ...portfolio.unlisted].map((domain) => domain.fqdn)),
    count: plan.domains === 0 ? 0 : 3,
    unlisted: 0,
  });
  estate.addAll([...portfolio.listed, ...personal.listed]);
  for (const domain of portfolio.unlisted) estate.unlist(domain);
  for (const domain of [...portfolio.listed, ...portfolio.unlisted, ...personal.listed]) lifecycle.follow(domain);

  return {
    clock,
    user,
    organizations,
    organization,
    customers,
    estate,
    ledger,
    prices,
    outside,
    transfers,
    registrations,
    renewals,
    restores,
    ownerChanges,
    deletions,
    lifecycle,
    people: plan.people,
    random,
    look,
  };
}
