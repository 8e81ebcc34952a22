// Takes up every plan that runs and that nobody holds, and holds it by a lease that is renewed while it is carried out.
import type { EventBus } from '../events/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { PlanWork } from '../services/plans-run.ts';
import type { PlanRecord } from '../services/services.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface PlanRunnerDeps {
  readonly store: Pick<Store, 'plans'>;
  readonly work: PlanWork;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}

export interface PlanRunner {
  /** Begins with a round at once, which takes up the plans of a process that died. */
  start(): void;
  /** Begins nothing more and resolves when the orders being placed have been. */
  stop(): Promise<void>;
}

/** Also how long the plans of a process that died wait for another one. */
export const PLAN_LEASE_MS = 30_000;
const EVERY_MS = 2_000;
const SETTLE_EVERY_MS = 10_000;
/** Plans in the hands of one process; most of them only wait for their last orders to end. */
const MOST_HELD = 50;

export function createPlanRunner({ store, work, bus, clock, logger, newId }: PlanRunnerDeps): PlanRunner {
  const held = new Set<Promise<void>>();
  const stopping = new AbortController();
  let timer: Timer | null = null;
  let round: Promise<void> | null = null;
  let again = false;
  let settleAt = 0;
  let unsubscribe = (): void => {};

  /** Works on a plan whose lease was just taken until `until`; each hold has an owner of its own. */
  async function hold(plan: PlanRecord, owner: string, until: number): Promise<void> {
    const lost = new AbortController();
    let heldUntil = until;
    let beat: Timer | null = null;
    const renew = async (): Promise<void> => {
      const now = clock.now();
      const next = now + PLAN_LEASE_MS;
      if (now < heldUntil && (await store.plans.lease(plan.id, owner, next, now))) heldUntil = next;
      else lost.abort(new Error(`Plan ${plan.id} is no longer held here.`));
    };
    const beatOn = (): void => {
      beat = clock.after(PLAN_LEASE_MS / 3, () => {
        renew()
          .catch((error: unknown) => {
            logger.warn({ error, planId: plan.id }, 'The lease of a plan could not be renewed.');
            if (clock.now() >= heldUntil) lost.abort(error);
          })
          .finally(() => {
            if (!lost.signal.aborted) beatOn();
          });
      });
    };
    beatOn();
    try {
      await work.carryOut(plan, { owner, signal: AbortSignal.any([stopping.signal, lost.signal]) });
      if (stopping.signal.aborted && !lost.signal.aborted) {
        const now = clock.now();
        await store.plans.lease(plan.id, owner, now, now);
      }
    } catch (error) {
      logger.error(
        { error, planId: plan.id },
        'A plan could not be carried on; it is taken up again when its lease ends.',
      );
    } finally {
      lost.abort(new Error('The plan was let go.'));
      (beat as Timer | null)?.cancel();
    }
  }

  async function takeUp(): Promise<void> {
    const free = MOST_HELD - held.size;
    const plans = free > 0 ? await store.plans.unheld(clock.now(), free) : [];
    for (const plan of plans) {
      if (stopping.signal.aborted) return;
      const owner = newId();
      const now = clock.now();
      if (!(await store.plans.lease(plan.id, owner, now + PLAN_LEASE_MS, now))) continue;
      const task = hold(plan, owner, now + PLAN_LEASE_MS).finally(() => held.delete(task));
      held.add(task);
    }
    if (clock.now() < settleAt || stopping.signal.aborted) return;
    settleAt = clock.now() + SETTLE_EVERY_MS;
    await work.settle();
  }

  function begin(): void {
    if (stopping.signal.aborted) return;
    again = true;
    if (round !== null) return;
    again = false;
    timer?.cancel();
    round = takeUp()
      .catch((error: unknown) => logger.error({ error }, 'The plans that run could not be read.'))
      .finally(() => {
        round = null;
        if (again) begin();
        else if (!stopping.signal.aborted) timer = clock.after(EVERY_MS, begin);
      });
  }

  return {
    start() {
      unsubscribe = bus.subscribe('plans', begin);
      begin();
    },
    async stop() {
      unsubscribe();
      stopping.abort(new Error('The gateway stops.'));
      timer?.cancel();
      await round;
      await Promise.all(held);
    },
  };
}
