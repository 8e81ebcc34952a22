// One at a time for each key among all processes on one database: a turn in this process, then the lease of the key.
import { createHash } from 'node:crypto';
import { type Clock, sleep } from '../lib/clock.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createKeyedTurns, type KeyedTurns } from './keyed-turns.ts';

export interface SharedTurnsDeps {
  readonly store: Pick<Store, 'leases'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly newId: () => string;
}

/** Also how long a key is taken by a process that died. */
export const TURN_LEASE_MS = 15_000;
const ASK_AGAIN_MS = 100;

/** Keys may hold personal data: the database sees their digest. */
export function createSharedTurns({ store, clock, logger, newId }: SharedTurnsDeps): KeyedTurns {
  const here = createKeyedTurns();
  return {
    take: (key, work) =>
      here.take(key, async () => {
        const name = `turn:${createHash('sha256').update(key).digest('base64url')}`;
        const owner = newId();
        const hold = () => store.leases.hold(name, owner, clock.now(), clock.now() + TURN_LEASE_MS);
        while (!(await hold())) await sleep(clock, ASK_AGAIN_MS);
        const rest = new AbortController();
        const keep = async (): Promise<void> => {
          for (;;) {
            await sleep(clock, TURN_LEASE_MS / 3, rest.signal);
            await hold().catch((error: unknown) => logger.warn({ error }, 'A turn could not be kept.'));
          }
        };
        keep().catch(() => {});
        try {
          return await work();
        } finally {
          rest.abort();
          await store.leases
            .release(name, owner)
            .catch((error: unknown) => logger.warn({ error }, 'A turn could not be given back.'));
        }
      }),
  };
}
