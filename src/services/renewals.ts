// Renewals: years bought for a domain once for each key, guarded by the expiry the caller saw, settled by the expiry the registry shows.
import { assertCan } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import { dayText } from '../lib/day.ts';
import { moneyText } from '../lib/money.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort, UpstreamDryRun } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import {
  ExpiryChangedError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotRenewableError,
  OutcomeError,
  RequestFault,
} from './errors.ts';
import { fingerprintOf } from './order-fingerprint.ts';
import { type OnceDeps, orderOnce, orderUnderWay } from './order-once.ts';
import { assertPrice, priceOfName } from './order-price.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { writeOrder } from './order-steps.ts';
import { createRenewalProcedure, termAfter } from './renewals-procedure.ts';
import type {
  CatalogService,
  DomainRecord,
  OperationScope,
  OrderPrice,
  OrderRecord,
  OrganizationRecord,
  RenewalQuote,
  RenewalsService,
  RenewDomainInput,
} from './services.ts';
import { findPayer } from './transfers-check.ts';
import { readIdempotencyKey } from './transfers-input.ts';

export interface RenewalDeps extends OnceDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'audit' | 'clients' | 'domains'>;
  readonly port: Pick<
    GandiPort,
    'availability' | 'renewalOptions' | 'dryRunRenewal' | 'renew' | 'billing' | 'transferability'
  >;
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
  readonly payer: OrganizationRecord;
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
      const { name, payer } = await findHolder(deps, scope, input);
      const { order, replayed } = await orderOnce(deps, scope, {
        mutation: MUTATION,
        idempotencyKey,
        payerId: payer.id,
        domainName: name,
        fingerprint: fingerprintOf(orderInput(input, name, payer)),
        async draft() {
          const { domain, price, isPremium } = await check(deps, scope, input, name, payer);
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
      const { name, payer, domain: seen } = await findHolder(deps, scope, input);
      const blockers: RenewalQuote['blockers'][number][] = [];
      const busy = await orderUnderWay(deps, name);
      if (busy !== null)
        blockers.push({
          code: 'OPERATION_IN_PROGRESS',
          message: `An order for ${name} has not ended yet.`,
          path: ['input', 'domain'],
        });
      let found: Renewable | null = null;
      let warning: string | null = null;
      try {
        found = await check(deps, scope, input, name, payer);
        assertPrice(found.price, input.expectedPrice);
        await assertFunds(deps, scope, payer, found.price);
        warning = await askGandi(deps, scope, input, name, payer, blockers);
      } catch (error) {
        if (!(error instanceof OutcomeError)) throw error;
        blockers.push({ code: error.code, message: error.message, path: error.path });
      }
      const expiresAt = found?.domain.expiresAt ?? seen.expiresAt;
      return {
        name,
        price: found?.price ?? null,
        expiresAt,
        newExpiresAt: expiresAt === null ? null : termAfter(expiresAt, input.years),
        blockers,
        effects: [EFFECTS[scope.session.language]],
        upstreamCalls: 1,
        warning,
      };
    },
  };
}

/** The domain, wherever the caller sees it, and the organization that pays for it. @throws {NotFoundError|OrganizationNotEligibleError} */
async function findHolder(deps: RenewalDeps, scope: OperationScope, { domain: name }: Wanted) {
  const found = await orFault(scope.loaders.domainsByName.load(name));
  const domain = found.find(({ presence }) => presence !== 'ABSENT_CONFIRMED');
  if (domain === undefined) throw noSuchDomain(name);
  const payer = await findPayer(deps, scope, domain.organizationId);
  return { name, payer, domain };
}

/**
 * Reads the domain and what can be renewed at Gandi now, and at which price: three calls.
 * @throws {NotFoundError|ExpiryChangedError|NotRenewableError|InvalidInputError|RequestFault}
 */
async function check(
  deps: RenewalDeps,
  scope: OperationScope,
  { years, currentExpiryYear }: Wanted,
  name: string,
  payer: OrganizationRecord,
): Promise<Renewable> {
  const call = { ...callFor(scope, 'interactive'), meter: scope.meter };
  const domain = await orFault(deps.mirror.domainChanged(name, { ...call, maxAgeSeconds: 0 }));
  if (domain === null || domain.presence !== 'PRESENT' || domain.organizationId !== payer.id) throw noSuchDomain(name);
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
  const options = await orFault(deps.port.renewalOptions(name, call));
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
  return { payer, domain: { ...domain, expiresAt }, ...offer };
}

/**
 * Before an order is sent again: the term is still the one it was ordered for. Somebody else may have renewed the domain meanwhile; then the order fails.
 * @throws {ExpiryChangedError|RequestFault}
 */
async function assertSameTerm(deps: RenewalDeps, scope: OperationScope, order: OrderRecord): Promise<OrderRecord> {
  if (order.submittedAt === null) return order;
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

/** A balance that Gandi does not tell blocks nothing. @throws {InsufficientFundsError|RequestFault} */
async function assertFunds(
  { port }: RenewalDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  price: OrderPrice | null,
): Promise<void> {
  if (price === null) return;
  const { prepaid } = await orFault(port.billing(payer.id, callFor(scope, 'interactive')));
  const needed = price.afterTaxes;
  if (prepaid === null || prepaid.balance.currency !== needed.currency || prepaid.balance.minor >= needed.minor) return;
  throw new InsufficientFundsError(
    `The prepaid account of ${payer.name} holds ${moneyText(prepaid.balance)}; ${moneyText(needed)} are needed. Top it up at Gandi, then order again with the same key.`,
    { needed, available: prepaid.balance },
  );
}

/** Gandi's own dry run; what it objects to becomes blockers. */
async function askGandi(
  { port }: RenewalDeps,
  scope: OperationScope,
  { years }: Wanted,
  name: string,
  payer: OrganizationRecord,
  blockers: RenewalQuote['blockers'][number][],
): Promise<string | null> {
  const answer: UpstreamDryRun = await orFault(
    port.dryRunRenewal({ name, payerId: payer.id, years }, callFor(scope, 'interactive')),
  );
  for (const { field, message } of answer.problems)
    blockers.push({ code: 'REJECTED_BY_GANDI', message: field === '' ? message : `${field}: ${message}`, path: null });
  return answer.warning;
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

function noSuchDomain(name: string): NotFoundError {
  return new NotFoundError(`There is no domain ${name} to renew.`, ['input', 'domain']);
}

const EFFECTS = {
  en: 'A renewal is never refunded, and within the days in which a fresh registration could be given back it ends that right.',
  fr: 'Un renouvellement n’est jamais remboursé et, pendant les jours où un enregistrement récent pourrait être annulé, il met fin à ce droit.',
} as const;
