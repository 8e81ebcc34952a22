// Prisma's driver adapter for PGlite with transactions that tell the truth: a commit that failed is an error, and scripts are awaited.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  Transaction as SqlTransaction,
} from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';

class RolledBack extends Error {}

/**
 * Queries and values are translated by `pglite-prisma-adapter`; only its transactions are replaced, since they report success when COMMIT fails.
 * PGlite has one connection: while a transaction is open every other query and transaction waits for its end, first come, first served.
 * It answers without ever leaving the present turn of the event loop; so each query and transaction begins with a new turn, lest a row of them
 * keeps requests and timers waiting.
 * @param onWritten told how many rows each statement outside a transaction has written.
 */
export function createPGliteAdapter(
  client: PGlite,
  onWritten: (rows: number) => void = () => {},
): SqlDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: 'pglite',
    connect: () => connect(client, onWritten),
  };
}

async function connect(client: PGlite, onWritten: (rows: number) => void): Promise<SqlDriverAdapter> {
  const queries = await translated(client);
  return {
    provider: 'postgres',
    adapterName: 'pglite',
    async queryRaw(query) {
      await nextTurn();
      return queries.queryRaw(query);
    },
    async executeRaw(query) {
      await nextTurn();
      const rows = await queries.executeRaw(query);
      if (rows > 0) onWritten(rows);
      return rows;
    },
    executeScript: async (script) => void (await client.exec(script)),
    async startTransaction(isolationLevel) {
      await nextTurn();
      return startTransaction(client, isolationLevel);
    },
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: async () => {},
  };
}

/** The adapter asks nothing of its client but `query`, which a transaction has too. */
function translated(client: Pick<PGlite, 'query'> | Transaction) {
  return new PrismaPGlite(client as PGlite).connect();
}

async function startTransaction(client: PGlite, isolationLevel: string | undefined): Promise<SqlTransaction> {
  const opened = Promise.withResolvers<Transaction>();
  const decided = Promise.withResolvers<void>();
  const finished = client.transaction(async (transaction) => {
    if (isolationLevel !== undefined) await transaction.exec(`SET TRANSACTION ISOLATION LEVEL ${isolationLevel}`);
    opened.resolve(transaction);
    await decided.promise;
  });
  finished.catch(opened.reject);
  const queries = await translated(await opened.promise);
  return {
    provider: 'postgres',
    adapterName: 'pglite',
    options: { usePhantomQuery: true },
    queryRaw: (query) => queries.queryRaw(query),
    executeRaw: (query) => queries.executeRaw(query),
    async commit() {
      decided.resolve();
      await finished;
    },
    async rollback() {
      const rolledBack = new RolledBack();
      decided.reject(rolledBack);
      await finished.catch((error: unknown) => {
        if (error !== rolledBack) throw error;
      });
    },
  };
}
