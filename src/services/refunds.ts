// Refunds: until when an order can be given back, giving it back, and claims where nothing was delivered.
import { assertCan, canSee } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import { dayText } from '../lib/day.ts';
import { isSafeLine, lengthOf, shown } from '../lib/text.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { allRefundRules, longestWindowDays, refundRule } from '../policy/refund-rules.ts';
import type { RefundVerdict } from '../policy/refunds.ts';
import type { Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { GandiPort } from '../upstream/port.ts';
import { visibilityOf } from './calls.ts';
import { createCancellationProcedure, takeBack } from './cancellations-procedure.ts';
import { InvalidInputError, NotFoundError, NotRefundableError, RejectedByGandiError } from './errors.ts';
import { fingerprintOf } from './order-fingerprint.ts';
import { fieldAt, readIdempotencyKey } from './order-input.ts';
import { type OnceDeps, orderOnce } from './order-once.ts';
import { readHeld } from './order-parties.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { noFindings, noteBusy, noting } from './order-quote.ts';
import { writeOrder } from './order-steps.ts';
import { effect } from './order-words.ts';
import { isUuid } from './orders.ts';
import type { RefundAccounts } from './refund-accounts.ts';
import { guided } from './refund-cases.ts';
import { refundRights } from './refund-rights.ts';
import type {
  CancelOrderInput,
  DomainRecord,
  GuidedCase,
  OperationScope,
  OrderRecord,
  RefundableOrder,
  RefundCaseRecord,
  RefundGround,
  RefundsService,
} from './services.ts';
import { assertAcknowledged, type SideEffectNotice } from './side-effects.ts';

export interface RefundDeps extends OnceDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'audit' | 'refundCases' | 'domains'>;
  readonly port: Pick<GandiPort, 'deleteDomain' | 'domain' | 'billing'>;
  readonly mirror: Pick<Mirror, 'domainChanged'>;
  readonly accounts: RefundAccounts;
  readonly bus: EventBus;
  readonly settings: OnceDeps['settings'] & { readonly firstLookMs: number; readonly renewalSettleMs: number };
}

const MUTATION = 'cancelOrder';
const DAY_MS = 86_400_000;
const PER_PAGE = 100;
/** How far Gandi's clock may be behind ours. */
const CLOCK_SKEW_MS = 300_000;
const LONGEST_REASON = 1_000;
/** Orders older than the longest window of any rule cannot be eligible. */
const LONGEST_WINDOW_MS = longestWindowDays('DOMAIN') * DAY_MS;

