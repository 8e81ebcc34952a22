// Looks at everything that is under way at Gandi, one look for each whoever watches, the longest overdue first, within a bounded part of the rate limit.
import type { EventBus } from '../events/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type CadenceBounds, nextPollAt, type Standing } from './poll-cadence.ts';
import type { PollPace } from './poll-pace.ts';

/** Something under way at Gandi, such as a transfer. */
export interface Operation extends Standing {
  readonly id: string;
  /** When this look was due, epoch milliseconds. */
  readonly dueAt: number;
}

export interface Seen<T extends Operation = Operation> {
  /** As it is after the look. */
  readonly operation: T;
  /** When Gandi was asked; null when it is not kept. */
  readonly asOf: number | null;
}

/** Where operations of one kind come from and how they are looked at. */
export interface OperationSource<T extends Operation = Operation> {
  /** For the log: `transfer`. */
  readonly noun: string;
  /** Operations that one call to Gandi reads, at most: the size of a batch. */
  readonly perCall: number;
  /** How many are under way, leased or not. */
  pending(): Promise<number>;
  /** When the next one is due; null when none is. */
  nextDueAt(): Promise<number | null>;
  /** Takes up to `limit` that are due for `owner` until `until`, the longest overdue first. */
  lease(owner: string, now: number, until: number, limit: number): Promise<readonly T[]>;
  /** One result for each operation of the batch, in its order. */
  look(batch: readonly T[], signal: AbortSignal): Promise<readonly PromiseSettledResult<Seen<T>>[]>;
  isWatched(operation: T): boolean;
  /** Gives one back that `owner` still holds, with its next look; null = never again. Whoever lost it changes nothing. */
  reschedule(operation: T, owner: string, nextAt: number | null, asOf: number | null): Promise<void>;
}

export interface OperationPollerDeps {
  readonly sources: readonly OperationSource[];
  readonly pace: PollPace;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cadence: CadenceBounds;
  /** Name of this process among those that share the work. */
  readonly owner: string;
  readonly random?: () => number;
  /** Batches under way at the same time. Default: as many as the pace is worth. */
  readonly concurrency?: number;
  /** How long an operation stays with who looks at it. A look that takes four fifths of that counts as failed. */
  readonly leaseMs?: number;
}

export interface OperationPoller {
  /** Takes up every operation under way, also those of an earlier process. */
  start(): void;
  /** Gives up the looks under way and resolves when nothing is running any more. */
  stop(): Promise<void>;
}

/** Also how long the operations of a process that died wait for another one. */
const LEASE_MS = 20_000;
/** Due batches leased at a time for each hand, so that most looks that end are followed by the next without asking the database. */
const LEASED_PER_HAND = 2;
/** Part of the lease after which a look is given up, or is no longer begun. */
const LOOK_PART = 0.8;
const BEGIN_PART = 0.2;
/** Longest sleep: also finds what another process scheduled. */
const LONGEST_SLEEP_MS = 60_000;
/** Shortest sleep while what is due is in other hands. */
const SHORTEST_SLEEP_MS = 250;
/** How old the number of pending operations may be. */
const COUNT_EVERY_MS = 5_000;

interface Leased {
  readonly source: OperationSource;
  readonly operation: Operation;
}

