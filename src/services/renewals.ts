// Renewals: years bought for a domain once for each key, guarded by the expiry the caller saw, settled by the expiry the registry shows.
import { assertCan } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import { dayText } from '../lib/day.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import { ExpiryChangedError, InvalidInputError, NotRenewableError, RequestFault } from './errors.ts';
import { fingerprintOf } from './order-fingerprint.ts';
import { readIdempotencyKey } from './order-input.ts';
import { type OnceDeps, orderOnce } from './order-once.ts';
import { findHolding, type Holding, readHeld } from './order-parties.ts';
import { assertFunds, assertPrice, priceOfName } from './order-price.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { noFindings, noteBusy, noteDryRun, noting } from './order-quote.ts';
import { writeOrder } from './order-steps.ts';
import { forfeitsRefund } from './order-words.ts';
import { standingRight } from './refund-rights.ts';
import { createRenewalProcedure, termAfter } from './renewals-procedure.ts';
import type {
  CatalogService,
  DomainRecord,
  OperationScope,
  OrderPrice,
  OrderRecord,
  OrganizationRecord,
  RenewalsService,
  RenewDomainInput,
} from './services.ts';
import { assertAcknowledged, type SideEffectNotice } from './side-effects.ts';

export interface RenewalDeps extends OnceDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'audit' | 'clients' | 'domains'>;
  readonly port: Pick<GandiPort, 'availability' | 'renewalOptions' | 'dryRunRenewal' | 'renew' | 'billing'>;
  readonly mirror: Pick<Mirror, 'organizations' | 'ensureClients' | 'clientDetails' | 'domainChanged'>;
  readonly catalog: Pick<CatalogService, 'prices'>;
  readonly bus: EventBus;
  readonly settings: OnceDeps['settings'] & {
    readonly firstLookMs: number;
    readonly renewalSettleMs: number;
    readonly currency: string;
  };
}

/** A renewal that Gandi took has moved the expiry within a day; after that one whose answer was lost counts as not landed. */
export const RENEWAL_SETTLE_MS = 86_400_000;
/** The same for the sandbox, where it takes seconds. */
export const QUICK_RENEWAL_SETTLE_MS = 30_000;

const MUTATION = 'renewDomain';
/** Gandi renews for one to nine years at a time (Gandi v5 docs, domain renew). */
const MOST_YEARS = 9;

type Wanted = Omit<RenewDomainInput, 'idempotencyKey'>;

/** A renewal that can be ordered, with what it would cost and do. */
interface Renewable {
  readonly domain: DomainRecord & { readonly expiresAt: number };
  readonly price: OrderPrice | null;
  readonly isPremium: boolean;
}

export function createRenewalsService(deps: RenewalDeps): RenewalsService & { readonly procedure: OrderProcedure } {
  const procedure = createRenewalProcedure(deps);
  return {
    procedure,

    async renew(scope, input) {
      assertCan(scope.session, 'renewal:order');
      const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
      assertYears(input);
      const holding = await findHolding(deps, scope, input.domain, 'to renew');
      const { name, payer } = holding;
      const { order, replayed } = await orderOnce(deps, scope, {
        mutation: MUTATION,
        idempotencyKey,
        payerId: payer.id,
        domainName: name,
        fingerprint: fingerprintOf(orderInput(input, name, payer)),
        async draft() {
          const { domain, price, isPremium } = await check(deps, scope, input, holding);
          assertAcknowledged(await effectsOf(deps, scope, holding), input.acknowledge);
          assertPrice(price, input.expectedPrice);
          await assertFunds(deps, scope, payer, price);
          return {
            order: {
              kind: 'RENEW',
              clientId: domain.clientId,
              input: orderInput(input, name, payer),
              years: input.years,
              price,
              isPremium,
              progress: { expiresAtBefore: domain.expiresAt },
            },
          };
        },
        prepare: async () => ({
          procedure,
          before: (order) => assertSameTerm(deps, scope, order),
          send: (order, call) =>
            deps.port.renew({ name: order.domainName, payerId: order.organizationId, years: input.years }, call),
        }),
      });
      return { order, replayed };
    },

    async quote(scope, input) {
      assertCan(scope.session, 'renewal:order');
      assertYears(input);
      const holding = await findHolding(deps, scope, input.domain, 'to renew');
      const { name, payer } = holding;
      const findings = noFindings();
      await noteBusy(deps, findings, name);
      const found = await noting(findings, () => check(deps, scope, input, holding));
      if (found !== null) {
        await noting(findings, () => assertPrice(found.price, input.expectedPrice));
        await noting(findings, () => assertFunds(deps, scope, payer, found.price));
        const call = callFor(scope, 'interactive');
        noteDryRun(
          findings,
          await orFault(deps.port.dryRunRenewal({ name, payerId: payer.id, years: input.years }, call)),
        );
      }
      const expiresAt = found?.domain.expiresAt ?? holding.domain.expiresAt;
      return {
        name,
        price: found?.price ?? null,
        expiresAt,
        newExpiresAt: expiresAt === null ? null : termAfter(expiresAt, input.years),
        ...findings,
        effects: [EFFECTS[scope.session.language]],
        toAcknowledge: await effectsOf(deps, scope, holding),
        upstreamCalls: 1,
      };
    },
  };
}