export function createRefundsService(deps: RefundDeps): RefundsService & { readonly procedure: OrderProcedure } {
  const { store, clock } = deps;
  const procedure = createCancellationProcedure(deps);

  const orderOf = async (scope: OperationScope, orderId: string): Promise<OrderRecord> => {
    const order = isUuid(orderId) ? await scope.loaders.orders.load(orderId) : null;
    if (order === null) throw new NotFoundError('There is no such order.', ['input', 'orderId']);
    return order;
  };
  const verdictOn = async (order: OrderRecord): Promise<RefundVerdict> => {
    const [verdict] = await refundRights(deps, [order], clock.now());
    if (verdict === undefined) throw new Error(`Order ${order.id} got no verdict.`);
    return verdict;
  };
  const assertEligible = async (order: OrderRecord): Promise<RefundVerdict & { readonly until: number }> => {
    const verdict = await verdictOn(order);
    if (verdict.state === 'ELIGIBLE' && verdict.until !== null) return { ...verdict, until: verdict.until };
    throw new NotRefundableError(WHY_NOT[verdict.state](verdict.until), verdict.state);
  };
  const openCase = async (
    scope: OperationScope,
    order: OrderRecord,
    ground: RefundGround,
    { reason, deadlineAt }: { readonly reason: string | null; readonly deadlineAt: number | null },
  ): Promise<GuidedCase> => {
    const { kind, id } = scope.session.actor;
    const record: RefundCaseRecord = {
      id: deps.newId(),
      orderId: order.id,
      organizationId: order.organizationId,
      ground,
      state: 'OPEN',
      reason,
      deadlineAt,
      actor: `${kind}:${id}`,
      createdAt: clock.now(),
      checkedAt: null,
      endedAt: null,
    };
    return guided(await store.refundCases.open(record), order, scope.session.language);
  };
  /** The domain as it is now, and what is lost with it: what was set up on it stops (Gandi v5 docs, services of a domain). */
  const effectsOf = async (scope: OperationScope, order: OrderRecord): Promise<readonly SideEffectNotice[]> => {
    const domain = await assertStillBought(scope, order);
    const [known] = await store.domains.details([domain]);
    const services = known?.detail.services ?? [];
    const { name, message } = effect('DELETES_DOMAIN', scope.session.language);
    const list = services.length === 0 ? '' : ` (${services.join(', ')})`;
    return [{ name, message: `${message}${list}` }];
  };

  return {
    procedure,

    async of(scope, order) {
      assertCan(scope.session, 'portfolio:read');
      return verdictOn(order);
    },

    async cases(scope, order) {
      assertCan(scope.session, 'portfolio:read');
      const found = await store.refundCases.ofOrders([order.id]);
      return found.map((record) => guided(record, order, scope.session.language));
    },

    policies(scope, { product, tld, at }) {
      assertCan(scope.session, 'portfolio:read');
      const extension = tld ?? '*';
      const operations = new Set(
        allRefundRules()
          .filter((rule) => product === null || rule.product === product)
          .map((rule) => `${rule.product} ${rule.operation}`),
      );
      return [...operations].flatMap((text) => {
        const [of, operation] = text.split(' ') as [never, never];
        return refundRule({ product: of, operation, tld: extension, at: at ?? clock.now() }) ?? [];
      });
    },

    async refundable(scope, { closingBefore, clientPaid, limit }) {
      assertCan(scope.session, 'portfolio:read');
      const now = clock.now();
      const found: RefundableOrder[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await store.orders.list({
          visibility: visibilityOf(scope),
          filter: {
            states: ['COMPLETED'],
            createdAfter: now - LONGEST_WINDOW_MS,
            ...(clientPaid !== null && { clientPayment: clientPaid ? ['PAID'] : ['UNKNOWN', 'UNPAID'] }),
          },
          orderBy: { field: 'CREATED_AT', direction: 'ASC' },
          page: { first: PER_PAGE, ...(after !== undefined && { after }) },
        });
        const orders = page.rows.map(({ row }) => row);
        const verdicts = await refundRights(deps, orders, now);
        for (const [index, order] of orders.entries()) {
          const verdict = verdicts[index];
          if (verdict?.state !== 'ELIGIBLE' || verdict.until === null) continue;
          if (closingBefore === null || verdict.until < closingBefore) found.push({ order, until: verdict.until });
        }
        after = page.rows.at(-1)?.cursor;
        if (!page.hasNextPage || after === undefined) break;
      }
      return found.sort((a, b) => a.until - b.until).slice(0, limit);
    },

    async cancel(scope, input) {
      assertCan(scope.session, 'order:cancel');
      const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
      const reason = readReason(input.reason);
      const target = await orderOf(scope, input.orderId);
      let until: number | null = null;
      try {
        const { order, replayed } = await orderOnce(deps, scope, {
          mutation: MUTATION,
          idempotencyKey,
          payerId: target.organizationId,
          domainName: target.domainName,
          fingerprint: fingerprintOf({ orderId: target.id, reason }),
          async draft() {
            ({ until } = await assertEligible(target));
            await rememberBalance(target.organizationId);
            assertAcknowledged(await effectsOf(scope, target), input.acknowledge);
            const { clientId, id } = target;
            return {
              order: {
                kind: 'DELETE',
                clientId,
                input: { orderId: id, reason },
                years: null,
                price: null,
                targetOrderId: id,
                progress: { until },
              },
            };
          },
          prepare: async () => ({
            procedure,
            before: async (claimed) => {
              await assertEligible(target);
              await assertStillBought(scope, target);
              return claimed;
            },
            send: (claimed, call) => deps.port.deleteDomain(claimed.domainName, call),
          }),
        });
        if (order.state === 'FAILED') {
          const deadlineAt = (order.progress as { readonly until?: number }).until ?? null;
          return { guidedCase: await openCase(scope, target, 'POLICY', { reason, deadlineAt }) };
        }
        return { order, replayed };
      } catch (error) {
        if (!isNotForUs(error)) throw error;
        const deadlineAt = until ?? (await verdictOn(target)).until;
        return { guidedCase: await openCase(scope, target, 'POLICY', { reason, deadlineAt }) };
      }
    },

    async quote(scope, input) {
      assertCan(scope.session, 'order:cancel');
      const target = await orderOf(scope, input.orderId);
      const findings = noFindings();
      await noting(findings, () => readReason(input.reason));
      await noting(findings, () => assertEligible(target));
      await noteBusy(deps, findings, target.domainName);
      const effects = await noting(findings, () => effectsOf(scope, target));
      const verdict = await verdictOn(target);
      return {
        name: target.domainName,
        price: target.price,
        ...findings,
        effects: verdict.conditions,
        toAcknowledge: effects ?? [],
        upstreamCalls: 1,
      };
    },

    async claim(scope, { orderId, ground, evidence }) {
      assertCan(scope.session, 'order:cancel');
      const reason = readReason(evidence, 'evidence');
      const order = await orderOf(scope, orderId);
      const verdict = await verdictOn(order);
      if (ground === 'POLICY' && verdict.state !== 'ELIGIBLE' && verdict.state !== 'PENDING')
        throw new NotRefundableError(WHY_NOT[verdict.state](verdict.until), verdict.state);
      if (ground === 'NOT_DELIVERED') await assertPaidForNothing(scope, order);
      if (ground === 'GOODWILL' && !(await isChargeOpen(scope, order)))
        throw new NotRefundableError('Nothing was paid for this order, or the money came back.', 'NOTHING_PAID');
      const made = await openCase(scope, order, ground, {
        reason,
        deadlineAt: ground === 'POLICY' ? verdict.until : null,
      });
      if (ground === 'NOT_DELIVERED') {
        await endStuck(order);
        await takeBack(deps, order.id, 'It was paid and not delivered: the money is claimed back.');
      }
      return made;
    },
  };

  /**
   * The domain of this name may be another one by now: deleted and registered again, or handed to somebody else, elsewhere.
   * @throws {NotFoundError|NotRefundableError|RequestFault}
   */
  async function assertStillBought(scope: OperationScope, order: OrderRecord): Promise<DomainRecord> {
    const held = { name: order.domainName, payerId: order.organizationId };
    const domain = await readHeld(deps, scope, held, 'to give back');
    if (!canSee(scope.session, domain)) throw new NotFoundError('There is no such order.', ['input', 'orderId']);
    const { registeredAt } = order.progress as { readonly registeredAt?: number };
    const createdAt = domain.registryCreatedAt ?? domain.createdAt;
    const isOther =
      domain.clientId !== order.clientId ||
      createdAt === null ||
      (registeredAt === undefined ? createdAt < order.createdAt - CLOCK_SKEW_MS : createdAt !== registeredAt);
    if (!isOther) return domain;
    throw new NotRefundableError(
      `${order.domainName} is not what this order bought any more: it was registered again or given to somebody else since. Nothing was sent.`,
      'FORFEITED',
    );
  }

  /** Without the balance before, the money that comes back could not be told; with another order under way it cannot be known. */
  async function rememberBalance(organizationId: string): Promise<void> {
    await deps.accounts
      .settle(organizationId)
      .catch((error: unknown) => deps.logger.warn({ error, organizationId }, 'The prepaid account could not be read.'));
  }

  /** An order that waits for somebody forever is given up with its claim, so that the domain can be ordered again. */
  async function endStuck(order: OrderRecord): Promise<void> {
    await writeOrder(deps, order, {
      from: ['ACTION_REQUIRED'],
      order: {
        state: 'FAILED',
        nextLookAt: null,
        failureCode: 'NOT_DELIVERED',
        failureMessage: 'It was paid, and Gandi never carried it out.',
      },
    });
  }

  /** Gandi was paid, and the money has not come back. */
  async function isChargeOpen(scope: OperationScope, { id }: OrderRecord): Promise<boolean> {
    const kinds = new Set((await scope.loaders.ledgerByOrder.load(id)).map(({ kind }) => kind));
    return kinds.has('CHARGE') && !kinds.has('VOID') && !kinds.has('REFUND');
  }

  /** An order that failed after Gandi took its money, which has not come back. @throws {NotRefundableError} */
  async function assertPaidForNothing(scope: OperationScope, order: OrderRecord): Promise<void> {
    const isStuck = ['FAILED', 'ACTION_REQUIRED', 'REFUND_PENDING'].includes(order.state);
    if (isStuck && (await isChargeOpen(scope, order))) return;
    throw new NotRefundableError(
      'Only an order that was paid and has failed, and whose money has not come back, can be claimed as not delivered.',
      'NOTHING_PAID',
    );
  }
}

