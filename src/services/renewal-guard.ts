// Keeps Gandi's own renewals to what the reseller's policies allow: decides before each attempt, switches, and tells what others switched.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { decideRenewal, policyFor, type RenewVerdict } from '../policy/auto-renew.ts';
import type { NewEvent, Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { GandiPort } from '../upstream/port.ts';
import { OutcomeError } from './errors.ts';
import type { ComingRenewal, RenewalBook } from './renewal-book.ts';
import type {
  AutoRenewDecisionRecord,
  AutoRenewPolicyRecord,
  DomainRecord,
  OperationScope,
  RenewalsService,
} from './services.ts';

export interface RenewalGuardDeps {
  readonly store: Pick<Store, 'organizations' | 'autoRenew' | 'domains'>;
  readonly port: Pick<GandiPort, 'setAutoRenew'>;
  readonly mirror: Pick<Mirror, 'domainChanged'>;
  readonly book: RenewalBook;
  readonly renewals: Pick<RenewalsService, 'renew'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this process among those that share the work. */
  readonly owner: string;
  /** A scope of the gateway itself, for reading prices and renewing. */
  readonly scopeOf: (organizationId: string) => OperationScope;
}

export interface RenewalGuard {
  /** Decides and switches what is due. @returns when the next decision is due, epoch milliseconds; null = none is known. */
  round(signal: AbortSignal): Promise<number | null>;
}

const DAY_MS = 86_400_000;
/** Attempts begin at most so long before the expiry; a lead time comes on top. */
const EARLIEST_ATTEMPT_MS = 92 * DAY_MS;
const LEASE_MS = 60_000;
const AT_ONCE = 8;
/** Gandi carries a switch out a little after it took it. */
const LOOK_AGAIN_MS = 5_000;
/** A switch that failed is tried again after this. */
const RETRY_MS = 60_000;

/** What the guard keeps with its decision. */
interface Detail {
  readonly approval?: 'YES' | 'NO';
  /** Minor units of a renewal when the term was first looked at. */
  readonly price?: number;
  readonly attemptsAt?: readonly number[];
  /** What auto-renewal has to be; null = as it is. */
  readonly autoRenew?: boolean | null;
  /** The order of the guard's own renewal, when Gandi made no attempt any more. */
  readonly orderId?: string;
  readonly failure?: string;
}

const detailOf = ({ detail }: Pick<AutoRenewDecisionRecord, 'detail'>) => detail as Detail;

export function createRenewalGuard(deps: RenewalGuardDeps): RenewalGuard {
  const { store, port, mirror, book, bus, clock, logger, owner } = deps;

  async function decideAll(
    organizationId: string,
    policies: readonly AutoRenewPolicyRecord[],
    signal: AbortSignal,
  ): Promise<number | null> {
    const now = clock.now();
    const longestLead = Math.max(...policies.map(({ leadMs }) => leadMs));
    let next: number | null = null;
    const pages = book.pages(deps.scopeOf(organizationId), {
      organizationId,
      visibility: { organizationId, clientId: null },
      expiresAfter: now,
      expiresBefore: now + EARLIEST_ATTEMPT_MS + longestLead,
    });
    for await (const page of pages) {
      signal.throwIfAborted();
      const ruled = page.flatMap((renewal) => {
        const policy = policyFor(policies, renewal.domain);
        return policy === null ? [] : [{ renewal, policy }];
      });
      const known = await store.autoRenew.decisions(
        organizationId,
        ruled.map(({ renewal }) => renewal.domain.name),
      );
      const earlier = Map.groupBy(known, ({ domainName }) => domainName);
      for (const { renewal, policy } of ruled) {
        const dueAt = await decideOne(renewal, policy, earlier.get(renewal.domain.name) ?? []);
        if (dueAt !== null && dueAt > now && (next === null || dueAt < next)) next = dueAt;
      }
    }
    return next;
  }

  /** @returns when the decision is due. */
  async function decideOne(
    renewal: ComingRenewal,
    policy: AutoRenewPolicyRecord,
    decisions: readonly AutoRenewDecisionRecord[],
  ): Promise<number | null> {
    const { domain, price } = renewal;
    const now = clock.now();
    const current = decisions.find(({ termEndsAt }) => termEndsAt === domain.expiresAt) ?? null;
    const before = current === null ? {} : detailOf(current);
    const lastTerm = decisions.filter(({ termEndsAt }) => termEndsAt < domain.expiresAt).at(-1);
    const firstPrice = before.price ?? (lastTerm && detailOf(lastTerm).price) ?? price?.minor;
    const attemptsAt = renewal.areAttemptsKnown ? renewal.attemptsAt : (before.attemptsAt ?? []);
    const verdict = decideRenewal(
      {
        policy,
        payment: renewal.payment,
        attemptsAt,
        expiresAt: domain.expiresAt,
        approval: before.approval ?? null,
        price: { before: firstPrice ?? null, now: price?.minor ?? null },
      },
      now,
    );
    if (verdict.autoRenew === null && current === null && !verdict.asks) return verdict.dueAt;
    const detail: Detail = {
      ...before,
      attemptsAt,
      autoRenew: verdict.autoRenew,
      ...(firstPrice !== undefined && { price: firstPrice }),
    };
    if (current !== null && current.reason === verdict.reason && before.autoRenew === verdict.autoRenew) {
      if (isDrifted(domain, current, verdict)) await drifted(current, domain);
      else if (needsOwnRenewal(renewal, verdict, before, now)) await renewOurselves(current, renewal);
      return verdict.dueAt;
    }
    const isDone = verdict.autoRenew === null || verdict.autoRenew === domain.autoRenew;
    const decision: AutoRenewDecisionRecord = {
      organizationId: domain.organizationId,
      domainName: domain.name,
      termEndsAt: domain.expiresAt,
      clientId: domain.clientId,
      policy: policy.policy,
      wanted: verdict.asks ? 'ASK' : verdict.autoRenew === false ? 'OFF' : 'ON',
      reason: verdict.reason,
      decidedAt: now,
      dueAt: verdict.dueAt ?? domain.expiresAt,
      state: isDone ? 'CONFIRMED' : 'PENDING',
      detail: { ...detail },
      nextLookAt: isDone ? null : now,
      updatedAt: Math.max(now, (current?.updatedAt ?? 0) + 1),
    };
    await write(decision, current?.updatedAt ?? null, [eventOf('AUTO_RENEW_DECIDED', decision, domain)]);
    return verdict.dueAt;
  }

  /** Somebody else switched what the guard had settled: told, and set right. */
  async function drifted(current: AutoRenewDecisionRecord, domain: DomainRecord): Promise<void> {
    const now = clock.now();
    const next = {
      ...current,
      state: 'PENDING' as const,
      nextLookAt: now,
      updatedAt: Math.max(now, current.updatedAt + 1),
    };
    await write(next, current.updatedAt, [eventOf('AUTO_RENEW_DRIFTED', next, domain)]);
  }

  /** Paid, or always to be renewed, and Gandi makes no attempt any more: the guard orders the renewal itself, once for the term. */
  async function renewOurselves(current: AutoRenewDecisionRecord, { domain, years }: ComingRenewal): Promise<void> {
    const detail: { orderId?: string; failure?: string } = {};
    try {
      const { order } = await deps.renewals.renew(deps.scopeOf(domain.organizationId), {
        domain: domain.name,
        years,
        currentExpiryYear: new Date(domain.expiresAt).getUTCFullYear(),
        expectedPrice: null,
        acknowledge: [],
        idempotencyKey: `guard:${domain.name}:${domain.expiresAt}`,
      });
      detail.orderId = order.id;
    } catch (error) {
      if (!(error instanceof OutcomeError)) throw error;
      detail.failure = `${error.code}: ${error.message}`;
      logger.warn(
        { domainName: domain.name, code: error.code },
        'A paid domain could not be renewed; somebody has to.',
      );
    }
    const now = clock.now();
    const next = {
      ...current,
      detail: { ...current.detail, ...detail },
      updatedAt: Math.max(now, current.updatedAt + 1),
    };
    await write(next, current.updatedAt, [eventOf('AUTO_RENEW_DECIDED', next, domain)]);
  }

  async function carryOut(decision: AutoRenewDecisionRecord, signal: AbortSignal): Promise<void> {
    const wanted = detailOf(decision).autoRenew ?? null;
    const now = clock.now();
    const put = (change: Partial<AutoRenewDecisionRecord>, events: readonly NewEvent[] = []) =>
      write({ ...decision, ...change, updatedAt: Math.max(now, decision.updatedAt + 1) }, decision.updatedAt, events);
    try {
      const call = { lane: 'poll' as const, tenant: decision.organizationId, meter: createUpstreamMeter(), signal };
      const domain = await mirror.domainChanged(decision.domainName, { ...call, maxAgeSeconds: 0 });
      const isOurs =
        domain !== null && domain.presence === 'PRESENT' && domain.organizationId === decision.organizationId;
      if (!isOurs || domain.expiresAt !== decision.termEndsAt || wanted === null)
        return await put({ state: 'CONFIRMED', nextLookAt: null });
      if (domain.autoRenew === wanted)
        return await put(
          { state: 'CONFIRMED', nextLookAt: null },
          decision.state === 'SENT' ? [eventOf('AUTO_RENEW_SWITCHED', decision, domain)] : [],
        );
      await port.setAutoRenew({ name: decision.domainName, enabled: wanted }, { ...call, lane: 'money' });
      await put({ state: 'SENT', nextLookAt: now + LOOK_AGAIN_MS });
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn({ error, domainName: decision.domainName }, 'Auto-renewal could not be switched; it is tried again.');
      await put({ nextLookAt: now + RETRY_MS });
    }
  }

  async function write(
    decision: AutoRenewDecisionRecord,
    expected: number | null,
    events: readonly NewEvent[],
  ): Promise<void> {
    const written = await store.autoRenew.decide(decision, expected, events);
    if (written !== null && written.length > 0) bus.publish('events');
  }

  function eventOf(type: NewEvent['type'], decision: AutoRenewDecisionRecord, { autoRenew }: DomainRecord): NewEvent {
    return {
      organizationId: decision.organizationId,
      clientId: decision.clientId,
      type,
      subjectType: 'Domain',
      subjectId: `${decision.organizationId}:${decision.domainName}`,
      payload: { ...decision, autoRenew },
      occurredAt: clock.now(),
    };
  }

  return {
    async round(signal) {
      let next: number | null = null;
      for (const { id, isReseller, missingAt } of await store.organizations.all()) {
        if (!isReseller || missingAt !== null) continue;
        const policies = await store.autoRenew.policies(id);
        if (policies.length === 0) continue;
        const dueAt = await decideAll(id, policies, signal);
        if (dueAt !== null && (next === null || dueAt < next)) next = dueAt;
      }
      for (;;) {
        signal.throwIfAborted();
        const now = clock.now();
        const due = await store.autoRenew.leaseDue(owner, now, now + LEASE_MS, AT_ONCE);
        await Promise.all(due.map((decision) => carryOut(decision, signal)));
        if (due.length < AT_ONCE) break;
      }
      const look = await store.autoRenew.nextDueAt();
      return look === null ? next : next === null ? look : Math.min(look, next);
    },
  };
}

/** The mirror has read the row after the guard was done, and it shows something else. */
function isDrifted(domain: DomainRecord, current: AutoRenewDecisionRecord, verdict: RenewVerdict): boolean {
  return (
    current.state === 'CONFIRMED' &&
    verdict.autoRenew !== null &&
    domain.autoRenew !== verdict.autoRenew &&
    domain.rowAsOf > current.updatedAt
  );
}

function needsOwnRenewal({ attemptsAt }: ComingRenewal, verdict: RenewVerdict, before: Detail, now: number): boolean {
  if (verdict.autoRenew !== true || verdict.dueAt !== null || before.orderId !== undefined) return false;
  return before.failure === undefined && attemptsAt.length > 0 && attemptsAt.every((at) => at <= now);
}
