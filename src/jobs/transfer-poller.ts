// Looks at every transfer under way, one look for each whoever watches, as often as it is worth.
import type { EventBus } from '../events/bus.ts';
import type { Interest } from '../events/interest.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { TransferRecord } from '../services/services.ts';
import type { TransferWork } from '../services/transfers.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type CadenceBounds, nextPollAt } from './poll-cadence.ts';

export interface TransferPollerDeps {
  readonly store: Pick<Store, 'transfers'>;
  readonly transfers: Pick<TransferWork, 'look'>;
  readonly bus: EventBus;
  /** Who follows which transfers now. */
  readonly interest: Pick<Interest<TransferRecord>, 'covers'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cadence: CadenceBounds;
  /** Name of this process among those that share the work. */
  readonly owner: string;
  readonly random?: () => number;
  /** Looks under way at the same time. */
  readonly concurrency?: number;
  /** How long a transfer stays with who looks at it. A look that takes four fifths of that counts as failed. */
  readonly leaseMs?: number;
}

export interface TransferPoller {
  /** Takes up every unfinished transfer, also those of an earlier process. */
  start(): void;
  /** Gives up the looks under way and resolves when nothing is running any more. */
  stop(): Promise<void>;
}

const CONCURRENCY = 8;
/** Also how long the transfers of a process that died wait for another one. */
const LEASE_MS = 20_000;
/** Due transfers leased at a time for each hand, so that most looks that end are followed by the next without asking the database. */
const LEASED_PER_HAND = 2;
/** Part of the lease after which a look is given up, or is no longer begun. */
const LOOK_PART = 0.8;
const BEGIN_PART = 0.2;
/** Longest sleep: also finds what another process scheduled. */
const LONGEST_SLEEP_MS = 60_000;
/** Shortest sleep while what is due is in other hands. */
const SHORTEST_SLEEP_MS = 250;

export function createTransferPoller(deps: TransferPollerDeps): TransferPoller {
  const { store, transfers, bus, interest, clock, logger, cadence, owner } = deps;
  const { random = Math.random, concurrency = CONCURRENCY, leaseMs = LEASE_MS } = deps;
  const running = new Map<string, Promise<void>>();
  /** Looks under way whose transfer was touched meanwhile: the next look comes soon. */
  const touched = new Set<string>();
  const failures = new Map<string, number>();
  const stopping = new AbortController();
  /** Leased, and without a free hand yet. */
  let waiting: TransferRecord[] = [];
  /** When too much of their lease is gone to begin a look. */
  let beginUntil = 0;
  let timer: Timer | null = null;
  let filling: Promise<void> | null = null;
  let again = false;
  let unsubscribe = (): void => {};

  async function look(transfer: TransferRecord): Promise<void> {
    const { id } = transfer;
    let current = transfer;
    let asOf: number | undefined;
    const tooLong = new AbortController();
    const limit = clock.after(leaseMs * LOOK_PART, () => tooLong.abort(new Error('The look took too long.')));
    try {
      const seen = await transfers.look(transfer, AbortSignal.any([stopping.signal, tooLong.signal]));
      current = seen.transfer;
      asOf = seen.asOf;
      failures.delete(id);
    } catch (error) {
      if (stopping.signal.aborted) return store.transfers.reschedule(id, transfer.nextPollAt);
      const count = (failures.get(id) ?? 0) + 1;
      failures.set(id, count);
      logger[count === 1 ? 'warn' : 'debug'](
        { error, transferId: id, failures: count },
        'A transfer could not be looked at.',
      );
    } finally {
      limit.cancel();
    }
    if (current.endedAt !== null) failures.delete(id);
    const facts = {
      now: clock.now(),
      watched: interest.covers(current),
      failures: failures.get(id) ?? 0,
      random: random(),
    };
    const planned = nextPollAt(current, facts, cadence);
    const next = touched.delete(id) && planned !== null ? Math.min(planned, facts.now + cadence.quickMs) : planned;
    await store.transfers.reschedule(id, next, asOf);
  }

  /** Gives every free hand a transfer that is due; leases more when none are left, and sleeps until the next one is due when there are none. */
  async function fill(): Promise<void> {
    do {
      again = false;
      if (clock.now() >= beginUntil) await giveBackWaiting();
      if (waiting.length === 0) {
        const now = clock.now();
        beginUntil = now + leaseMs * BEGIN_PART;
        waiting = [...(await store.transfers.leaseDue(owner, now, now + leaseMs, concurrency * LEASED_PER_HAND))];
      }
      while (running.size < concurrency) {
        const transfer = waiting.shift();
        if (transfer === undefined) break;
        running.set(transfer.id, hand(transfer));
      }
      if (running.size === concurrency) return;
      sleepUntil(await store.transfers.nextDueAt());
    } while (again && !stopping.signal.aborted);
  }

  async function giveBackWaiting(): Promise<void> {
    const back = waiting;
    waiting = [];
    await Promise.all(back.map(({ id, nextPollAt }) => store.transfers.reschedule(id, nextPollAt)));
  }

  async function hand(transfer: TransferRecord): Promise<void> {
    try {
      await look(transfer);
    } catch (error) {
      logger.error({ error, transferId: transfer.id }, 'A look at a transfer was lost.');
    } finally {
      running.delete(transfer.id);
      wake();
    }
  }

  function sleepUntil(dueAt: number | null): void {
    if (stopping.signal.aborted) return;
    timer?.cancel();
    const ms = dueAt === null ? LONGEST_SLEEP_MS : dueAt - clock.now();
    timer = clock.after(Math.min(Math.max(ms, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS), wake);
  }

  function wake(): void {
    if (stopping.signal.aborted) return;
    again = true;
    if (filling !== null) return;
    filling = fill()
      .catch((error: unknown) => {
        logger.error({ error }, 'The transfers that are due could not be read.');
        sleepUntil(null);
      })
      .finally(() => {
        filling = null;
        if (again && running.size < concurrency) wake();
      });
  }

  return {
    start() {
      unsubscribe = bus.subscribe('polls', () => {
        for (const id of running.keys()) touched.add(id);
        wake();
      });
      wake();
    },
    async stop() {
      stopping.abort(new Error('The poller was stopped.'));
      unsubscribe();
      timer?.cancel();
      await filling;
      await Promise.allSettled(running.values());
      await giveBackWaiting();
    },
  };
}
