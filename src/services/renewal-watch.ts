// Tells of domains whose term ends soon and that will not be renewed although they should: once for each reason and lead.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { Money } from '../lib/money.ts';
import { policyFor } from '../policy/auto-renew.ts';
import { LEADS_DAYS, leadReached } from '../policy/leads.ts';
import { type RenewalRisk, renewalRisks } from '../policy/renewal-risk.ts';
import { simulateRunway } from '../policy/runway.ts';
import { payloadOf } from '../store/event-payloads.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ComingRenewal, RenewalBook } from './renewal-book.ts';
import type { OwnRenewal } from './renewal-own.ts';
import type { AutoRenewDecisionRecord, AutoRenewPolicyRecord, ExposureService, OperationScope } from './services.ts';

export interface RenewalWatchDeps {
  readonly store: Pick<Store, 'organizations' | 'autoRenew' | 'domains' | 'announcements'>;
  readonly book: RenewalBook;
  readonly exposure: Pick<ExposureService, 'balance'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A scope of the gateway itself. */
  readonly scopeOf: (organizationId: string) => OperationScope;
}

export interface RenewalWatch {
  /** At most one call for each account, and the prices when they are old. @returns null: it is called again after the job's own pause. */
  round(signal: AbortSignal): Promise<null>;
}

const LOOK_AHEAD_DAYS = LEADS_DAYS[0];
const DAY_MS = 86_400_000;

