// Going on alone: announced to all others, and permitted once every one of them leaves room.
import type { Logger } from '../../telemetry/logger.ts';
import type { BoardView } from './board-watch.ts';
import { formatRateLimits, type RateLimit } from './rate-limit.ts';
import { fits, isAcknowledged, type OtherReplica } from './replica-board.ts';

export interface Solitude {
  /** How often it began. */
  readonly count: number;
  /** Not known to be on the board yet. */
  readonly isUnannounced: boolean;
  /** Calls may be made with the part. */
  readonly isAdmitted: boolean;
  /** The part that this replica may use, or will; nothing while it has no place among those who announced theirs before. */
  share(others: readonly OtherReplica[]): readonly RateLimit[];
  /** Begins, or begins anew: what was announced before is void. */
  begin(): void;
  end(): void;
  /** @returns whether it is admitted now and was not before. */
  onView(view: Pick<BoardView, 'announcement' | 'others'>): boolean;
}

export function createSolitude(deps: {
  readonly limits: () => readonly RateLimit[];
  readonly part: () => readonly RateLimit[];
  /** Into how many parts the limits are divided. */
  readonly replicas: number;
  readonly logger: Logger;
}): Solitude {
  const { limits, part, replicas, logger } = deps;
  let count = 0;
  let announcement: string | null = null;
  let isAdmitted = false;
  let isCrowdTold = false;

  const hasPlace = (others: readonly OtherReplica[]): boolean =>
    announcement !== null && fits(announcement, part(), limits(), others);

  return {
    get count() {
      return count;
    },
    get isUnannounced() {
      return announcement === null;
    },
    get isAdmitted() {
      return isAdmitted;
    },
    share: (others) => (hasPlace(others) ? part() : []),
    begin() {
      count += 1;
      announcement = null;
      isAdmitted = false;
    },
    end() {
      announcement = null;
      isAdmitted = false;
      isCrowdTold = false;
    },
    onView(view) {
      announcement = view.announcement;
      if (announcement === null || isAdmitted) return false;
      if (!hasPlace(view.others)) {
        if (!isCrowdTold)
          logger.error(
            { variable: 'REPLICAS', replicas },
            `call budget: REPLICAS: found ${replicas}, but more replicas are cut off than that; this one sends nothing`,
          );
        isCrowdTold = true;
        return false;
      }
      isAdmitted = isAcknowledged(announcement, view.others);
      if (isAdmitted) logger.warn(`call budget: alone with ${formatRateLimits(part())}`);
      return isAdmitted;
    },
  };
}
