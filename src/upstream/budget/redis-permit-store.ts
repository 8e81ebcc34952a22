// One budget for several replicas: slots are counted in Redis, and a replica that loses Redis goes on alone with its part once all others leave room for it.
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type BoardView, createBoardWatch } from './board-watch.ts';
import { goodFor } from './good-for.ts';
import { heldMs } from './held.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createOwnCalls } from './own-calls.ts';
import { partOf } from './parts.ts';
import type { PermitStore, PermitStoreListener, Slot, SlotAsk } from './permit-store.ts';
import { formatRateLimits, type RateLimit } from './rate-limit.ts';
import { announcementsOf, countsElsewhere, leftTogether, type ReplicaBoard } from './replica-board.ts';
import { createRoomForOthers } from './room-for-others.ts';
import type { ScriptServer } from './script-server.ts';
import { ServerClockError } from './server-clock.ts';
import { forecastShared } from './shared-forecast.ts';
import { createSharedPause } from './shared-pause.ts';
import { BEAT_MS, goneMs, JOIN_WITHIN_MS, LOST_AFTER_MS, SEND_WITHIN_MS, WAITING_BEAT_MS } from './shared-settings.ts';
import { createSharedWindows, type SharedAnswer } from './shared-windows.ts';
import { createSolitude } from './solitude.ts';

export interface RedisPermitStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly server: ScriptServer;
  readonly board: ReplicaBoard;
  /** A UUID, another one for each process. */
  readonly id: string;
  /** Replicas with the same name share the windows. */
  readonly name: string;
  readonly limits: readonly RateLimit[];
  /** Into how many parts the limits are divided for replicas that are cut off. */
  readonly replicas: number;
  /** As in the budget. Default 10 seconds. */
  readonly maxTransitMs?: number;
  /** Monotonic milliseconds until which a process that did not share may have used up every window. Default: there was none. */
  readonly usedUntil?: number;
}

export interface RedisPermitStore extends PermitStore {
  /** Joins the others. Until that is done no slot is given. */
  start(): void;
  /** Tells what became of the last calls and leaves the board, if the others then know everything. Call it when nothing is under way any more. */
  close(): Promise<void>;
}

/** While no slot can be given, asking again is worth it after this time; a change is told at once. */
const RETRY_MS = 250;

/** What the board says of this replica. */
interface Mine {
  readonly epoch: string | null;
  readonly part: string | null;
  readonly announces: boolean;
  readonly acknowledged: readonly string[];
  /** Which time of being alone it speaks of. */
  readonly solitude: number;
}

/** What held when the server was asked. */
interface Asked {
  readonly limits: readonly RateLimit[];
  readonly roomVersion: number;
}

