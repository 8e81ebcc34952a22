// The embedded database in memory, migrated and empty: the gateway's own store without a folder.
import { PGlite } from '@electric-sql/pglite';
import { createPrisma, pgliteTarget, pgliteWork } from '../../src/store/database.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { createPGliteAdapter } from '../../src/store/pglite-adapter.ts';
import { createStore } from '../../src/store/prisma-store.ts';
import type { Store } from '../../src/store/store.ts';
import { openWork } from '../../src/store/work.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

export interface MemoryStore {
  readonly store: Store;
  /** Runs SQL beside the store. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function openMemoryStore(): Promise<MemoryStore> {
  const client = await PGlite.create();
  await migrate(pgliteTarget(client), await readMigrations());
  const work = await openWork({ ...pgliteWork(client), logger: silentLogger });
  return {
    store: createStore(createPrisma(createPGliteAdapter(client)), work, async () => {}),
    query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    close: () => work.close().then(() => client.close()),
  };
}
