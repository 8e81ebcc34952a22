// What a kind of durable work is to whoever runs it: resumable, idempotent, and given up in words.
//
// To add a kind: name it in `WorkKind` and `WORK_KINDS` (src/store), write a handler, and give it to the runner in src/app.ts. A piece is sent by
// `store.work.wake(kind, key)`, or, better, by `Work.wakeWithin` in the transaction that makes it necessary; publish the hint `work` afterwards.
// The key says what is to be done (an id); everything else is read from our own tables, which also hold the progress.
import type { TakenWork, WorkKind } from '../store/store.ts';

/** A piece of work in the hands of one worker. */
export interface HeldWork {
  /** Names this attempt and no other. Write it down when you begin, and let every write ask whether it still stands there. */
  readonly owner: TakenWork['owner'];
  /** Aborts when the piece is no longer ours, or the process stops: begin nothing new then. What you return is not looked at any more. */
  readonly signal: AbortSignal;
}

export interface WorkHandler {
  readonly kind: WorkKind;
  /** Pieces of this kind that one process works on side by side. */
  readonly atOnce: number;
  /** Attempts that fail or die one after the other before the piece is given up. */
  readonly mostFailures: number;
  /**
   * Does what is left to do. It may be called again at any moment, also while an earlier call that lost the piece is still at it, and must come to the same.
   * @returns null when nothing is left; otherwise in how many milliseconds to look again, unless it is woken before. What it throws counts as a failure.
   */
  run(key: string, held: HeldWork): Promise<number | null>;
  /** Writes down that the piece will not be done. */
  giveUp(key: string): Promise<void>;
  /** Keys that have something left to do, by what our tables say: sent again at a start, in case the books of the work were lost. */
  unfinished(): Promise<readonly string[]>;
}