export function createRenewalWatch(deps: RenewalWatchDeps): RenewalWatch {
  const { store, book, exposure, bus, clock, logger, scopeOf } = deps;

  async function lookAt(organizationId: string, signal: AbortSignal): Promise<void> {
    const now = clock.now();
    const policies = await store.autoRenew.policies(organizationId);
    const pages = book.pages(scopeOf(organizationId), {
      organizationId,
      visibility: { organizationId, clientId: null },
      expiresAfter: now,
      expiresBefore: now + LOOK_AHEAD_DAYS * DAY_MS,
      pricesMayBeMissing: true,
    });
    const coming: ComingRenewal[] = [];
    for await (const page of pages) {
      signal.throwIfAborted();
      coming.push(...page);
    }
    if (coming.length === 0) return;
    const unaffordable = await findUnaffordable(organizationId, coming, signal);
    for (let from = 0; from < coming.length; from += AT_ONCE) {
      signal.throwIfAborted();
      await tellOf(organizationId, coming.slice(from, from + AT_ONCE), policies, unaffordable);
    }
  }

  /** Names that no attempt can pay for; none when the account cannot be looked at. */
  async function findUnaffordable(
    organizationId: string,
    coming: readonly ComingRenewal[],
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const balance = await balanceOf(organizationId, signal);
    if (balance === null) return new Set();
    const now = clock.now();
    const renewals = coming.flatMap(({ domain, attemptsAt, payerId, price }) => {
      const isOurs = payerId === null || payerId === organizationId;
      if (!domain.autoRenew || !isOurs || price?.currency !== balance.currency) return [];
      return [{ domainName: domain.name, attemptsAt: attemptsAt.filter((at) => at > now), cost: price.minor }];
    });
    return new Set(simulateRunway(balance.minor, renewals).unpaid);
  }

  async function balanceOf(organizationId: string, signal: AbortSignal): Promise<Money | null> {
    try {
      const query = { organizationId, withinDays: LOOK_AHEAD_DAYS };
      return (await exposure.balance(scopeOf(organizationId), query))?.amount ?? null;
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn({ error, organizationId }, 'The prepaid account could not be looked at.');
      return null;
    }
  }

  async function tellOf(
    organizationId: string,
    coming: readonly ComingRenewal[],
    policies: readonly AutoRenewPolicyRecord[],
    unaffordable: ReadonlySet<string>,
  ): Promise<void> {
    const now = clock.now();
    const names = coming.map(({ domain }) => domain.name);
    const decisions = await store.autoRenew.decisions(organizationId, names);
    const details = await store.domains.details(coming.map(({ domain }) => domain));
    const told = await store.announcements.known(
      'Domain',
      names.map((name) => subjectOf(organizationId, name)),
    );
    const reachability = new Map(details.map(({ name, detail }) => [name, detail.reachability]));
    for (const renewal of coming) {
      const { name, expiresAt, autoRenew, eppStatuses } = renewal.domain;
      const leadDays = leadReached(expiresAt, now);
      if (leadDays === null) continue;
      const policy = policyFor(policies, renewal.domain);
      const decision = decisions.find((one) => one.domainName === name && one.termEndsAt === expiresAt);
      const facts = {
        renewal: policy === null ? null : factsOf(renewal, policy, decision),
        autoRenew: autoRenew || isUnderWay(decision),
        eppStatuses,
        reachability: reachability.get(name) ?? null,
        isUnaffordable: unaffordable.has(name),
      };
      for (const reason of renewalRisks(facts, now)) {
        const key = `at-risk:${expiresAt}:${reason}:${leadDays}`;
        if (!told.get(subjectOf(organizationId, name))?.has(key)) await tell(key, renewal, reason, leadDays, policy);
      }
    }
  }

  async function tell(
    key: string,
    { domain, attemptsAt, attempts, price }: ComingRenewal,
    reason: RenewalRisk,
    leadDays: number,
    policy: AutoRenewPolicyRecord | null,
  ): Promise<void> {
    const now = clock.now();
    const { organizationId, name, clientId, expiresAt, autoRenew } = domain;
    const renewsAt = attempts === 'KNOWN' && autoRenew ? (attemptsAt.find((at) => at > now) ?? null) : null;
    const event = await store.announcements.once(key, {
      organizationId,
      // What the reseller has on its account is no business of its clients.
      clientId: reason === 'BALANCE' ? null : clientId,
      domainName: name,
      type: 'RENEWAL_AT_RISK',
      subjectType: 'Domain',
      subjectId: subjectOf(organizationId, name),
      payload: payloadOf('RENEWAL_AT_RISK', {
        ...{ domainName: name, expiresAt, reason, leadDays, autoRenew, renewsAt, price },
        policy: policy?.policy ?? null,
      }),
      occurredAt: now,
    });
    if (event !== null) bus.publish('events');
  }

  return {
    async round(signal) {
      for (const { id, isReseller, missingAt } of await store.organizations.all()) {
        if (!isReseller || missingAt !== null) continue;
        signal.throwIfAborted();
        try {
          await lookAt(id, signal);
        } catch (error) {
          if (signal.aborted) throw error;
          logger.warn({ error, organizationId: id }, 'Coming renewals could not be looked at.');
        }
      }
      return null;
    },
  };
}

const AT_ONCE = 500;

const subjectOf = (organizationId: string, name: string): string => `${organizationId}:${name}`;

/** The guard is about to switch auto-renewal on, or has ordered the renewal itself. */
function isUnderWay(decision: AutoRenewDecisionRecord | undefined): boolean {
  if (decision === undefined || decision.wanted !== 'ON') return false;
  const own = decision.detail.own as OwnRenewal | undefined;
  return decision.state !== 'CONFIRMED' || (own?.orderId !== undefined && own.failure === undefined);
}

/** As the guard sees it: with what was answered, and with the price the term began with. */
function factsOf(
  { domain, attemptsAt, attempts, price, years, payment }: ComingRenewal,
  policy: AutoRenewPolicyRecord,
  decision: AutoRenewDecisionRecord | undefined,
) {
  const { approval, price: before, approvedPrice } = decision?.detail ?? {};
  return {
    policy,
    payment,
    attemptsAt: attempts === 'KNOWN' ? attemptsAt : [],
    expiresAt: domain.expiresAt,
    approval: approval === 'YES' || approval === 'NO' ? (approval as 'YES' | 'NO') : null,
    price: {
      before: typeof before === 'number' ? before : null,
      approved: typeof approvedPrice === 'number' ? approvedPrice : null,
      now: price === null ? null : price.minor / years,
    },
  };
}
