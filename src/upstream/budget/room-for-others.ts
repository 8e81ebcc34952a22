// The announcements of others on the board, and for which of them the calls that are counted together leave room.
import { announcementsOf, type OtherReplica } from './replica-board.ts';

export interface RoomForOthers {
  /** Another one after each change of the announcements: limits that were worked out before it are out of date. */
  readonly version: number;
  /** Announcements that stand. */
  readonly standing: readonly string[];
  /** Those among them for which there is room. */
  readonly made: readonly string[];
  /** @returns whether something changed. */
  onView(others: readonly OtherReplica[]): boolean;
  /**
   * Calls were counted with what the limits of that version leave, and were no more than that.
   * @returns whether there is room now for somebody for whom there was none.
   */
  onCounted(version: number): boolean;
  /** Nothing is known of what the others count. */
  reset(): void;
}

export function createRoomForOthers(): RoomForOthers {
  let version = 0;
  let standing: readonly string[] = [];
  let made: readonly string[] = [];
  return {
    get version() {
      return version;
    },
    get standing() {
      return standing;
    },
    get made() {
      return made.filter((each) => standing.includes(each));
    },
    onView(others) {
      const now = announcementsOf(others).toSorted();
      if (now.join() === standing.join()) return false;
      standing = now;
      version += 1;
      return true;
    },
    onCounted(counted) {
      if (counted !== version || standing.every((each) => made.includes(each))) return false;
      made = standing;
      return true;
    },
    reset() {
      made = [];
      version += 1;
    },
  };
}
