// What autovacuum does on a server and nothing does in PGlite: keeps the planner informed and dead rows out of the way.
import type { PGlite } from '@electric-sql/pglite';
import type { Logger } from '../telemetry/logger.ts';

export interface Upkeep {
  /** Tells of rows written. Starts a round in the background when enough have come together. */
  wrote(rows: number): void;
  /** Resolves when no round is under way; none starts afterwards. */
  stop(): Promise<void>;
}

/** The first round comes early, since without statistics lists are sorted instead of read from their index. */
const FIRST_AFTER_ROWS = 1_000;
/** Later rounds come when this many times the number of rows there are have been written. */
const ROUND_AFTER_TIMES = 4;

/** One table at a time, so that queries get their turn in between; a round over 10,000 domains takes about 0.1 s of the database's time. */
export function createUpkeep(client: PGlite, logger: Logger): Upkeep {
  let written = 0;
  let threshold = FIRST_AFTER_ROWS;
  let round: Promise<void> | null = null;
  let stopped = false;

  const run = async () => {
    const tables = await client.query<{ name: string }>(
      "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'pgboss')",
    );
    for (const { name } of tables.rows) await client.exec(`VACUUM (ANALYZE) ${name}`);
    const total = await client.query<{ rows: number }>(
      "SELECT sum(greatest(reltuples, 0))::int AS rows FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'pgboss')",
    );
    threshold = Math.max(FIRST_AFTER_ROWS, ROUND_AFTER_TIMES * (total.rows[0]?.rows ?? 0));
  };

  return {
    wrote(rows) {
      written += rows;
      if (written < threshold || round !== null || stopped) return;
      written = 0;
      round = run()
        .catch((error: unknown) => logger.warn({ error }, 'database: upkeep failed'))
        .finally(() => {
          round = null;
        });
    },
    async stop() {
      stopped = true;
      await round;
    },
  };
}
