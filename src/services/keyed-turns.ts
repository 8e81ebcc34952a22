// One at a time for each key, in the order of asking.

export interface KeyedTurns {
  /** Runs `work` when everything asked for before under the same key has ended, well or badly. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createKeyedTurns(): KeyedTurns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(key, work) {
      const before = last.get(key);
      const mine = (before ?? Promise.resolve()).then(work, work);
      last.set(key, mine);
      try {
        return await mine;
      } finally {
        if (last.get(key) === mine) last.delete(key);
      }
    },
  };
}
