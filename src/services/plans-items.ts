// Items of a plan: which order each becomes, under which key and with which rights, and what of it is approved.
import type { Scope, Session } from '../auth/session.ts';
import type { Money } from '../lib/money.ts';
import { fingerprintOf } from './order-fingerprint.ts';
import type {
  OrderKind,
  OrderQuote,
  PlacedOrder,
  PlanItemNode,
  PlanItemRecord,
  PlanQuote,
  PlanRecord,
  PlanWish,
  RegistrantChangesService,
  RegistrationsService,
  RenewalsService,
  RestoresService,
} from './services.ts';
import type { SideEffect } from './side-effects.ts';

/** The services that items are quoted and ordered with. */
export interface PlanOrdering {
  readonly registrations: Pick<RegistrationsService, 'register' | 'quote'>;
  readonly renewals: Pick<RenewalsService, 'renew' | 'quote'>;
  readonly restores: Pick<RestoresService, 'restore' | 'quote'>;
  readonly registrantChanges: Pick<RegistrantChangesService, 'change' | 'quote'>;
}

export type PlanKind = PlanWish['kind'];

/** More would take longer to quote than a caller waits. */
export const MOST_ITEMS = 500;

interface KindFacts {
  /** The name of its input within an item. */
  readonly field: string;
  /** The mutation whose keys its orders have. */
  readonly mutation: string;
  readonly scope: Scope;
  /** Calls that check an order before it is written: domain, options, price, balance and Gandi's own dry run, as far as the kind has them. */
  readonly checks: number;
  /** Where Gandi shows no price, it is not free but unknown. */
  readonly isNeverFree: boolean;
}

export const KINDS: Readonly<Record<PlanKind, KindFacts>> = {
  REGISTER: {
    field: 'register',
    mutation: 'registerDomain',
    scope: 'registration:order',
    checks: 4,
    isNeverFree: true,
  },
  RENEW: { field: 'renew', mutation: 'renewDomain', scope: 'renewal:order', checks: 4, isNeverFree: true },
  RESTORE: { field: 'restore', mutation: 'restoreDomain', scope: 'renewal:order', checks: 2, isNeverFree: true },
  CHANGE_REGISTRANT: {
    field: 'changeRegistrant',
    mutation: 'changeRegistrant',
    scope: 'registrant:change',
    checks: 4,
    isNeverFree: false,
  },
};

/** The key of the order of an item: the same for every attempt, whoever makes it. */
export const keyOf = (planId: string, position: number): string => `plan:${planId}:${position}`;

/** Who orders for a plan, as orders name it. */
export const actorOf = (planId: string): Session['actor'] => ({ kind: 'system', id: `plan:${planId}` });

export function wishOf({ kind, input }: Pick<PlanItemRecord, 'kind' | 'input'>): PlanWish {
  return { kind, input } as unknown as PlanWish;
}

export function quoteOf({ quote }: Pick<PlanItemRecord, 'quote'>): PlanQuote {
  return quote as unknown as PlanQuote;
}

export const nodeOf = (item: PlanItemRecord): PlanItemNode => ({ ...item, quote: quoteOf(item) });

export const isBlocked = (item: PlanItemRecord): boolean => quoteOf(item).blockers.length > 0;

export function mutationOf(kind: OrderKind): string {
  return KINDS[kind as PlanKind].mutation;
}

/** Everything ordering an item needs a key for. */
export function scopesOf({ kind, input }: PlanWish): readonly Scope[] {
  const makesClient = 'client' in input && 'create' in input.client;
  return makesClient ? [KINDS[kind].scope, 'client:write'] : [KINDS[kind].scope];
}

/**
 * The session an item is ordered in: the plan's organization and the rights this one item needs, all of which its maker and its approver had.
 * Nothing else can be done with it.
 */
export function sessionFor(plan: PlanRecord, item: PlanItemRecord): Session {
  return {
    actor: actorOf(plan.id),
    organizationId: plan.organizationId,
    clientId: null,
    scopes: new Set(scopesOf(wishOf(item))),
    language: 'en',
    requestId: keyOf(plan.id, item.position),
    expiresAt: null,
  };
}

/** A copy as the database keeps it, so that what is hashed, what is quoted and what is ordered later are one thing. */
export function asKept<T>(value: T): T {
  const clean = (_key: string, inner: unknown) =>
    typeof inner === 'string' ? inner.replaceAll('\0', '').toWellFormed() : inner;
  return JSON.parse(JSON.stringify(value, clean)) as T;
}

/** SHA-256 over everything that is approved: each item's order, price, blockers and effects, and who pays. */
export function hashOf(
  organizationId: string,
  items: readonly Pick<PlanItemRecord, 'position' | 'kind' | 'domainName' | 'input' | 'quote'>[],
): string {
  return fingerprintOf({
    organizationId,
    items: items.map((item) => {
      const { price, blockers, effects, toAcknowledge, warning } = quoteOf(item);
      const { position, kind, domainName, input } = item;
      return { position, kind, domainName, input, price, blockers, effects, toAcknowledge, warning };
    }),
  });
}

/** Checks everything the order would, spends nothing, writes nothing. @throws what the quote of its kind throws. */
export function quoteWish(
  ordering: PlanOrdering,
  scope: Parameters<RenewalsService['quote']>[0],
  { kind, input }: PlanWish,
): Promise<OrderQuote> {
  switch (kind) {
    case 'REGISTER':
      return ordering.registrations.quote(scope, { ...input, acknowledge: [] });
    case 'RENEW':
      return ordering.renewals.quote(scope, { ...input, acknowledge: [] });
    case 'RESTORE':
      return ordering.restores.quote(scope, input);
    case 'CHANGE_REGISTRANT':
      return ordering.registrantChanges.quote(scope, { ...input, acknowledge: [] });
  }
}

/** What was approved of an item: exactly the price and the side effects it was quoted with. An item without a price was approved as free. */
function agreed(
  plan: PlanRecord,
  item: PlanItemRecord,
  currency: string,
): { expectedPrice: Money; acknowledge: readonly SideEffect[]; idempotencyKey: string } {
  const { price, toAcknowledge } = quoteOf(item);
  return {
    expectedPrice: price?.afterTaxes ?? { minor: 0, currency },
    acknowledge: toAcknowledge.map(({ name }) => name),
    idempotencyKey: keyOf(plan.id, item.position),
  };
}

/** Orders an item, once whatever happens. @throws what the mutation of its kind throws. */
export function placeItem(
  ordering: PlanOrdering,
  scope: Parameters<RenewalsService['quote']>[0],
  plan: PlanRecord,
  item: PlanItemRecord,
  currency: string,
): Promise<PlacedOrder> {
  const { kind, input } = wishOf(item);
  const { expectedPrice, acknowledge, idempotencyKey } = agreed(plan, item, currency);
  switch (kind) {
    case 'REGISTER':
      return ordering.registrations.register(scope, { ...input, expectedPrice, acknowledge, idempotencyKey });
    case 'RENEW':
      return ordering.renewals.renew(scope, { ...input, expectedPrice, acknowledge, idempotencyKey });
    case 'RESTORE':
      return ordering.restores.restore(scope, { ...input, expectedPrice, idempotencyKey });
    case 'CHANGE_REGISTRANT':
      return ordering.registrantChanges.change(scope, { ...input, expectedPrice, acknowledge, idempotencyKey });
  }
}
