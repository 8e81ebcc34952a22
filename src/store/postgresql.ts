// A PostgreSQL server chosen by DATABASE_URL: connections as the store needs them, and what is wrong in words when there are none.
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { DatabaseError } from './errors.ts';
import type { MigrationSession, MigrationTarget } from './migrate.ts';
import { WORK_SCHEMA, type WorkOptions } from './work.ts';

export interface PostgresqlDatabase {
  readonly adapter: PrismaPg;
  readonly target: MigrationTarget;
  readonly work: Omit<WorkOptions, 'logger'>;
  /** Host and database, without user or password. */
  readonly address: string;
  close(): Promise<void>;
}

const CONNECT_WITHIN_MS = 5_000;
const MAX_CONNECTIONS = 10;
/** Names the line in which processes that start make the tables of durable work. */
const WORK_LOCK = 7_201_944_313;
/** PostgreSQL 13, the first with gen_random_uuid() built in. */
const OLDEST_VERSION = 130_000;

/** @throws {DatabaseError} naming what is wrong when the server cannot be reached, refuses the user, lacks the database or is too old. */
export async function openPostgresql(databaseUrl: string, logger: Logger): Promise<PostgresqlDatabase> {
  const { host, port, database = '', user = '' } = new pg.Client({ connectionString: databaseUrl });
  const place = { server: host.startsWith('/') ? host : `${host}:${port}`, database, user };
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: 'gandi-reseller-gateway',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    onConnect: (client) => prepareConnection(client, databaseUrl),
  });
  pool.on('error', (error) => logger.warn({ error }, 'database: an idle connection was lost'));
  try {
    await checkVersion(pool);
  } catch (error) {
    await pool.end();
    throw error instanceof DatabaseError ? error : explain(error, place);
  }
  return {
    adapter: new PrismaPg(pool, { ...schemaOf(databaseUrl) }),
    target: { transaction: (run) => inTransaction(pool, run) },
    work: {
      database: { executeSql: (text, values) => pool.query(text, values) },
      schema: workSchemaOf(databaseUrl),
      isAlone: false,
      inTurn: (run) =>
        inTransaction(pool, async ({ query }) => {
          await query(`SELECT pg_advisory_xact_lock(${WORK_LOCK})`);
          return run();
        }),
    },
    address: `${place.server}/${database}`,
    close: () => pool.end(),
  };
}

/** The adapter reads and writes instants as if every session were in UTC. `schema` is Prisma's own addition to the address. */
async function prepareConnection(client: pg.ClientBase, databaseUrl: string): Promise<void> {
  await client.query("SET TIME ZONE 'UTC'");
  const { schema } = schemaOf(databaseUrl);
  if (schema === undefined) return;
  const name = pg.escapeIdentifier(schema);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${name}`);
  await client.query(`SET search_path TO ${name}`);
}

function schemaOf(databaseUrl: string): { schema?: string } {
  const schema = URL.parse(databaseUrl)?.searchParams.get('schema');
  return schema ? { schema } : {};
}

/** Beside a schema that was chosen, one of the same name for the work, so that two gateways in one database do not take each other's. */
function workSchemaOf(databaseUrl: string): string {
  const { schema } = schemaOf(databaseUrl);
  return schema === undefined ? WORK_SCHEMA : `"${schema}_${WORK_SCHEMA}"`;
}

async function checkVersion(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ number: string; text: string }>(
    "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text",
  );
  const version = rows[0];
  if (version !== undefined && Number(version.number) < OLDEST_VERSION)
    throw new DatabaseError('DATABASE_URL', `the server is PostgreSQL ${version.text}; expected version 13 or newer.`);
}

async function inTransaction<T>(pool: pg.Pool, run: (session: MigrationSession) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await run({
      exec: async (script) => void (await client.query(script)),
      query: async (sql, parameters = []) => (await client.query(sql, [...parameters])).rows,
    });
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

interface Place {
  readonly server: string;
  readonly database: string;
  readonly user: string;
}

/** Codes of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function explain(error: unknown, { server, database, user }: Place): DatabaseError {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  const sentence = (() => {
    if (code === '28P01' || code === '28000' || /password must be a string/.test(message))
      return `the server at ${server} refused user "${user}" or its password; expected postgresql://user:password@host:port/database.`;
    if (code === '3D000')
      return `the server at ${server} has no database "${database}"; create it (CREATE DATABASE), or name one that exists.`;
    if (code === '53300')
      return `the server at ${server} takes no more connections; expected up to ${MAX_CONNECTIONS} free ones.`;
    if (code === '42501') return `user "${user}" lacks a right on database "${database}" (${message}).`;
    if (isSystemCode(code) || /timeout/i.test(message))
      return `no database answers at ${server} (${code || 'no answer in time'}); expected a PostgreSQL server that is running and reachable.`;
    return `the database at ${server} cannot be used (${message}).`;
  })();
  return new DatabaseError('DATABASE_URL', sentence, { cause: error });
}

/** Such as ECONNREFUSED or ENOTFOUND: Node's codes, which PostgreSQL's five characters never look like. */
function isSystemCode(code: string): boolean {
  return /^E[A-Z_]{4,}$/.test(code) && code.length > 5;
}
