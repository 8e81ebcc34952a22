// Answers kept for a short while and in bounded number, so that the same question asked again at once costs nothing.
import type { Clock } from './clock.ts';

export interface RecentAnswers<T> {
  /** The answer, unless it is `maxAgeMs` old or older; an age of 0 finds nothing. */
  get(key: string, maxAgeMs: number): T | undefined;
  put(key: string, answer: T): void;
  readonly size: number;
}

/** Keeps each answer `keptForMs`, and of more than `maxEntries` the youngest. Ages are measured on the monotonic clock. */
export function createRecentAnswers<T>(options: {
  readonly clock: Clock;
  readonly keptForMs: number;
  readonly maxEntries: number;
}): RecentAnswers<T> {
  const { clock, keptForMs, maxEntries } = options;
  const answers = new Map<string, { readonly at: number; readonly answer: T }>();
  const dropOld = (now: number): void => {
    for (const [key, { at }] of answers) {
      if (now - at < keptForMs && answers.size <= maxEntries) return;
      answers.delete(key);
    }
  };
  return {
    get(key, maxAgeMs) {
      const found = answers.get(key);
      return found && clock.monotonic() - found.at < Math.min(maxAgeMs, keptForMs) ? found.answer : undefined;
    },
    put(key, answer) {
      const at = clock.monotonic();
      answers.delete(key);
      answers.set(key, { at, answer });
      dropOld(at);
    },
    get size() {
      return answers.size;
    },
  };
}