/** Gandi keeps deletions to some accounts (Gandi v5 changelog, 2022-11): refused as such, its people have to be asked. */
function isNotForUs(error: unknown): boolean {
  if (!(error instanceof RejectedByGandiError)) return false;
  return error.cause instanceof UpstreamError && error.cause.kind === 'forbidden';
}

function readReason(text: CancelOrderInput['reason'], field = 'reason'): string | null {
  const reason = text?.trim() ?? '';
  if (reason === '') return null;
  if (isSafeLine(reason) && lengthOf(reason) <= LONGEST_REASON) return reason;
  throw new InvalidInputError([
    fieldAt(field, 'This cannot be passed on.', shown(reason), `one line of at most ${LONGEST_REASON} characters`),
  ]);
}

const WHY_NOT: Readonly<Record<RefundVerdict['state'], (until: number | null) => string>> = {
  ELIGIBLE: () => 'It can be given back.',
  EXPIRED: (until) =>
    `The time to give it back is over${until === null ? '' : ` since ${dayText(until)}`}. Nothing was sent.`,
  FORFEITED: () =>
    'The domain was renewed, restored or given to another registrant since; that ended the right. Nothing was sent.',
  NEVER: () => 'Gandi never refunds such an order. Nothing was sent.',
  UNKNOWN: () =>
    'Whether Gandi refunds such an order is not known, which is no yes; claimRefund prepares a letter to its support. Nothing was sent.',
  UNDER_WAY: () => 'The order has not ended yet. Nothing was sent.',
  PENDING: () => 'It was given back already; the money is on its way. Nothing was sent.',
  REFUNDED: () => 'It was given back already, and the money came back. Nothing was sent.',
  NOTHING_PAID: () => 'Nothing was paid for it. Nothing was sent.',
};
