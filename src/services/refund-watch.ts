// Watches over refunds without anybody asking: announces windows that close, looks whether cases were settled, and finds the money that came back.
import type { EventBus } from '../events/bus.ts';
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import { dueNotices, nextNoticeAt } from '../policy/refund-notices.ts';
import { longestWindowDays } from '../policy/refund-rules.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { takeBack } from './cancellations-procedure.ts';
import { domainUnlessGone } from './domain-gone.ts';
import type { OrderDeps } from './order-procedure.ts';
import { type MeteredCall, readOrder } from './order-steps.ts';
import { ordersOf, type RefundAccounts } from './refund-accounts.ts';
import { refundRights } from './refund-rights.ts';
import type { OrderRecord, RefundCaseRecord } from './services.ts';

export interface RefundWatchDeps extends OrderDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'announcements' | 'refundCases' | 'organizations' | 'ledger'>;
  readonly port: Pick<GandiPort, 'domain' | 'billing'>;
  readonly accounts: RefundAccounts;
  readonly bus: EventBus;
  /** Shortest and longest time between two looks at accounts and cases while something is expected of them, in milliseconds; it doubles while nothing comes. */
  readonly lookEveryMs: { readonly shortest: number; readonly longest: number };
}

export interface RefundWatch {
  /** Does what is due. @returns when the next thing is due, epoch milliseconds; null = nothing is known to be. */
  round(signal: AbortSignal): Promise<number | null>;
}

const DAY_MS = 86_400_000;
const CASES_AT_ONCE = 20;
/** A gateway that was down for a week still tells that windows have closed. */
const LOOK_BACK_MS = (longestWindowDays('DOMAIN') + 7) * DAY_MS;

export function createRefundWatch(deps: RefundWatchDeps): RefundWatch {
  const { store, port, accounts, bus, clock, logger, lookEveryMs } = deps;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let pauseMs = lookEveryMs.shortest;
  let expected = -1;

  /** Refunds and cases that somebody waits for. */
  const countExpected = async (): Promise<number> => {
    const visibility = { organizationId: null, clientId: null };
    const pending = await store.orders.count({ visibility, filter: { states: ['REFUND_PENDING'] } });
    return pending + (await store.refundCases.toCheck(CASES_AT_ONCE)).length;
  };

  async function announce(signal: AbortSignal): Promise<number | null> {
    let next: number | null = null;
    const now = clock.now();
    for await (const page of ordersOf(store, { states: ['COMPLETED'], createdAfter: now - LOOK_BACK_MS })) {
      signal.throwIfAborted();
      const verdicts = await refundRights(deps, page, now);
      const open = page.flatMap((order, index) => {
        const until = verdicts[index]?.until ?? null;
        return until === null ? [] : [{ order, until }];
      });
      const told = await store.announcements.known(
        'Order',
        open.map(({ order }) => order.id),
      );
      for (const { order, until } of open) {
        for (const notice of dueNotices(until, now, told.get(order.id) ?? new Set())) {
          const event = await store.announcements.once(notice, {
            organizationId: order.organizationId,
            clientId: order.clientId,
            domainName: order.domainName,
            type: notice === 'closed' ? 'REFUND_WINDOW_CLOSED' : 'REFUND_WINDOW_CLOSING',
            subjectType: 'Order',
            subjectId: order.id,
            payload: {
              orderId: order.id,
              domainName: order.domainName,
              until,
              notice,
              clientPayment: order.clientPayment,
            },
            occurredAt: now,
          });
          if (event !== null) bus.publish('events');
        }
        const at = nextNoticeAt(until, now);
        if (at !== null && (next === null || at < next)) next = at;
      }
    }
    return next;
  }

  /** An order that failed after Gandi took its money is claimed back by itself: its letter is ready, and its money is expected. */
  async function claimFailed(signal: AbortSignal): Promise<void> {
    const filter = { states: ['FAILED'] as const, createdAfter: clock.now() - LOOK_BACK_MS };
    for await (const page of ordersOf(store, filter)) {
      signal.throwIfAborted();
      const entries = Map.groupBy(await store.ledger.ofOrders(page.map(({ id }) => id)), ({ orderId }) => orderId);
      for (const order of page) {
        const kinds = entries.get(order.id)?.map(({ kind }) => kind) ?? [];
        if (!kinds.includes('CHARGE') || kinds.includes('VOID') || kinds.includes('REFUND')) continue;
        await store.refundCases.open({
          id: deps.newId(),
          orderId: order.id,
          organizationId: order.organizationId,
          ground: 'NOT_DELIVERED',
          state: 'OPEN',
          reason: null,
          deadlineAt: null,
          actor: 'system:refund-watch',
          createdAt: clock.now(),
          checkedAt: null,
          endedAt: null,
        });
        await takeBack(deps, order.id, 'It was paid and not delivered: the money is claimed back.');
      }
    }
  }

  async function checkCases(signal: AbortSignal): Promise<void> {
    const open = await store.refundCases.toCheck(CASES_AT_ONCE);
    for (const found of open) {
      signal.throwIfAborted();
      await checkCase(found, signal).catch((error: unknown) =>
        logger.warn({ error, caseId: found.id }, 'A refund case could not be checked.'),
      );
    }
  }

  /** Done is what Gandi shows, not what anybody said. */
  async function checkCase(found: RefundCaseRecord, signal: AbortSignal): Promise<void> {
    const now = clock.now();
    const { order } = await readOrder(deps, found.orderId);
    const isDone = order.state === 'REFUNDED' || (found.ground === 'POLICY' && (await isGone(order, signal)));
    if (isDone) {
      if (found.ground === 'POLICY' && order.state === 'COMPLETED')
        await takeBack(deps, order.id, 'Gandi’s people have deleted the domain; the money is on its way.');
      await store.refundCases.change(found.id, { state: 'DONE', checkedAt: now, endedAt: now });
    } else if (found.deadlineAt !== null && now >= found.deadlineAt + DAY_MS)
      await store.refundCases.change(found.id, { state: 'EXPIRED', checkedAt: now, endedAt: now });
    else await store.refundCases.change(found.id, { checkedAt: now });
  }

  async function isGone(order: OrderRecord, signal: AbortSignal): Promise<boolean> {
    const call: MeteredCall = { lane: 'poll', tenant: order.organizationId, meter: createUpstreamMeter(), signal };
    const { domainName: name, organizationId } = order;
    return (await domainUnlessGone(port, { name, organizationId, since: order.endedAt ?? clock.now() }, call)) === null;
  }

  return {
    async round(signal) {
      const nextNotice = await announce(signal);
      await claimFailed(signal);
      const now = clock.now();
      const count = await countExpected();
      const isNew = count > expected;
      if (!isNew && now - lookedAt < pauseMs)
        return count === 0 ? nextNotice : earliest(nextNotice, lookedAt + pauseMs);
      pauseMs = isNew ? lookEveryMs.shortest : Math.min(pauseMs * 2, lookEveryMs.longest);
      lookedAt = now;
      await checkCases(signal);
      for (const { id, isReseller, missingAt } of await store.organizations.all()) {
        if (!isReseller || missingAt !== null) continue;
        await accounts.settle(id, signal).catch((error: unknown) => {
          if (signal.aborted) throw error;
          logger.warn({ error, organizationId: id }, 'The prepaid account could not be read.');
        });
      }
      expected = await countExpected();
      return expected === 0 ? nextNotice : earliest(nextNotice, now + pauseMs);
    },
  };
}

const earliest = (a: number | null, b: number): number => (a === null ? b : Math.min(a, b));
