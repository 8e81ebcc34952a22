// Knows whether the database is still at work, so that a test can let time stand still until everything that was begun has had its answer.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Turns of the event loop without a call under way after which nothing more is to come. */
const QUIET_TURNS = 6;

export interface Tracked<T> {
  readonly value: T;
  /** Resolves when no call is under way and none has begun for some turns. */
  settled(): Promise<void>;
}

export function tracked<T extends object>(target: T): Tracked<T> {
  let pending = 0;
  let allAnswered = Promise.withResolvers<void>();
  const wrap = <O extends object>(inner: O): O =>
    new Proxy(inner, {
      get(_, name) {
        const value: unknown = Reflect.get(inner, name);
        if (typeof value === 'object' && value !== null) return wrap(value);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          pending += 1;
          try {
            return await Reflect.apply(value, inner, given);
          } finally {
            pending -= 1;
            if (pending === 0) {
              allAnswered.resolve();
              allAnswered = Promise.withResolvers();
            }
          }
        };
      },
    });
  return {
    value: wrap(target),
    async settled() {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
        await nextTurn();
        if (pending === 0) continue;
        await allAnswered.promise;
        quiet = 0;
      }
    },
  };
}