/** A renewal ends the right to give a fresh registration back. */
async function effectsOf(
  deps: RenewalDeps,
  { session }: OperationScope,
  { name, payer }: Holding,
): Promise<readonly SideEffectNotice[]> {
  const right = await standingRight(deps, payer.id, name, deps.clock.now());
  return right === null ? [] : [forfeitsRefund(right.verdict.until ?? 0, session.language)];
}

/**
 * Reads the domain and what can be renewed at Gandi now, and at which price: three calls.
 * @throws {NotFoundError|ExpiryChangedError|NotRenewableError|InvalidInputError|RequestFault}
 */
async function check(
  deps: RenewalDeps,
  scope: OperationScope,
  { years, currentExpiryYear }: Wanted,
  { name, payer }: Holding,
): Promise<Renewable> {
  const domain = await readHeld(deps, scope, { name, payerId: payer.id }, 'to renew');
  const { expiresAt } = domain;
  if (expiresAt === null)
    throw new NotRenewableError(
      `Gandi does not tell when ${name} expires, so a renewal could not be checked afterwards.`,
    );
  if (new Date(expiresAt).getUTCFullYear() !== currentExpiryYear)
    throw new ExpiryChangedError(
      `${name} expires on ${dayText(expiresAt)}, not in ${currentExpiryYear}: it may have been renewed already. Nothing was bought.`,
      expiresAt,
    );
  const options = await orFault(deps.port.renewalOptions(name, callFor(scope, 'interactive')));
  if (options.isProhibited) throw new NotRenewableError(`${name} cannot be renewed now: Gandi prohibits it.`);
  if (options.beginsAt !== null && options.beginsAt > deps.clock.now())
    throw new NotRenewableError(`${name} can be renewed from ${dayText(options.beginsAt)} on.`);
  if (options.durationsYears.length === 0) throw new NotRenewableError(`${name} cannot be renewed now.`);
  if (!options.durationsYears.includes(years))
    throw new InvalidInputError([
      {
        path: ['input', 'years'],
        message: `${name} cannot be renewed for this many years.`,
        found: String(years),
        expected: options.durationsYears.join(', '),
      },
    ]);
  const offer = await priceOfName(deps, scope, payer, { name, years, process: 'RENEW' });
  return { domain: { ...domain, expiresAt }, price: offer.price, isPremium: offer.isPremium };
}

/** Whether another order bought and got this very term; it may have begun and ended between the check of this one and its claim. */
async function isTermTaken({ store }: RenewalDeps, { domainName, progress }: OrderRecord): Promise<boolean> {
  const { rows } = await store.orders.list({
    visibility: { organizationId: null, clientId: null },
    filter: { domainName, kinds: ['RENEW'], states: ['COMPLETED'] },
    orderBy: { field: 'CREATED_AT', direction: 'DESC' },
    page: { first: 1 },
  });
  return rows.some(({ row }) => row.progress.expiresAtBefore === progress.expiresAtBefore);
}

/**
 * Before an order is sent again, or after another of the same term: the term is still the one it was ordered for. If somebody has renewed the domain meanwhile
 * the order fails.
 * @throws {ExpiryChangedError|RequestFault}
 */
async function assertSameTerm(deps: RenewalDeps, scope: OperationScope, order: OrderRecord): Promise<OrderRecord> {
  if (order.submittedAt === null && !(await isTermTaken(deps, order))) return order;
  const call = { ...callFor(scope, 'interactive'), meter: scope.meter, maxAgeSeconds: 0 };
  const askedAt = deps.clock.now();
  const domain = await orFault(deps.mirror.domainChanged(order.domainName, call));
  if (domain === null || domain.rowAsOf < askedAt || domain.expiresAt === null)
    throw new RequestFault(
      'UPSTREAM_UNAVAILABLE',
      `Gandi could not be asked when ${order.domainName} expires. Nothing was sent.`,
    );
  if (domain.expiresAt === order.progress.expiresAtBefore) return order;
  const message = `${order.domainName} expires on ${dayText(domain.expiresAt)} by now: it was renewed another way. Nothing was bought.`;
  await writeOrder(deps, order, {
    from: ['CLAIMED'],
    order: {
      state: 'FAILED',
      failureCode: 'EXPIRY_CHANGED',
      failureMessage: message,
      leaseOwner: null,
      leaseUntil: null,
    },
  });
  throw new ExpiryChangedError(message, domain.expiresAt);
}

function assertYears({ years }: Wanted): void {
  if (Number.isInteger(years) && years >= 1 && years <= MOST_YEARS) return;
  throw new InvalidInputError([
    {
      path: ['input', 'years'],
      message: 'A renewal is ordered for whole years.',
      found: String(years),
      expected: `1 to ${MOST_YEARS}`,
    },
  ]);
}

function orderInput({ years, currentExpiryYear, expectedPrice }: Wanted, domain: string, payer: OrganizationRecord) {
  const agreed = expectedPrice === null ? {} : { expectedPrice };
  return { domain, payerId: payer.id, years, currentExpiryYear, ...agreed };
}

const EFFECTS = {
  en: 'A renewal is never refunded, and within the days in which a fresh registration could be given back it ends that right.',
  fr: 'Un renouvellement n’est jamais remboursé et, pendant les jours où un enregistrement récent pourrait être annulé, il met fin à ce droit.',
} as const;
