// The lists the mirror keeps whole: when each was last read from beginning to end, and how an operation gets one that is young enough.
import type { Clock } from '../lib/clock.ts';
import type { MirrorListRecord } from '../store/records.ts';
import type { MirrorListStore } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { Demand } from './demand.ts';
import { failureReason } from './failure.ts';
import type { Caller, Flights } from './flights.ts';
import { type AgeLimit, isTooOld, type ListFreshness } from './freshness.ts';

export interface ListWaits {
  /** Longest wait for a list that was never complete, in milliseconds. */
  readonly coldMs: number;
  /** Longest wait for the refresh of a list that is there. */
  readonly refreshMs: number;
}

/** Reads one list whole and writes it to the store, calling {@link Lists.progress} on the way and {@link Lists.complete} at its end. */
export type ReadList = (caller: Caller) => Promise<void>;

export interface Lists {
  /**
   * The list at the demanded age, read anew by `read` when it is too old. A reading under way for the same list is joined.
   * A reading that failed a moment ago is not tried again at once while there is something to answer with.
   */
  bring(key: string, limit: AgeLimit, demand: Demand, read: ReadList): Promise<ListFreshness>;
  /** The same on behalf of other shared work. */
  bringFor(caller: Caller, key: string, limit: AgeLimit, read: ReadList): Promise<ListFreshness>;
  /** What is known of a list; null when no page of it ever came. */
  state(key: string): Promise<MirrorListRecord | null>;
  /** The same without waiting: null too while it is still being read from the store, which this starts. */
  peek(key: string): MirrorListRecord | null;
  /** How old the list is: the moment its last complete reading began. null = never complete. */
  asOf(key: string): Promise<number | null>;
  progress(key: string, fetched: number, total: number | null): Promise<void>;
  complete(key: string, reading: { startedAt: number; fetched: number; total: number | null }): Promise<void>;
}

/** After a failure without a wait of its own, nobody tries again for this long. */
const HOLD_MS = 1_000;
const LONGEST_HOLD_MS = 30_000;
const JOIN_TOLERANCE_MS = 1_000;

