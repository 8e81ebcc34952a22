// Keeps Gandi's own renewals to what the reseller's policies allow: decides before each attempt, switches, and tells what others switched.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { decideRenewal, EARLIEST_ATTEMPT_MS, policyFor, type RenewVerdict } from '../policy/auto-renew.ts';
import type { NewEvent, Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { GandiPort } from '../upstream/port.ts';
import type { ComingRenewal, RenewalBook } from './renewal-book.ts';
import { createOwnRenewals, type OwnRenewal, ownRenewalFrom } from './renewal-own.ts';
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
  /** Rounds that follow sooner on the last that decided only carry out, unless something was said or a decision is due. Default: 0. */
  readonly decideEveryMs?: number;
  /** A scope of the gateway itself, for reading prices and renewing. */
  readonly scopeOf: (organizationId: string) => OperationScope;
}

export interface RenewalGuard {
  /** Decides and switches what is due. @returns when the next decision is due, epoch milliseconds; null = none is known. */
  round(signal: AbortSignal): Promise<number | null>;
}

const DAY_MS = 86_400_000;
const LEASE_MS = 60_000;
const AT_ONCE = 8;
/** Gandi carries a switch out a little after it took it. */
const LOOK_AGAIN_MS = 5_000;
/** What failed is tried again after this. */
const RETRY_MS = 60_000;
/** Details that no list brings are read so many in a round, and none twice within the pause. */
const READS_PER_ROUND = 50;
const READ_AGAIN_MS = 3_600_000;

/** What the guard keeps with its decision. */
interface Detail {
  readonly approval?: 'YES' | 'NO';
  /** Minor units for a year: when the term was first looked at, when a rise was asked about, when somebody said yes to it. */
  readonly price?: number;
  readonly askedPrice?: number;
  readonly approvedPrice?: number;
  readonly attemptsAt?: readonly number[];
  /** What auto-renewal has to be; null = as it is. */
  readonly autoRenew?: boolean | null;
  /** What the decision before this one had sent, and nobody has seen yet. */
  readonly sent?: boolean | null;
  /** The mirror shows something else than what was settled; told when Gandi shows it too. */
  readonly isDrifted?: boolean;
  /** The guard's own renewal, when Gandi makes no attempt any more. */
  readonly own?: OwnRenewal;
}

const detailOf = ({ detail }: Pick<AutoRenewDecisionRecord, 'detail'>) => detail as Detail;

