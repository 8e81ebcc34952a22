// Plans of renewals over the real renewals service, mirror and store, and a Gandi in memory that renews whatever it is asked to, also twice.
import type { Session } from '../../../src/auth/session.ts';
import { createLocalBus } from '../../../src/events/bus.ts';
import { createEventLog } from '../../../src/events/log.ts';
import { createEventTail } from '../../../src/events/tail.ts';
import { createWorkRunner } from '../../../src/jobs/work-runner.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createPlansService } from '../../../src/services/plans.ts';
import type { PlanOrdering } from '../../../src/services/plans-items.ts';
import { createPlanWork } from '../../../src/services/plans-run.ts';
import type { OperationScope, PlanRecord, PlanWish } from '../../../src/services/services.ts';
import { defaultNewId } from '../../../src/services/transfers.ts';
import type { SpendCeilings, Store } from '../../../src/store/store.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { fakePortfolio } from '../../helpers/fake-gandi.ts';
import type { TestStore } from '../../helpers/test-store.ts';
import { tracked } from '../../helpers/tracked.ts';
import { createRenewalGandi, startGateway as startRenewals } from '../renewals/setup.ts';

export const nameOf = (at: number): string => `d${String(at).padStart(4, '0')}.example`;

export const renewal = (at: number, more: Partial<(PlanWish & { kind: 'RENEW' })['input']> = {}): PlanWish => ({
  kind: 'RENEW',
  input: { domain: nameOf(at), years: 1, currentExpiryYear: 2031, expectedPrice: null, ...more },
});

const elsewhere = async (): Promise<never> => {
  throw new Error('Only renewals are sold here.');
};

/** One process of the gateway. Another one on the same store and Gandi is what a restart gives, or a second replica. */
export function startGateway(parts: {
  readonly store: Store;
  readonly port: GandiPort;
  readonly clock: Clock;
  readonly ceilings?: SpendCeilings;
  readonly ordering?: Partial<PlanOrdering>;
}) {
  const { store, port, clock } = parts;
  const gateway = startRenewals(parts);
  const bus = createLocalBus();
  const log = createEventLog(store.events, { name: 'test', secret: 'of the test' });
  const ordering: PlanOrdering = {
    renewals: gateway.renewals,
    registrations: { register: elsewhere, quote: elsewhere },
    restores: { restore: elsewhere, quote: elsewhere },
    registrantChanges: { change: elsewhere, quote: elsewhere },
    ...parts.ordering,
  };
  const deps = {
    store,
    mirror: createMirror({ port, store, clock }),
    ordering,
    scope: (session: Session): OperationScope => gateway.scopeOf(session),
    bus,
    log,
    tail: createEventTail({ log, bus, clock, logger: silentLogger }),
    clock,
    logger: silentLogger,
    newId: defaultNewId,
    callsPerSecond: 15,
    currency: 'EUR',
  };
  const runner = createWorkRunner({ ...deps, handlers: [createPlanWork(deps)] });
  return { ...gateway, plans: createPlansService(deps), runner, bus };
}

export type Gateway = ReturnType<typeof startGateway>;

export interface Stage extends Gateway {
  readonly gandi: ReturnType<typeof createRenewalGandi>;
  readonly clock: FakeClock;
  readonly store: Store;
  /** Another process on the same database and Gandi. */
  another(more?: Partial<Parameters<typeof startGateway>[0]>): Gateway;
  draft(...items: readonly PlanWish[]): Promise<PlanRecord>;
  approve(plan: PlanRecord, skipBlocked?: boolean): Promise<PlanRecord>;
  /** Lets a gateway work and its orders end, until the plan runs no more. */
  carryOut(plan: PlanRecord, gateways?: readonly Gateway[], seconds?: number, step?: number): Promise<PlanRecord>;
  planNow(plan: PlanRecord): Promise<PlanRecord>;
  /** `RENEW d0000.example DONE`, in order. */
  itemsNow(plan: PlanRecord): Promise<readonly string[]>;
  /** How often each domain was renewed. */
  bought(): Readonly<Record<string, number>>;
}

export function setup(test: TestStore, ceilings?: SpendCeilings, ordering?: Partial<PlanOrdering>): Stage {
  const clock = fakeClock();
  const gandi = createRenewalGandi();
  gandi.world.domains = fakePortfolio({ domains: 400, clients: 1 }).domains;
  const { value: store, settled } = tracked(test.store);
  clock.settlesWith(settled);
  test.timeIs(clock.now);
  const parts = { store, port: gandi.port, clock, ...(ceilings && { ceilings }), ...(ordering && { ordering }) };
  const gateway = startGateway(parts);
  const planNow = async ({ id }: PlanRecord): Promise<PlanRecord> => {
    const [plan] = await store.plans.byIds([id]);
    if (plan === undefined) throw new Error('The plan has gone.');
    return plan;
  };
  return {
    ...gateway,
    gandi,
    clock,
    store,
    planNow,
    another: (more = {}) => startGateway({ ...parts, ...more }),
    draft: (...items) => gateway.plans.plan(gateway.scopeOf(), { payerId: null, items }),
    approve: async ({ id, hash }, skipBlocked = false) =>
      (await gateway.plans.execute(gateway.scopeOf(), { planId: id, hash, skipBlocked })).plan,
    async carryOut(plan, gateways = [gateway], seconds = 120, step = 1) {
      for (const { runner, follower } of gateways) {
        runner.start();
        follower.start();
      }
      for (let second = 0; second < seconds && (await planNow(plan)).state === 'RUNNING'; second += step) {
        await clock.advance(step * 1_000);
        for (const { orders } of gateways)
          for (const { settle } of await orders.unresolved().catch(() => [])) await settle().catch(() => null);
      }
      for (const { runner, follower } of gateways) {
        const stopped = Promise.all([runner.stop(), follower.stop()]);
        await clock.advance(0);
        await stopped;
      }
      return planNow(plan);
    },
    async itemsNow({ id }) {
      const items = await store.plans.items(id, { after: null, limit: 500 });
      return items.map(({ kind, domainName, state }) => `${kind} ${domainName} ${state}`);
    },
    bought() {
      const counts: Record<string, number> = {};
      for (const { name } of gandi.bought) counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    },
  };
}