export function createOperationPoller(deps: OperationPollerDeps): OperationPoller {
  const { sources, pace, bus, clock, logger, cadence, owner } = deps;
  const { random = Math.random, concurrency = pace.atOnce, leaseMs = LEASE_MS } = deps;
  const running = new Set<Promise<void>>();
  const failures = new Map<string, number>();
  const stopping = new AbortController();
  /** Leased, and without a free hand yet; the longest overdue first. */
  let waiting: Leased[] = [];
  /** When too much of their lease is gone to begin a look. */
  let beginUntil = 0;
  let countedAt = Number.NEGATIVE_INFINITY;
  let timer: Timer | null = null;
  let filling: Promise<void> | null = null;
  let again = false;
  let unsubscribe = (): void => {};

  /** What one source cannot tell must not hold up the others. */
  async function ofEach<T>(ask: (source: OperationSource) => Promise<T>, otherwise: T): Promise<readonly T[]> {
    const answers = sources.map((source) =>
      ask(source).catch((error: unknown) => {
        logger.error({ error, noun: source.noun }, 'What is under way could not be read.');
        return otherwise;
      }),
    );
    return Promise.all(answers);
  }

  async function look(source: OperationSource, batch: readonly Operation[]): Promise<void> {
    const tooLong = new AbortController();
    const limit = clock.after(leaseMs * LOOK_PART, () => tooLong.abort(new Error('The look took too long.')));
    const signal = AbortSignal.any([stopping.signal, tooLong.signal]);
    const results = await source.look(batch, signal).finally(() => limit.cancel());
    await Promise.all(batch.map((operation, index) => settle(source, operation, results[index])));
  }

  async function settle(
    source: OperationSource,
    before: Operation,
    result: PromiseSettledResult<Seen> | undefined,
  ): Promise<void> {
    const { id } = before;
    const seen = result?.status === 'fulfilled' ? result.value : null;
    if (seen === null && stopping.signal.aborted) return source.reschedule(before, owner, before.dueAt, null);
    if (seen === null) noteFailure(source, id, result);
    else failures.delete(id);
    const after = seen?.operation ?? before;
    const watched = source.isWatched(after);
    const facts = { now: clock.now(), watched, failures: failures.get(id) ?? 0, random: random() };
    const planned = nextPollAt(after, facts, cadence);
    const next = planned === null ? null : pace.turnAt(planned, watched);
    await source.reschedule(before, owner, next, seen?.asOf ?? null);
  }

  function noteFailure({ noun }: OperationSource, id: string, result: PromiseSettledResult<Seen> | undefined): void {
    const error: unknown =
      result?.status === 'rejected' ? result.reason : new Error('The batch was answered without it.');
    const count = (failures.get(id) ?? 0) + 1;
    failures.set(id, count);
    logger[count === 1 ? 'warn' : 'debug'](
      { error, noun, id, failures: count },
      'An operation could not be looked at.',
    );
  }

  /** Gives every free hand a batch that is due; leases more when none are left, and sleeps until the next one is due when there are none. */
  async function fill(): Promise<void> {
    do {
      again = false;
      if (clock.now() >= beginUntil) await giveBackWaiting();
      if (waiting.length === 0) await leaseMore();
      begin();
      if (running.size >= concurrency) return;
      if (waiting.length > 0) sleep(pace.waitMs());
      else sleepUntil(soonest(await ofEach((source) => source.nextDueAt(), null)));
    } while (again && !stopping.signal.aborted);
  }

  async function leaseMore(): Promise<void> {
    const now = clock.now();
    if (now >= countedAt + COUNT_EVERY_MS) {
      countedAt = now;
      const calls = await ofEach(async (source) => (await source.pending()) / source.perCall, 0);
      pace.setRound(calls.reduce((sum, count) => sum + count, 0));
    }
    beginUntil = now + leaseMs * BEGIN_PART;
    const batches = concurrency * LEASED_PER_HAND;
    const leased = await ofEach<readonly Leased[]>(async (source) => {
      const operations = await source.lease(owner, now, now + leaseMs, batches * source.perCall);
      return operations.map((operation) => ({ source, operation }));
    }, []);
    waiting = leased.flat().sort((a, b) => a.operation.dueAt - b.operation.dueAt);
    if (waiting.length >= batches) again = true;
  }

  function begin(): void {
    while (running.size < concurrency && pace.waitMs() === 0) {
      const [first] = waiting;
      if (first === undefined || stopping.signal.aborted) return;
      const { source } = first;
      const batch = waiting.filter((leased) => leased.source === source).slice(0, source.perCall);
      waiting = waiting.filter((leased) => !batch.includes(leased));
      pace.made();
      const hand = look(
        source,
        batch.map(({ operation }) => operation),
      )
        .catch((error: unknown) => logger.error({ error, noun: source.noun }, 'A look was lost.'))
        .finally(() => {
          running.delete(hand);
          wake();
        });
      running.add(hand);
    }
  }

  async function giveBackWaiting(): Promise<void> {
    const back = waiting;
    waiting = [];
    await Promise.all(back.map(({ source, operation }) => source.reschedule(operation, owner, operation.dueAt, null)));
  }

  function sleepUntil(dueAt: number | null): void {
    const ms = dueAt === null ? LONGEST_SLEEP_MS : dueAt - clock.now();
    sleep(Math.min(Math.max(ms, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS));
  }

  function sleep(ms: number): void {
    if (stopping.signal.aborted) return;
    timer?.cancel();
    timer = clock.after(ms, wake);
  }

  function wake(): void {
    if (stopping.signal.aborted) return;
    again = true;
    if (filling !== null) return;
    filling = fill()
      .catch((error: unknown) => {
        logger.error({ error }, 'What is due could not be given out.');
        sleepUntil(null);
      })
      .finally(() => {
        filling = null;
        if (again && running.size < concurrency) wake();
      });
  }

  return {
    start() {
      unsubscribe = bus.subscribe('polls', wake);
      wake();
    },
    async stop() {
      stopping.abort(new Error('The poller was stopped.'));
      unsubscribe();
      timer?.cancel();
      await filling;
      await Promise.allSettled(running);
      await giveBackWaiting();
    },
  };
}

function soonest(times: readonly (number | null)[]): number | null {
  return times.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), null);
}
