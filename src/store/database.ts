// Opens the database the configuration names, brings it to the present schema and hands out the store.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { fromPglite } from 'pg-boss';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from './data-folder.ts';
import { openEmbedded } from './embedded.ts';
import { DatabaseError, type DatabaseVariable } from './errors.ts';
import { PrismaClient } from './generated/client.ts';
import { MigrationError, type MigrationTarget, migrate, readMigrations } from './migrate.ts';
import { createPGliteAdapter } from './pglite-adapter.ts';
import { openPostgresql } from './postgresql.ts';
import { createStore } from './prisma-store.ts';
import type { Store } from './store.ts';
import { createUpkeep } from './upkeep.ts';
import { openWork, WORK_SCHEMA, type WorkOptions } from './work.ts';

export interface DatabaseOptions {
  /** A PostgreSQL server; null = the embedded database. */
  readonly databaseUrl: string | null;
  /** Folder of the embedded database; made when it does not exist, ignored with a `databaseUrl`. */
  readonly dataFolder: string;
  readonly logger: Logger;
}

export interface OpenDatabase {
  readonly store: Store;
  readonly kind: 'embedded' | 'postgresql';
  /** Such as `PGlite in .data` or `PostgreSQL at localhost:5432/gateway`; never a password. */
  describe(): string;
  /** Lets running queries end, then closes; the same as `store.close()`. */
  close(): Promise<void>;
}

/**
 * One transaction at a time runs on PGlite, and a burst of them stands in line: long limits here keep a busy moment from failing orders.
 * Milliseconds.
 */
const TRANSACTION_LIMITS = { maxWait: 30_000, timeout: 30_000 };

/** @throws {DatabaseError} with one sentence for the operator; nothing is left open or locked then. */
export async function openDatabase({ databaseUrl, dataFolder, logger }: DatabaseOptions): Promise<OpenDatabase> {
  if (databaseUrl !== null) {
    const { adapter, target, work, address, close } = await openPostgresql(databaseUrl, logger);
    const store = await prepare('DATABASE_URL', { adapter, target, work, close, logger });
    return { store, kind: 'postgresql', describe: () => `PostgreSQL at ${address}`, close: () => store.close() };
  }
  const onCreate = () => logger.info({ dataFolder }, 'database: making a new one, which takes a few seconds');
  const { client, close } = await openEmbedded({ dataFolder, onCreate });
  const upkeep = createUpkeep(client, logger);
  const adapter = createPGliteAdapter(client, upkeep.wrote);
  const store = await prepare('DATA_DIR', {
    adapter,
    target: pgliteTarget(client),
    work: pgliteWork(client),
    close: () => upkeep.stop().then(close),
    logger,
  });
  return { store, kind: 'embedded', describe: () => `PGlite in ${dataFolder}`, close: () => store.close() };
}

export function pgliteTarget(client: PGlite): MigrationTarget {
  return {
    transaction: (run) =>
      client.transaction((transaction) =>
        run({
          exec: async (script) => void (await transaction.exec(script)),
          query: async (sql, parameters = []) =>
            (await transaction.query<Record<string, unknown>>(sql, [...parameters])).rows,
        }),
      ),
  };
}

/** Statements of pg-boss on PGlite, each beginning with a turn of the event loop of its own. */
export function pgliteWork(client: PGlite): Omit<WorkOptions, 'logger'> {
  const { executeSql } = fromPglite(client);
  return {
    database: {
      async executeSql(text, values) {
        await nextTurn();
        return executeSql(text, values);
      },
    },
    schema: WORK_SCHEMA,
    isAlone: true,
    inTurn: (run) => run(),
  };
}

export function createPrisma(adapter: SqlDriverAdapterFactory): PrismaClient {
  return new PrismaClient({ adapter, transactionOptions: TRANSACTION_LIMITS, errorFormat: 'minimal' });
}

interface Opened {
  readonly adapter: SqlDriverAdapterFactory;
  readonly target: MigrationTarget;
  readonly work: Omit<WorkOptions, 'logger'>;
  readonly close: () => Promise<void>;
  readonly logger: Logger;
}

async function prepare(variable: DatabaseVariable, { adapter, target, work, close, logger }: Opened): Promise<Store> {
  try {
    const applied = await migrate(target, await readMigrations());
    if (applied.length > 0) logger.info({ migrations: applied }, 'database: schema brought up to date');
    const books = await openWork({ ...work, logger }).catch((error: unknown) => {
      const sentence = `the tables of durable work cannot be made in schema ${work.schema} (${reasonOf(error)}); expected the right to create it.`;
      throw new DatabaseError(variable, sentence, { cause: error });
    });
    return createStore(createPrisma(adapter), books, close);
  } catch (error) {
    await close();
    if (error instanceof MigrationError) throw new DatabaseError(variable, error.message, { cause: error });
    throw error;
  }
}
