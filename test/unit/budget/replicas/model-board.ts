// The board of the replicas in virtual time, as the database keeps it.
import { type Clock, sleep } from '../../../../src/lib/clock.ts';
import type { OtherReplica, ReplicaBoard, ReplicaReport } from '../../../../src/upstream/budget/replica-board.ts';

interface Row extends Omit<OtherReplica, 'ageMs'> {
  readonly seenAt: number;
  readonly turn: number;
}

export interface ModelBoard {
  readonly rows: ReadonlyMap<string, Row>;
  /** A way to it for one replica, whose clock may stand still. `delayMs` is asked for each way; `isCut` loses what is sent, and the answer to what was. */
  connect(own: Clock, delayMs: () => number, isCut: () => boolean): ReplicaBoard;
}

export function createModelBoard(clock: Clock): ModelBoard {
  const rows = new Map<string, Row>();
  let announcements = 0;
  const write = ({ announces, ...mine }: ReplicaReport): string | null => {
    const before = rows.get(mine.id);
    if (before && before.turn >= mine.turn) return null;
    const kept = before?.announcement ?? null;
    announcements += 1;
    const announcement = mine.part === null ? null : announces || kept === null ? String(announcements) : kept;
    rows.set(mine.id, { ...mine, seenAt: clock.monotonic(), announcement });
    return announcement;
  };
  return {
    rows,
    connect(own, delayMs, isCut) {
      const travel = async (on: Clock): Promise<void> => {
        await sleep(on, delayMs());
        if (isCut()) throw new Error('The database cannot be reached.');
      };
      return {
        async report(mine) {
          await travel(clock);
          const others = [...rows.values()]
            .filter(({ id }) => id !== mine.id)
            .map(({ seenAt, turn: _turn, ...row }) => ({ ...row, ageMs: clock.monotonic() - seenAt }));
          // What is read is older than what is written: others may read in between.
          await sleep(clock, delayMs());
          const announcement = write(mine);
          await travel(own);
          return { announcement, others };
        },
        async leave(id) {
          await travel(clock);
          rows.delete(id);
        },
      };
    },
  };
}
