// One budget for several replicas: slots are counted in Redis, and a replica that loses Redis goes on alone with its part once all others leave room for it.
import type { Clock, Timer } from '../../lib/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type BoardView, createBoardWatch } from './board-watch.ts';
import { goodFor } from './good-for.ts';
import { heldMs } from './held.ts';
import { createOwnCalls } from './own-calls.ts';
import { partOf } from './parts.ts';
import type { PermitStore, PermitStoreListener, Slot, SlotAsk } from './permit-store.ts';
import { formatRateLimits, type RateLimit } from './rate-limit.ts';
import {
  announcementsOf,
  countsElsewhere,
  fits,
  isAcknowledged,
  leftTogether,
  type ReplicaBoard,
} from './replica-board.ts';
import type { ScriptServer } from './script-server.ts';
import { forecastShared } from './shared-forecast.ts';
import { BEAT_MS, goneMs, JOIN_WITHIN_MS, LOST_AFTER_MS, SEND_WITHIN_MS, WAITING_BEAT_MS } from './shared-settings.ts';
import { createSharedWindows, type SharedAnswer } from './shared-windows.ts';

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

export function createRedisPermitStore(options: RedisPermitStoreOptions): RedisPermitStore {
  const { clock, logger, server, board, id, name, replicas, maxTransitMs = 10_000, usedUntil } = options;
  let limits = options.limits;
  let part = partOf(limits, replicas);
  const longestMs = (): number => Math.max(...limits.map(({ windowMs }) => heldMs(windowMs)));
  const own = createOwnCalls(limits, longestMs);
  const windows = createSharedWindows({ server, clock, name, holder: id, maxTransitMs });
  const listeners = new Set<PermitStoreListener>();

  let phase: 'joining' | 'shared' | 'alone' = 'joining';
  /** The counters this replica uses, or is about to. */
  let epoch: string | null = null;
  let solitude = 0;
  let announcement: string | null = null;
  let isAdmitted = false;
  /** The calls are being handed over to the server: none may begin meanwhile. */
  let isHandingOver = false;
  let lastCall = 0;
  let asking: number | null = null;
  let last: { readonly answer: SharedAnswer; readonly limits: readonly RateLimit[] } | null = null;
  let troubledSince: number | null = null;
  /** Announcements on the board, in one text; and how often that has changed. */
  let standing = '';
  let standings = 0;
  let roomMadeFor: readonly string[] = [];
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let isPauseTold = true;
  let reporting: Promise<void> | null = null;
  let isReportDue = false;
  let attaching: Promise<void> | null = null;
  let beatTimer: Timer | undefined;
  let troubleTimer: Timer | undefined;
  let isCrowdTold = false;
  let isBoardSilent = false;

  const acknowledged = (): readonly string[] => {
    const announced = announcementsOf(watch.others);
    if (phase === 'shared') return announced.filter((each) => roomMadeFor.includes(each));
    const now = clock.monotonic();
    const mayUse = announcement !== null && fits(announcement, part, limits, watch.others) ? part : [];
    const isWithin = limits.every(({ windowMs }, index) => own.used(windowMs, now) <= (mayUse[index]?.limit ?? 0));
    return isWithin ? announced : [];
  };
  const watch = createBoardWatch<Mine>({
    board,
    clock,
    id,
    goneMs: () => goneMs(limits, maxTransitMs),
    mine: () => ({
      epoch,
      part: phase === 'alone' ? formatRateLimits(part) : null,
      announces: phase === 'alone' && announcement === null,
      acknowledged: acknowledged(),
      solitude,
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

  const onView = (view: BoardView, mine: Mine): void => {
    if (phase === 'alone' && mine.solitude === solitude && mine.part !== null) {
      if (view.isContinued || mine.announces) {
        announcement = view.announcement;
        considerAdmission();
      } else goAlone('it was out of sight of the other replicas');
    }
    const now = announcementsOf(view.others).toSorted().join();
    if (now !== standing) {
      standing = now;
      standings += 1;
      if (phase === 'shared') reportSoon();
    }
    if (phase === 'shared' && epoch !== null && countsElsewhere(epoch, view.others))
      goAlone('other replicas count on another server');
  };
  const considerAdmission = (): void => {
    if (announcement === null || isAdmitted) return;
    if (!fits(announcement, part, limits, watch.others)) {
      if (!isCrowdTold)
        logger.error(
          { variable: 'REPLICAS', replicas, part: formatRateLimits(part) },
          `call budget: REPLICAS: found ${replicas}, but more replicas are cut off than that; this one sends nothing`,
        );
      isCrowdTold = true;
      return;
    }
    if (!isAcknowledged(announcement, watch.others)) return;
    isAdmitted = true;
    logger.warn({ part: formatRateLimits(part) }, `call budget: alone with ${formatRateLimits(part)}`);
    emit();
  };

  const goAlone = (reason: string): void => {
    const isFirst = phase !== 'alone';
    phase = 'alone';
    solitude += 1;
    announcement = null;
    isAdmitted = false;
    epoch = null;
    troubledSince = null;
    own.local.setLimits(part, clock.monotonic());
    if (isFirst)
      logger.warn(
        { reason, part: formatRateLimits(part) },
        `call budget: cut off from the other replicas (${reason}); going on alone as soon as all of them leave room`,
      );
    emit();
    void watch.look();
  };
  const share = (): void => {
    const isFirst = solitude === 0;
    phase = 'shared';
    announcement = null;
    isAdmitted = false;
    isCrowdTold = false;
    roomMadeFor = [];
    standings += 1;
    own.local.setLimits(limits, clock.monotonic());
    logger.info(`call budget: ${isFirst ? 'shared' : 'shared again'} with the other replicas`);
    emit();
    void watch.look();
  };

  const onTrouble = (): void => {
    if (phase === 'alone' || troubledSince !== null) return;
    troubledSince = clock.monotonic();
    troubleTimer?.cancel();
    troubleTimer = clock.after(phase === 'joining' ? JOIN_WITHIN_MS : LOST_AFTER_MS, () => {
      if (phase === 'joining') goAlone('they have not counted together yet');
      else if (phase === 'shared' && troubledSince !== null) goAlone('Redis does not answer');
    });
  };
  /** @param asked what held when the question was asked. */
  const onAnswer = (answer: SharedAnswer, asked: { limits: readonly RateLimit[]; standings: number }): void => {
    troubledSince = null;
    if (answer.pauseMs > 0) {
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + answer.pauseMs);
      for (const listener of [...listeners]) listener.onPause(pausedUntil);
    }
    if (answer.word === 'unknown') {
      if (phase === 'shared') goAlone('Redis begins anew');
      return;
    }
    last = { answer, limits: asked.limits };
    const isWithin = asked.limits.every(({ limit }, index) => (answer.used[index] ?? 0) <= limit);
    if (phase !== 'shared' || !isWithin || asked.standings !== standings || roomMadeFor.join() === standing) return;
    roomMadeFor = announcementsOf(watch.others).toSorted();
    if (roomMadeFor.length > 0) void watch.look();
  };

  const tell = async (isWhole: boolean): Promise<SharedAnswer> => {
    const now = clock.monotonic();
    const asked = { limits: effective(), standings };
    const report = own.report(now, asking === null ? lastCall : asking - 1, isWhole);
    const pauseMs = isPauseTold && !isWhole ? 0 : Math.max(0, pausedUntil - now);
    const unsharedMs = usedUntil === undefined ? 0 : usedUntil + longestMs() - now;
    const quarantineMs = Math.max(0, watch.unsettledMs, unsharedMs);
    const about = { epoch: epoch ?? '', isWhole, quarantineMs, pauseMs, limits: asked.limits };
    const toldPause = pausedUntil;
    const answer = await windows.report({ ...report, ...about });
    if (answer.word === 'ok') {
      own.told(report);
      isPauseTold = toldPause === pausedUntil;
    }
    onAnswer(answer, asked);
    return answer;
  };
  const reportSoon = (): void => {
    isReportDue = true;
    if (reporting !== null) return;
    reporting = (async () => {
      while (isReportDue && phase === 'shared') {
        isReportDue = false;
        await tell(false);
      }
    })()
      .catch(onTrouble)
      .finally(() => {
        reporting = null;
      });
  };

  /** Hands everything over to the server and counts there from then on, unless that is not safe yet. */
  const attach = async (): Promise<void> => {
    if (!(await watch.look())) return;
    const first = await tell(true);
    if (first.opensInMs > 0) {
      if (phase === 'joining') goAlone('what was counted before is not known yet');
      return;
    }
    epoch = first.epoch;
    if (!(await watch.look()) || !(await watch.look())) return;
    if (countsElsewhere(first.epoch, watch.others)) return;
    isHandingOver = true;
    const whole = await tell(true);
    if (whole.epoch === epoch && whole.opensInMs === 0 && server.isUp) share();
  };
  const attachSoon = (): void => {
    if (attaching !== null || phase === 'shared' || !server.isUp || !watch.isFresh()) return;
    attaching = attach()
      .catch(onTrouble)
      .finally(() => {
        attaching = null;
        isHandingOver = false;
      });
  };

  const isWaiting = (): boolean =>
    (phase === 'alone' ? !isAdmitted : phase === 'joining') || acknowledged().toSorted().join() !== standing;
  const beat = (): void => {
    beatTimer = clock.after(isWaiting() ? WAITING_BEAT_MS : BEAT_MS, beat);
    void watch.look();
    if (phase === 'shared') reportSoon();
    else attachSoon();
  };

  const slotOf = (call: number, place: Slot, mayBeSent: () => boolean): Slot => {
    const onEnd = (): void => (phase === 'shared' ? reportSoon() : undefined);
    return { ...own.begin(`${id}:${call}`, place, onEnd), mayBeSent };
  };
  const takeShared = async (ask: SlotAsk): Promise<Slot | number> => {
    lastCall += 1;
    const call = lastCall;
    const isSame = (
      (when) => () =>
        phase === 'shared' && solitude === when
    )(solitude);
    const asked = { limits: effective(), standings };
    const mayBeSent = goodFor(clock, SEND_WITHIN_MS);
    asking = call;
    try {
      const answer = await windows.take({ epoch: epoch ?? '', call: `${id}:${call}`, ...ask, limits: asked.limits });
      asking = null;
      onAnswer(answer, asked);
      const now = clock.monotonic();
      if (answer.word !== 'granted') return now + (isSame() ? answer.waitMs : RETRY_MS);
      if (isSame() && mayBeSent()) return slotOf(call, own.local.admit(now), mayBeSent);
      reportSoon();
    } catch {
      asking = null;
      onTrouble();
    }
    return clock.monotonic() + RETRY_MS;
  };
  const takeAlone = (now: number): Slot | number => {
    const place = own.local.take(now);
    if (typeof place === 'number') return place;
    lastCall += 1;
    return slotOf(lastCall, place, goodFor(clock, SEND_WITHIN_MS));
  };
  const mayTakeAlone = (): boolean => phase === 'alone' && isAdmitted && !isHandingOver && watch.isFresh();

  const stops = [server.onLost(onTrouble), server.onBack(() => (phase === 'shared' ? reportSoon() : attachSoon()))];

  const store: RedisPermitStore = {
    get mode() {
      return phase === 'alone' ? 'alone' : 'shared';
    },
    take(now, ask) {
      if (phase === 'shared' && watch.isFresh()) return takeShared(ask);
      return mayTakeAlone() ? takeAlone(now) : now + RETRY_MS;
    },
    setLimits(next, now) {
      limits = next;
      part = partOf(limits, replicas);
      if (phase === 'alone') goAlone('it has other limits');
      else own.local.setLimits(limits, now);
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
      isPauseTold = false;
      if (phase === 'shared') reportSoon();
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
      const canTake = phase === 'shared' ? watch.isFresh() : mayTakeAlone();
      return canTake ? slots : { next: (readyAt) => slots.next(Math.max(readyAt, now + LOST_AFTER_MS)) };
    },
    usage(now) {
      if (phase === 'alone') {
        const usage = own.local.usage(now);
        return isAdmitted ? usage : usage.map((window) => ({ ...window, remaining: 0 }));
      }
      const left = phase === 'shared' ? (last?.limits ?? limits) : limits;
      return left.map((window, index) => {
        const used = phase === 'shared' ? (last?.answer.used[index] ?? window.limit) : window.limit;
        return { ...window, remaining: Math.max(0, window.limit - used) };
      });
    },
    get inFlight() {
      return phase === 'shared' ? Math.max(own.open, last?.answer.inFlight ?? 0) : own.open;
    },
    start() {
      onTrouble();
      void watch.look().then(watch.look).then(beat);
    },
    async close() {
      beatTimer?.cancel();
      troubleTimer?.cancel();
      for (const stop of stops) stop();
      await watch.stop();
      await attaching;
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