export function createLists(deps: {
  readonly clock: Clock;
  readonly store: MirrorListStore;
  readonly flights: Flights;
  readonly waits: ListWaits;
}): Lists {
  const { clock, store, flights, waits } = deps;
  const records = new Map<string, Promise<MirrorListRecord | null>>();
  const failures = new Map<string, { readonly error: UpstreamError; readonly until: number }>();

  const latest = new Map<string, MirrorListRecord | null>();

  const keep = (key: string, reading: Promise<MirrorListRecord | null>) => {
    records.set(key, reading);
    reading.then(
      (record) => latest.set(key, record),
      () => records.delete(key),
    );
  };
  const state = (key: string): Promise<MirrorListRecord | null> => records.get(key) ?? stored(key);
  /** As the store has it: another process may have read the list. Waits for what this one is writing. */
  const stored = (key: string): Promise<MirrorListRecord | null> => {
    const before = records.get(key) ?? Promise.resolve(null);
    const reading = before.then(
      () => store.get(key),
      () => store.get(key),
    );
    keep(key, reading);
    return reading;
  };
  /** Changes of one list are written one after the other. */
  const change = (key: string, changed: Partial<MirrorListRecord>): Promise<void> => {
    const writing = stored(key).then(async (before) => {
      const record = { ...(before ?? blank(key)), ...changed };
      await store.put(record);
      return record;
    });
    keep(key, writing);
    return writing.then(() => {});
  };
  const answer = async (
    key: string,
    told: { state: ListFreshness['state']; reason: string | null },
  ): Promise<ListFreshness> => {
    const record = (await state(key)) ?? blank(key);
    const asOf = asOfRecord(record);
    return {
      ...told,
      asOf,
      isComplete: asOf !== null,
      fetched: record.fetched,
      total: record.total,
    };
  };
  const noteFailure = async (key: string, error: UpstreamError) => {
    const holdMs = Math.min(LONGEST_HOLD_MS, Math.max(HOLD_MS, error.retryAfterMs ?? 0));
    failures.set(key, { error, until: clock.monotonic() + holdMs });
    await change(key, { lastError: failureReason(error), lastErrorAt: clock.now() });
  };
  const failed = async (key: string, error: UpstreamError): Promise<ListFreshness> => {
    const record = await state(key);
    if (!hasSomething(record)) throw error;
    return answer(key, { state: 'STALE', reason: `${failureReason(error)}.` });
  };
  /** The answer that needs no call: young enough, or a failure that is still to be respected. */
  const atOnce = async (key: string, limit: AgeLimit): Promise<ListFreshness | null> => {
    const known = await state(key);
    const record = isTooOld(asOfRecord(known), limit) ? await stored(key) : known;
    if (record && !isTooOld(asOfRecord(record), limit)) return answer(key, { state: 'MIRRORED', reason: null });
    const failure = failures.get(key);
    if (failure && clock.monotonic() < failure.until && hasSomething(record)) return failed(key, failure.error);
    return null;
  };
  const reading =
    (key: string, { askedAt }: AgeLimit, read: ReadList) =>
    async (caller: Caller) => {
      const asOf = asOfRecord(await state(key));
      if (asOf !== null && asOf >= askedAt) return;
      try {
        await read(caller);
        failures.delete(key);
      } catch (error) {
        if (error instanceof UpstreamError) await noteFailure(key, error);
        throw error;
      }
    };

  return {
    state,
    peek(key) {
      if (!records.has(key)) void state(key).catch(() => {});
      return latest.get(key) ?? null;
    },
    asOf: async (key) => asOfRecord(await state(key)),
    async bring(key, limit, demand, read) {
      const now = await atOnce(key, limit);
      if (now) return now;
      const isCold = asOfRecord(await state(key)) === null;
      const maxWaitMs = demand.maxWaitMs ?? (isCold ? waits.coldMs : waits.refreshMs);
      const giveUpAt = clock.monotonic() + maxWaitMs;
      const run = (waitMs: number) =>
        flights.run(`list:${key}`, demand, { maxWaitMs: waitMs, finishLate: true }, reading(key, limit, read));
      let outcome = await run(maxWaitMs);
      if (outcome.kind === 'done' && beganTooEarly(asOfRecord(await state(key)), limit))
        outcome = await run(Math.max(0, giveUpAt - clock.monotonic()));
      if (outcome.kind === 'failed') return failed(key, outcome.error);
      if (outcome.kind === 'done') return answer(key, { state: 'LIVE', reason: null });
      const reason = isCold
        ? 'The first fill of the mirror is still under way.'
        : `The refresh takes longer than ${Math.round(maxWaitMs / 1_000)} s.`;
      return answer(key, { state: 'STALE', reason });
    },
    async bringFor(caller, key, limit, read) {
      const now = await atOnce(key, limit);
      if (now) return now;
      const outcome = await caller.share(`list:${key}`, reading(key, limit, read));
      if (outcome.kind === 'failed') return failed(key, outcome.error);
      return answer(key, { state: 'LIVE', reason: null });
    },
    progress: (key, fetched, total) => change(key, { fetched, total }),
    complete: (key, { startedAt, fetched, total }) =>
      change(key, { startedAt, completeAt: clock.now(), fetched, total, lastError: null, lastErrorAt: null }),
  };
}

/** A reading that was joined may have begun before what was asked for; for one of the last moments that makes no difference. */
function beganTooEarly(asOf: number | null, { askedAt, maxAgeMs }: AgeLimit): boolean {
  return asOf !== null && asOf < askedAt - maxAgeMs - JOIN_TOLERANCE_MS;
}

function blank(key: string): MirrorListRecord {
  return { key, startedAt: null, completeAt: null, fetched: 0, total: null, lastError: null, lastErrorAt: null };
}

/** A list is right as of the moment its last complete reading began. */
function asOfRecord(record: MirrorListRecord | null): number | null {
  return record?.completeAt == null ? null : (record.startedAt ?? record.completeAt);
}

function hasSomething(record: MirrorListRecord | null): boolean {
  return record !== null && (record.completeAt !== null || record.fetched > 0);
}
