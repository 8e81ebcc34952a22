// Waiting for what another process brings about.
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 60_000;

/** Asks until the answer is neither null, undefined nor false. @throws after a minute, naming what did not happen. */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
): Promise<Exclude<T, null | undefined | false>> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false)
      return answer as Exclude<T, null | undefined | false>;
    if (Date.now() > giveUpAt) throw new Error(`did not happen within a minute: ${what}`);
    await pause(25);
  }
}
