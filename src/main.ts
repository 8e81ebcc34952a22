// Process entry: configuration, sandbox when no token is set, start, first screen, drain on SIGTERM.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createApp, type GandiAccess } from './app.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { firstScreen } from './first-screen.ts';
import { defaultToken, type SandboxOptions } from './sandbox/options.ts';
import type { SandboxFailure, SandboxWorkerMessage } from './sandbox/worker.ts';
import { holdFolder } from './store/data-folder.ts';
import { createLogger } from './telemetry/logger.ts';

/** Something the operator can mend; shown as its one line, without a stack. */
const OPERATOR_ERRORS = new Set([
  'ConfigError',
  'DatabaseError',
  'DataFolderLockedError',
  'ListenError',
  'RedisError',
  'SecretsKeyError',
  'SandboxError',
  'OtherAccountError',
]);

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  const logger = createLogger({ level: config.logLevel });
  // A promise nobody awaited is a bug; the process says so and ends rather than go on half alive. Everything durable survives that.
  process.on('unhandledRejection', (error) => {
    logger.fatal({ error }, 'a promise was rejected and nobody listened');
    process.exit(1);
  });
  const { gandi, release } =
    config.gandi === null ? await startSandbox(config) : { gandi: config.gandi, release: async () => {} };
  try {
    const app = await createApp(config, gandi, logger);
    const { url } = await app.listen();
    process.stdout.write(
      firstScreen({ config, url, gandiUrl: gandi.apiUrl, database: app.database, progress: app.progress() }),
    );
    drainOnSignal((signal) => app.close(signal).finally(release));
  } catch (error) {
    await release();
    throw error;
  }
}

interface OwnSandbox {
  readonly gandi: GandiAccess;
  /** Lets the next process into the sandbox's folder. */
  release(): Promise<void>;
}

/**
 * Runs the sandbox in a thread; its state lies in the data folder, so that it remembers what was bought when the gateway is started again. The folder is
 * held first: two sandboxes on one journal would each miss what the other sold.
 */
async function startSandbox(config: Config): Promise<OwnSandbox> {
  const { path, release } = await holdFolder(join(config.dataDir, 'sandbox'));
  const journal = join(path, 'journal.jsonl');
  const [limit] = config.rateLimits;
  const options: SandboxOptions & { port: number; journal: string } = {
    port: config.sandbox.port,
    domains: config.sandbox.domains,
    people: config.sandbox.people,
    journal,
    ...(limit === undefined ? {} : { limit: { calls: limit.limit, windowMs: limit.windowMs } }),
  };
  const worker = new Worker(new URL('./sandbox/worker.ts', import.meta.url), { workerData: options });
  worker.on('error', (error) => {
    throw error;
  });
  const message = await new Promise<SandboxWorkerMessage>((resolve) => worker.once('message', resolve));
  if ('failure' in message) {
    await release();
    throw new SandboxError(sandboxProblem(config, journal, message.failure));
  }
  worker.unref();
  return { gandi: { apiUrl: message.url, token: defaultToken }, release };
}

/** The sandbox cannot be started; one line for the operator. */
class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

function sandboxProblem({ sandbox }: Config, journal: string, { reason, option, begun }: SandboxFailure): string {
  const afresh = `with which ${journal} was begun; remove that folder to start afresh`;
  switch (option) {
    case 'domains':
      return `SANDBOX_DOMAINS: found ${sandbox.domains}, expected ${begun}, ${afresh}.`;
    case 'people':
      return `SANDBOX_PEOPLE: found ${JSON.stringify(sandbox.people)}, expected the people ${afresh}.`;
    case 'port':
      return `SANDBOX_PORT: ${reason}.`;
    default:
      return `DATA_DIR: the sandbox cannot be started: ${reason}.`;
  }
}

/** The first SIGTERM or SIGINT drains; a second one ends the process at once. */
function drainOnSignal(drain: (signal: string) => Promise<void>): void {
  let draining = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (draining) process.exit(1);
    draining = true;
    drain(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

main().catch((error: unknown) => {
  const isOperators = error instanceof Error && OPERATOR_ERRORS.has(error.name);
  const text = isOperators ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint = error instanceof ConfigError ? '\nAll variables are listed in .env.example.' : '';
  process.stderr.write(`${text}${hint}\n`, () => process.exit(1));
});