export function createRedisPermitStore(options: RedisPermitStoreOptions): RedisPermitStore {
  const { clock, logger, server, board, id, name, replicas, maxTransitMs = 10_000, usedUntil } = options;
  let limits = options.limits;
  let part = partOf(limits, replicas);
  const longestMs = (): number => Math.max(...limits.map(({ windowMs }) => heldMs(windowMs)));
  const own = createOwnCalls(limits, longestMs);
  const windows = createSharedWindows({ server, clock, name, holder: id, maxTransitMs });
  const solitude = createSolitude({ limits: () => limits, part: () => part, replicas, logger });
  const room = createRoomForOthers();
  const pause = createSharedPause();
  const listeners = new Set<PermitStoreListener>();

  let phase: 'joining' | 'shared' | 'alone' = 'joining';
  /** The counters this replica uses, or is about to. */
  let epoch: string | null = null;
  /** The calls are being handed over to the server: none may begin meanwhile. */
  let isHandingOver = false;
  let lastCall = 0;
  /** The call for which the server is being asked. */
  let asking: number | null = null;
  let last: { readonly answer: SharedAnswer; readonly limits: readonly RateLimit[] } | null = null;
  let isInTrouble = false;
  let isBoardSilent = false;
  let isClosed = false;
  let beatTimer: Timer | undefined;
  let troubleTimer: Timer | undefined;

  const acknowledged = (): readonly string[] => {
    if (phase === 'shared') return room.made;
    const now = clock.monotonic();
    const share = phase === 'alone' ? solitude.share(watch.others) : [];
    const isWithin = limits.every(({ windowMs }, index) => own.used(windowMs, now) <= (share[index]?.limit ?? 0));
    return isWithin ? announcementsOf(watch.others) : [];
  };
  const watch = createBoardWatch<Mine>({
    board,
    clock,
    id,
    goneMs: () => goneMs(limits, maxTransitMs),
    mine: () => ({
      epoch,
      part: phase === 'alone' ? formatRateLimits(part) : null,
      announces: phase === 'alone' && solitude.isUnannounced,
      acknowledged: acknowledged(),
      solitude: solitude.count,
    }),
    onView: (view, mine) => onView(view, mine),
    onSilence(error) {
      if (error !== null && !isBoardSilent) logger.error({ error }, 'call budget: the database does not answer');
      if (error === null && isBoardSilent) logger.info('call budget: the database answers again');
      isBoardSilent = error !== null;
    },
  });
  const effective = (): readonly RateLimit[] => leftTogether(limits, watch.others);

  const emit = (): void => {
    const change = { mode: store.mode, limits: phase === 'alone' ? part : limits };
    for (const listener of [...listeners]) listener.onChange(change);
  };
  const goAlone = (reason: string): void => {
    if (phase !== 'alone')
      logger.warn(
        `call budget: cut off from the other replicas (${reason}); going on alone with ${formatRateLimits(part)} as soon as all of them leave room`,
      );
    phase = 'alone';
    epoch = null;
    isInTrouble = false;
    solitude.begin();
    own.local.setLimits(part, clock.monotonic());
    emit();
    void watch.look();
  };
  const share = (): void => {
    logger.info(`call budget: shared ${solitude.count > 0 ? 'again ' : ''}with the other replicas`);
    phase = 'shared';
    solitude.end();
    room.reset();
    own.local.setLimits(limits, clock.monotonic());
    emit();
    void watch.look();
  };

  const onView = (view: BoardView, mine: Mine): void => {
    if (phase === 'alone' && mine.part !== null && mine.solitude === solitude.count) {
      if (!view.isContinued && !mine.announces) goAlone('it was out of sight of the other replicas');
      else if (solitude.onView(view)) emit();
    }
    if (room.onView(view.others) && phase === 'shared') reports.again();
    if (phase === 'shared' && epoch !== null && countsElsewhere(epoch, view.others))
      goAlone('other replicas count on another server');
  };
  const onFailure = (error: unknown): void => {
    if (error instanceof ServerClockError && phase === 'shared') goAlone('the clock of Redis was set');
    else onTrouble();
  };
  const onTrouble = (): void => {
    if (phase === 'alone' || isInTrouble) return;
    isInTrouble = true;
    troubleTimer?.cancel();
    troubleTimer = clock.after(phase === 'joining' ? JOIN_WITHIN_MS : LOST_AFTER_MS, () => {
      if (phase === 'joining') goAlone('they have not counted together yet');
      else if (phase === 'shared' && isInTrouble) goAlone('Redis does not answer');
    });
  };
  /** @param asked what held when the question was asked. */
  const onAnswer = (answer: SharedAnswer, asked: Asked): void => {
    isInTrouble = false;
    if (answer.pauseMs > 0) {
      pause.learn(clock.monotonic() + answer.pauseMs);
      for (const listener of [...listeners]) listener.onPause(pause.until);
    }
    if (answer.word === 'unknown') {
      if (phase === 'shared') goAlone('Redis begins anew');
      return;
    }
    last = { answer, limits: asked.limits };
    const isWithin = asked.limits.every(({ limit }, index) => (answer.used[index] ?? 0) <= limit);
    if (phase === 'shared' && isWithin && room.onCounted(asked.roomVersion)) void watch.look();
  };
  const asked = (): Asked => ({ limits: effective(), roomVersion: room.version });

  const tell = async (isWhole: boolean): Promise<SharedAnswer> => {
    const now = clock.monotonic();
    const when = asked();
    const report = own.report(now, asking === null ? lastCall : asking - 1, isWhole);
    const unsharedMs = usedUntil === undefined ? 0 : usedUntil + longestMs() - now;
    const quarantineMs = Math.max(0, watch.unsettledMs, unsharedMs);
    const pausedUntil = pause.until;
    const pauseMs = pause.untold(now, isWhole);
    const about = { epoch: epoch ?? '', isWhole, quarantineMs, pauseMs, limits: when.limits };
    const answer = await windows.report({ ...report, ...about });
    if (answer.word === 'ok') {
      own.told(report);
      pause.told(pausedUntil);
    }
    onAnswer(answer, when);
    return answer;
  };
  const reports = oneAtATime(async () => phase === 'shared' && tell(false), onFailure);

  /** Hands everything over to the server and counts there from then on, unless that is not safe yet. */
  const attach = async (): Promise<void> => {
    if (phase === 'shared' || !server.isUp || !watch.isFresh() || !(await watch.look())) return;
    const first = await tell(true);
    if (first.opensInMs > 0) {
      if (phase === 'joining') goAlone('what was counted before is not known yet');
      return;
    }
    epoch = first.epoch;
    // The first look tells with which counters; the second sees whoever told the same of others meanwhile.
    if (!(await watch.look()) || !(await watch.look())) return;
    if (countsElsewhere(first.epoch, watch.others)) return;
    isHandingOver = true;
    try {
      const whole = await tell(true);
      if (whole.epoch === epoch && whole.opensInMs === 0 && server.isUp) share();
    } finally {
      isHandingOver = false;
    }
  };
  const attaching = oneAtATime(attach, onFailure);

  const isWaiting = (): boolean => {
    const known = acknowledged();
    return !(phase === 'shared' || solitude.isAdmitted) || room.standing.some((each) => !known.includes(each));
  };
  const beat = (): void => {
    if (isClosed) return;
    beatTimer = clock.after(isWaiting() ? WAITING_BEAT_MS : BEAT_MS, beat);
    void watch.look();
    if (phase === 'shared') reports.again();
    else attaching.once();
  };

  const slotOf = (call: number, place: Slot, mayBeSent: () => boolean): Slot => {
    const onEnd = (): void => {
      if (phase === 'shared') reports.again();
    };
    return { ...own.begin(`${id}:${call}`, place, onEnd), mayBeSent };
  };
  const takeShared = async (ask: SlotAsk): Promise<Slot | number> => {
    lastCall += 1;
    const call = lastCall;
    const when = asked();
    const { count } = solitude;
    const isSame = (): boolean => phase === 'shared' && solitude.count === count;
    const mayBeSent = goodFor(clock, SEND_WITHIN_MS);
    asking = call;
    try {
      const question = { epoch: epoch ?? '', call: `${id}:${call}`, ...ask, limits: when.limits };
      const answer = await windows.take(question);
      asking = null;
      onAnswer(answer, when);
      const now = clock.monotonic();
      if (answer.word !== 'granted') return now + (isSame() ? answer.waitMs : RETRY_MS);
      if (isSame() && mayBeSent()) return slotOf(call, own.local.admit(now), mayBeSent);
      reports.again();
    } catch (error) {
      asking = null;
      onFailure(error);
    }
    return clock.monotonic() + RETRY_MS;
  };
  const takeAlone = (now: number): Slot | number => {
    const place = own.local.take(now);
    if (typeof place === 'number') return place;
    lastCall += 1;
    return slotOf(lastCall, place, goodFor(clock, SEND_WITHIN_MS));
  };
  const mayTake = (): boolean =>
    watch.isFresh() && (phase === 'shared' || (phase === 'alone' && solitude.isAdmitted && !isHandingOver));

  const stops = [
    server.onLost(onTrouble),
    server.onBack(() => (phase === 'shared' ? reports.again() : attaching.once())),
  ];

  const store: RedisPermitStore = {
    get mode() {
      return phase === 'alone' ? 'alone' : 'shared';
    },
    take(now, ask) {
      if (!mayTake()) return now + RETRY_MS;
      return phase === 'shared' ? takeShared(ask) : takeAlone(now);
    },
    setLimits(next, now) {
      limits = next;
      part = partOf(limits, replicas);
      if (phase === 'alone') goAlone('it has other limits');
      else own.local.setLimits(limits, now);
    },
    pause(until) {
      pause.ask(until);
      reports.again();
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    forecast(now, roundTripMs) {
      const slots =
        phase === 'shared' && last !== null
          ? forecastShared({ ...last.answer, limits: last.limits }, now, roundTripMs)
          : own.local.forecast(now, roundTripMs);
      return mayTake() ? slots : { next: (readyAt) => slots.next(Math.max(readyAt, now + LOST_AFTER_MS)) };
    },
    usage(now) {
      if (phase === 'alone') {
        const usage = own.local.usage(now);
        return solitude.isAdmitted ? usage : usage.map((window) => ({ ...window, remaining: 0 }));
      }
      if (phase === 'joining' || last === null) return limits.map((window) => ({ ...window, remaining: 0 }));
      const { used } = last.answer;
      return last.limits.map((window, index) => ({
        ...window,
        remaining: Math.max(0, window.limit - (used[index] ?? window.limit)),
      }));
    },
    get inFlight() {
      return phase === 'shared' ? Math.max(own.open, last?.answer.inFlight ?? 0) : own.open;
    },
    start() {
      onTrouble();
      void watch.look().then(watch.look).then(beat);
    },
    async close() {
      isClosed = true;
      beatTimer?.cancel();
      troubleTimer?.cancel();
      for (const stop of stops) stop();
      await watch.stop();
      await attaching.idle();
      if (phase !== 'shared') return;
      try {
        await tell(false);
        if (own.open === 0) await board.leave(id);
      } catch {
        // The others find out by themselves, a little later.
      }
    },
  };
  return store;
}
