// Keeps this replica on the board, and what it last read there for as long as that may be relied on.
import { type Clock, sleep } from '../../lib/clock.ts';
import { goodFor } from './good-for.ts';
import { hasCalled, type OtherReplica, present, type ReplicaBoard, type ReplicaReport } from './replica-board.ts';
import { VIEW_MS } from './shared-settings.ts';

const BOARD_WITHIN_MS = 2_000;

/** What was read. */
export interface BoardView {
  /** The own announcement; null = none. */
  readonly announcement: string | null;
  /** Others who may still have calls in a window. */
  readonly others: readonly OtherReplica[];
  /** How long others who were there may still have calls in a window that nobody else knows of, at most. */
  readonly unsettledMs: number;
  /** Whether the view before was still good when this reading began: this replica was never out of sight. */
  readonly isContinued: boolean;
}

export interface BoardWatch {
  /** The last view, good or not; nobody else before the first. */
  readonly others: readonly OtherReplica[];
  readonly unsettledMs: number;
  /** Whether the last view may be relied on. */
  isFresh(): boolean;
  /** Reports and reads; resolves when a look that began after this call is over, with whether it was written and what was read counts. Never rejects. */
  look(): Promise<boolean>;
  /** No look begins any more; resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * A reading may be relied on for three seconds from when it began. It counts only if this replica already stood on the board when it began: whoever goes on alone
 * and looks who there is has then seen it, or is seen by it.
 * @param deps.mine asked before each report. @param deps.onView told of each reading that counts, with what was reported in the same step.
 * @param deps.onSilence told when the board did not answer, and null when it does again.
 */
export function createBoardWatch<Mine extends Omit<ReplicaReport, 'id' | 'turn'>>(deps: {
  readonly board: ReplicaBoard;
  readonly clock: Clock;
  readonly id: string;
  readonly goneMs: () => number;
  readonly mine: () => Mine;
  readonly onView: (view: BoardView, mine: Mine) => void;
  readonly onSilence: (error: unknown) => void;
}): BoardWatch {
  const { board, clock, id, goneMs, mine, onView, onSilence } = deps;
  let turn = 0;
  let others: readonly OtherReplica[] = [];
  let unsettledMs = 0;
  let isOnBoard = (): boolean => false;
  let isFresh = (): boolean => false;
  let stopped = false;
  let current: Promise<boolean> | undefined;
  let next: Promise<boolean> | undefined;

  const report = async (body: ReplicaReport) => {
    const inTime = new AbortController();
    const late = sleep(clock, BOARD_WITHIN_MS, inTime.signal).then(() => {
      throw new Error(`The board of the replicas did not answer within ${BOARD_WITHIN_MS} ms.`);
    });
    late.catch(() => {});
    try {
      return await Promise.race([board.report(body), late]);
    } finally {
      inTime.abort();
    }
  };
  const lookOnce = async (): Promise<boolean> => {
    if (stopped) return false;
    turn += 1;
    const said = mine();
    const wasOnBoard = isOnBoard();
    const isContinued = isFresh();
    const isGood = goodFor(clock, VIEW_MS);
    try {
      const { epoch, part, announces, acknowledged } = said;
      const read = await report({ id, turn, epoch, part, announces, acknowledged });
      onSilence(null);
      isOnBoard = isGood;
      if (!wasOnBoard) return false;
      others = present(read.others, goneMs());
      unsettledMs = Math.max(0, ...read.others.filter(hasCalled).map(({ ageMs }) => goneMs() - ageMs));
      isFresh = isGood;
      onView({ announcement: read.announcement, others, unsettledMs, isContinued }, said);
      return true;
    } catch (error) {
      onSilence(error);
      return false;
    }
  };
  const begin = (): Promise<boolean> => {
    current = lookOnce().finally(() => {
      current = undefined;
    });
    return current;
  };

  return {
    get others() {
      return others;
    },
    get unsettledMs() {
      return unsettledMs;
    },
    isFresh: () => isFresh(),
    look() {
      if (current === undefined) return begin();
      next ??= current.then(() => {
        next = undefined;
        return begin();
      });
      return next;
    },
    async stop() {
      stopped = true;
      await next;
      await current;
    },
  };
}
