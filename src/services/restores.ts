// Restores: an expired domain taken back from redemption once for each key, settled when Gandi lists it again.
import { assertCan } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import { NotFoundError, NotRestorableError } from './errors.ts';
import { fingerprintOf } from './order-fingerprint.ts';
import { readIdempotencyKey } from './order-input.ts';
import { type OnceDeps, orderOnce } from './order-once.ts';
import { findHolding, findPayer, type Holding } from './order-parties.ts';
import { assertFunds, assertPrice, priceForYears } from './order-price.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { noFindings, noteBusy, noting } from './order-quote.ts';
import { createRestoreProcedure } from './restores-procedure.ts';
import type { CatalogService, OperationScope, OrderPrice, RestoreDomainInput, RestoresService } from './services.ts';

export interface RestoreDeps extends OnceDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'audit' | 'clients'>;
  readonly port: Pick<GandiPort, 'isRestorable' | 'restore' | 'billing'>;
  readonly mirror: Pick<Mirror, 'organizations' | 'ensureClients' | 'clientDetails' | 'domainChanged'>;
  readonly catalog: Pick<CatalogService, 'prices'>;
  readonly bus: EventBus;
  readonly settings: OnceDeps['settings'] & {
    readonly firstLookMs: number;
    readonly renewalSettleMs: number;
    readonly currency: string;
  };
}

const MUTATION = 'restoreDomain';

export function createRestoresService(deps: RestoreDeps): RestoresService & { readonly procedure: OrderProcedure } {
  const procedure = createRestoreProcedure(deps);
  return {
    procedure,

    async restore(scope, input) {
      assertCan(scope.session, 'renewal:order');
      const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
      const holding = await findExpired(deps, scope, input);
      const { name, payer, domain } = holding;
      const { order, replayed } = await orderOnce(deps, scope, {
        mutation: MUTATION,
        idempotencyKey,
        payerId: payer.id,
        domainName: name,
        fingerprint: fingerprintOf(orderInput(input, holding)),
        async draft() {
          const price = await check(deps, scope, holding);
          assertPrice(price, input.expectedPrice);
          await assertFunds(deps, scope, payer, price);
          return {
            order: {
              kind: 'RESTORE',
              clientId: domain?.clientId ?? null,
              input: orderInput(input, holding),
              years: 1,
              price,
              progress: { expiresAtBefore: domain?.expiresAt ?? null },
            },
          };
        },
        prepare: async () => ({
          procedure,
          send: (order, call) => deps.port.restore({ name: order.domainName, payerId: order.organizationId }, call),
        }),
      });
      return { order, replayed };
    },

    async quote(scope, input) {
      assertCan(scope.session, 'renewal:order');
      const holding = await findExpired(deps, scope, input);
      const findings = noFindings();
      await noteBusy(deps, findings, holding.name);
      const price = await noting(findings, () => check(deps, scope, holding));
      if (price !== null) {
        await noting(findings, () => assertPrice(price, input.expectedPrice));
        await noting(findings, () => assertFunds(deps, scope, holding.payer, price));
      }
      return {
        name: holding.name,
        price,
        ...findings,
        effects: [EFFECTS[scope.session.language]],
        toAcknowledge: [],
        upstreamCalls: 1,
      };
    },
  };
}

/** A domain that Gandi may list no more, so that the mirror may not know it. */
type Expired = Omit<Holding, 'domain'> & { readonly domain: Holding['domain'] | null };

/**
 * A domain that expired before the gateway saw it is known to Gandi alone; only callers that may see every organization can name one.
 * @throws {NotFoundError|OrganizationNotEligibleError|InvalidInputError}
 */
async function findExpired(
  deps: RestoreDeps,
  scope: OperationScope,
  { domain: name, payerId }: Pick<RestoreDomainInput, 'domain' | 'payerId'>,
): Promise<Expired> {
  try {
    return await findHolding(deps, scope, name, 'to restore');
  } catch (error) {
    const isUnseen = error instanceof NotFoundError && error.path?.at(-1) === 'domain';
    if (!isUnseen || scope.session.organizationId !== null) throw error;
    return { name, payer: await findPayer(deps, scope, payerId), domain: null };
  }
}

/** One call, and one for the price list when it is not at hand. @throws {NotRestorableError|RequestFault} */
async function check(deps: RestoreDeps, scope: OperationScope, { name, payer }: Expired): Promise<OrderPrice | null> {
  if (!(await orFault(deps.port.isRestorable(name, callFor(scope, 'interactive')))))
    throw new NotRestorableError(
      `${name} cannot be restored now: either it is not in redemption, or its redemption is over. Nothing was bought.`,
    );
  return priceForYears(deps, scope, payer, { name, years: 1, process: 'RESTORE' });
}

function orderInput({ expectedPrice }: Pick<RestoreDomainInput, 'expectedPrice'>, { name, payer }: Expired) {
  return { domain: name, payerId: payer.id, ...(expectedPrice === null ? {} : { expectedPrice }) };
}

const EFFECTS = {
  en: 'Most registries renew the domain for a year with it. A restore is never refunded.',
  fr: 'La plupart des registres renouvellent en même temps le domaine pour un an. Une restauration n’est jamais remboursée.',
} as const;