export function createRenewalGuard(deps: RenewalGuardDeps): RenewalGuard {
  const { store, port, mirror, book, bus, clock, logger, owner, decideEveryMs = 0 } = deps;
  let decided: { readonly at: number; readonly next: number | null } | null = null;
  bus.subscribe('payments', () => {
    decided = null;
  });
  const ownRenewals = createOwnRenewals(deps);
  const lastReadAt = new Map<string, number>();
  const callOf = (organizationId: string, signal: AbortSignal) => ({
    lane: 'poll' as const,
    tenant: organizationId,
    meter: createUpstreamMeter(),
    maxAgeSeconds: 0,
    signal,
  });

  async function decideAll(
    organizationId: string,
    policies: readonly AutoRenewPolicyRecord[],
    signal: AbortSignal,
  ): Promise<number | null> {
    const now = clock.now();
    const longestLead = Math.max(...policies.map(({ leadMs }) => leadMs));
    const next = earliest();
    let reads = READS_PER_ROUND;
    const pages = book.pages(deps.scopeOf(organizationId), {
      organizationId,
      visibility: { organizationId, clientId: null },
      expiresAfter: now,
      expiresBefore: now + EARLIEST_ATTEMPT_MS + longestLead,
      pricesMayBeMissing: true,
    });
    for await (const page of pages) {
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
        signal.throwIfAborted();
        const { name } = renewal.domain;
        try {
          const at = await decideOne(renewal, policy, earlier.get(name) ?? []);
          if (at !== null && at > now) next.note(at);
          if (renewal.attempts === 'UNREAD' && reads > 0 && (await read(renewal.domain, signal))) {
            reads -= 1;
            next.note(clock.now() + LOOK_AGAIN_MS);
          }
        } catch (error) {
          if (signal.aborted) throw error;
          logger.warn({ error, domainName: name }, 'The renewal of a domain could not be decided; it is tried again.');
          next.note(now + RETRY_MS);
        }
      }
    }
    return next.at();
  }

  /** Gandi's attempts are not known: the next round shall know them. @returns whether Gandi was asked. */
  async function read({ name, organizationId }: DomainRecord, signal: AbortSignal): Promise<boolean> {
    const now = clock.now();
    if (now - (lastReadAt.get(name) ?? Number.NEGATIVE_INFINITY) < READ_AGAIN_MS) return false;
    lastReadAt.set(name, now);
    await mirror.domainChanged(name, callOf(organizationId, signal));
    return true;
  }

  /** @returns when it has to be looked at again: the decision is due, or an own renewal is. */
  async function decideOne(
    renewal: ComingRenewal,
    policy: AutoRenewPolicyRecord,
    decisions: readonly AutoRenewDecisionRecord[],
  ): Promise<number | null> {
    const { domain, price, years } = renewal;
    const now = clock.now();
    const current = decisions.find(({ termEndsAt }) => termEndsAt === domain.expiresAt) ?? null;
    const before = current === null ? {} : detailOf(current);
    const lastDecision = decisions.filter(({ termEndsAt }) => termEndsAt < domain.expiresAt).at(-1);
    const lastTerm = lastDecision === undefined ? {} : detailOf(lastDecision);
    const priceNow = price === null ? null : price.minor / years;
    const firstPrice = before.price ?? lastTerm.approvedPrice ?? lastTerm.price ?? priceNow ?? undefined;
    const attemptsAt = attemptsOf(renewal, before);
    const verdict = decideRenewal(
      {
        policy,
        payment: renewal.payment,
        attemptsAt,
        expiresAt: domain.expiresAt,
        approval: before.approval ?? null,
        price: { before: firstPrice ?? null, approved: before.approvedPrice ?? null, now: priceNow },
      },
      now,
    );
    const isIdle = verdict.autoRenew === null && !verdict.asks && policy.priceHoldPercent === null;
    if (isIdle && current === null) return verdict.dueAt;
    const isAskedAnew = verdict.reason === 'PRICE_RISE' && priceNow !== null && before.askedPrice !== priceNow;
    if (current !== null && isSame(current, policy, verdict) && !isAskedAnew) {
      const isStale = verdict.dueAt !== null && verdict.dueAt > now && verdict.dueAt !== current.dueAt;
      if (isDrifted(domain, current, verdict)) await look(current);
      else if (isStale) await write({ ...current, dueAt: verdict.dueAt, updatedAt: after(current) }, current, []);
      else return later(verdict, await renewOurselves(current, renewal, verdict, attemptsAt));
      return verdict.dueAt;
    }
    const detail: Detail = {
      ...before,
      attemptsAt,
      autoRenew: verdict.autoRenew,
      ...(firstPrice !== undefined && { price: firstPrice }),
      ...(verdict.reason === 'PRICE_RISE' && priceNow !== null && { askedPrice: priceNow }),
      ...(current?.state === 'SENT' && { sent: before.autoRenew ?? null }),
    };
    // What the mirror shows was read before a switch that is still under way.
    const isSettled = current === null || current.state === 'CONFIRMED';
    const isDone = isSettled && (verdict.autoRenew === null || verdict.autoRenew === domain.autoRenew);
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
      updatedAt: current === null ? now : after(current),
    };
    const isWritten = await write(decision, current, [eventOf('AUTO_RENEW_DECIDED', decision, domain.autoRenew)]);
    if (!isWritten) return now + RETRY_MS;
    return later(verdict, await renewOurselves(decision, renewal, verdict, attemptsAt));
  }

  /** The mirror shows something else than what was settled: Gandi is asked, then it is told and set right. */
  async function look(current: AutoRenewDecisionRecord): Promise<void> {
    const detail = { ...current.detail, isDrifted: true };
    const nextLookAt = clock.now();
    await write({ ...current, state: 'PENDING', detail, nextLookAt, updatedAt: after(current) }, current, []);
  }

  /** Paid, or always to be renewed, and Gandi makes no attempt any more: the guard orders the renewal itself. @returns when to come back to it. */
  async function renewOurselves(
    current: AutoRenewDecisionRecord,
    renewal: ComingRenewal,
    verdict: RenewVerdict,
    attemptsAt: readonly number[],
  ): Promise<number | null> {
    if (verdict.autoRenew !== true || verdict.dueAt !== null) return null;
    const before = detailOf(current).own;
    const from = before === undefined ? ownRenewalFrom(renewal.domain, attemptsAt) : before.retryAt;
    if (from === null || from > clock.now()) return from;
    const own = await ownRenewals.order(renewal, before);
    const isNews = own.orderId !== before?.orderId || own.failure !== before?.failure;
    const next = { ...current, detail: { ...current.detail, own }, updatedAt: after(current) };
    await write(next, current, isNews ? [eventOf('AUTO_RENEW_DECIDED', next, renewal.domain.autoRenew)] : []);
    return own.retryAt;
  }

  async function carryOut(decision: AutoRenewDecisionRecord, signal: AbortSignal): Promise<void> {
    const { domainName, organizationId, termEndsAt } = decision;
    const { autoRenew: wanted = null, isDrifted = false, sent = null, ...rest } = detailOf(decision);
    const settled = { state: 'CONFIRMED', nextLookAt: null, detail: { ...rest, autoRenew: wanted } } as const;
    let current = decision;
    const put = async (change: Partial<AutoRenewDecisionRecord>, events: readonly NewEvent[] = []) => {
      const next = { ...current, ...change, updatedAt: after(current) };
      const isWritten = await write(next, current, events);
      current = next;
      return isWritten;
    };
    const wasSent = decision.state === 'SENT';
    const call = callOf(organizationId, signal);
    try {
      const domain = await mirror.domainChanged(domainName, call);
      const isOurs = domain !== null && domain.presence === 'PRESENT' && domain.organizationId === organizationId;
      if (!isOurs || domain.expiresAt !== termEndsAt || wanted === null) return void (await put(settled));
      const { autoRenew } = domain;
      const isSwitched = autoRenew === (wasSent ? wanted : sent);
      const events = isSwitched ? [eventOf('AUTO_RENEW_SWITCHED', decision, autoRenew)] : [];
      if (autoRenew === wanted) return void (await put(settled, events));
      if (isDrifted) events.push(eventOf('AUTO_RENEW_DRIFTED', decision, autoRenew));
      // Written before it is sent: whoever looks next knows that a switch that shows is the gateway's own.
      if (!(await put({ ...settled, state: 'SENT', nextLookAt: clock.now() + LEASE_MS }, events))) return;
      await port.setAutoRenew({ name: domainName, enabled: wanted }, { ...call, lane: 'money' });
      await put({ nextLookAt: clock.now() + (wasSent ? RETRY_MS : LOOK_AGAIN_MS) });
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn({ error, domainName }, 'Auto-renewal could not be switched; it is tried again.');
      const isUnsent = !wasSent && error instanceof UpstreamError && !error.ambiguous;
      await put({ ...(isUnsent && { state: 'PENDING' }), nextLookAt: clock.now() + RETRY_MS });
    }
  }

  async function write(
    decision: AutoRenewDecisionRecord,
    current: AutoRenewDecisionRecord | null,
    events: readonly NewEvent[],
  ): Promise<boolean> {
    const written = await store.autoRenew.decide(decision, current?.updatedAt ?? null, events);
    if (written !== null && written.length > 0) bus.publish('events');
    return written !== null;
  }

  function after({ updatedAt }: AutoRenewDecisionRecord): number {
    return Math.max(clock.now(), updatedAt + 1);
  }

  function eventOf(type: NewEvent['type'], decision: AutoRenewDecisionRecord, autoRenew: boolean): NewEvent {
    return {
      organizationId: decision.organizationId,
      clientId: decision.clientId,
      domainName: decision.domainName,
      type,
      subjectType: 'Domain',
      subjectId: `${decision.organizationId}:${decision.domainName}`,
      payload: { ...decision, autoRenew },
      occurredAt: clock.now(),
    };
  }

  async function decideEverywhere(signal: AbortSignal): Promise<number | null> {
    const now = clock.now();
    const last = decided;
    if (last !== null && now < Math.min(last.at + decideEveryMs, last.next ?? Number.POSITIVE_INFINITY))
      return last.next;
    const next = earliest();
    // Before anything is read: what is said from here on is looked at in the next round.
    const pass = { at: now, next: null };
    decided = pass;
    for (const { id, isReseller, missingAt } of await store.organizations.all()) {
      if (!isReseller || missingAt !== null) continue;
      const policies = await store.autoRenew.policies(id);
      if (policies.length === 0) continue;
      try {
        next.note(await decideAll(id, policies, signal));
      } catch (error) {
        if (signal.aborted) throw error;
        logger.warn({ error, organizationId: id }, 'Renewals could not be decided; it is tried again.');
        next.note(clock.now() + RETRY_MS);
      }
    }
    if (decided === pass) decided = { at: now, next: next.at() };
    return next.at();
  }

  return {
    async round(signal) {
      const next = earliest();
      next.note(
        await decideEverywhere(signal).catch((error: unknown) => {
          decided = null;
          throw error;
        }),
      );
      for (;;) {
        signal.throwIfAborted();
        const now = clock.now();
        const due = await store.autoRenew.leaseDue(owner, now, now + LEASE_MS, AT_ONCE);
        const ended = await Promise.allSettled(due.map((decision) => carryOut(decision, signal)));
        for (const one of ended) if (one.status === 'rejected') throw one.reason;
        if (due.length < AT_ONCE) break;
      }
      next.note(await store.autoRenew.nextDueAt());
      return next.at();
    },
  };
}

/** Gandi's, or those kept from when it told them; where it tells none, the whole time in which there may be any. */
function attemptsOf({ domain: { expiresAt }, attempts, attemptsAt }: ComingRenewal, before: Detail): readonly number[] {
  if (attempts === 'KNOWN') return attemptsAt;
  if (before.attemptsAt !== undefined && before.attemptsAt.length > 0) return before.attemptsAt;
  return attempts === 'NONE' ? [expiresAt - EARLIEST_ATTEMPT_MS, expiresAt - DAY_MS] : [];
}

function isSame(current: AutoRenewDecisionRecord, { policy }: AutoRenewPolicyRecord, verdict: RenewVerdict): boolean {
  const { reason } = current;
  return reason === verdict.reason && current.policy === policy && detailOf(current).autoRenew === verdict.autoRenew;
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

/** When a decision or an own renewal has to be looked at again. */
function later({ dueAt }: RenewVerdict, ownAt: number | null): number | null {
  return ownAt ?? dueAt;
}

/** The earliest of the instants it is told. */
function earliest() {
  let at: number | null = null;
  return {
    note(instant: number | null): void {
      if (instant !== null && (at === null || instant < at)) at = instant;
    },
    at: () => at,
  };
}
