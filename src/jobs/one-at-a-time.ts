// A job that one of several processes does: who holds its lease runs it, the others stand by and take over when that one stops or dies.
import type { Clock, Timer } from '../lib/clock.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface Job {
  start(): void;
  /** Resolves when nothing is running any more. */
  stop(): Promise<void>;
}

export interface OneAtATimeDeps {
  readonly name: string;
  /** A fresh job, made each time the lease is taken. */
  readonly make: () => Job;
  readonly store: Pick<Store, 'leases'>;
  /** Name of this process among those that share the work. */
  readonly owner: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'debug' | 'warn'>;
}

/** Also how long the job of a process that died is not done. */
export const JOB_LEASE_MS = 15_000;
const BEAT_MS = JOB_LEASE_MS / 3;

/** What was begun before a process was cut off from the database may overlap with its successor for a moment; it is for the job to bear that. */
export function createOneAtATime({ name, make, store, owner, clock, logger }: OneAtATimeDeps): Job {
  let job: Job | null = null;
  let heldUntil = 0;
  let timer: Timer | null = null;
  let beating: Promise<void> = Promise.resolve();
  let stopped = false;

  const beat = async (): Promise<void> => {
    const now = clock.now();
    try {
      const until = now + JOB_LEASE_MS;
      const isOurs = await store.leases.hold(`job:${name}`, owner, now, until);
      heldUntil = isOurs ? until : 0;
    } catch (error) {
      logger.warn({ error, job: name }, 'The lease of a job could not be renewed.');
    }
    const isHeld = clock.now() < heldUntil;
    if (isHeld && job === null && !stopped) {
      logger.debug({ job: name }, 'This process does the job from now on.');
      job = make();
      job.start();
    }
    if (!isHeld && job !== null) {
      logger.warn({ job: name }, 'Another process does the job from now on.');
      const ending = job;
      job = null;
      await ending.stop();
    }
  };
  const run = (): void => {
    beating = beat().finally(() => {
      if (!stopped) timer = clock.after(BEAT_MS, run);
    });
  };

  return {
    start: run,
    async stop() {
      stopped = true;
      timer?.cancel();
      await beating;
      await job?.stop();
      await store.leases
        .release(`job:${name}`, owner)
        .catch((error: unknown) => logger.warn({ error, job: name }, 'The lease of a job could not be given back.'));
    },
  };
}
