// Who is watching what right now, so that what is watched is looked after more closely.

export interface Interest<T> {
  /** Counts one more watcher of everything that `matches`. @returns how to leave; idempotent. */
  add(matches: (subject: T) => boolean): () => void;
  /** True when at least one watches the subject. */
  covers(subject: T): boolean;
  readonly watchers: number;
}

export function createInterest<T>(): Interest<T> {
  const watching = new Set<{ readonly matches: (subject: T) => boolean }>();
  return {
    add(matches) {
      const watcher = { matches };
      watching.add(watcher);
      return () => void watching.delete(watcher);
    },
    covers(subject) {
      for (const { matches } of watching) if (matches(subject)) return true;
      return false;
    },
    get watchers() {
      return watching.size;
    },
  };
}
