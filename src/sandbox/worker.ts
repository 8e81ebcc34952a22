// The sandbox in a thread of its own, beside a gateway: it ends with the gateway's process, and its work never delays the gateway's.
import { parentPort, workerData } from 'node:worker_threads';
import { JournalMismatchError } from './journal.ts';
import type { SandboxOptions } from './options.ts';
import { startSandbox } from './server.ts';

/** What the thread says once, after it tried to listen. */
export type SandboxWorkerMessage = { readonly url: string } | { readonly failure: SandboxFailure };

/** Why there is no sandbox, in one sentence. */
export interface SandboxFailure {
  readonly reason: string;
  /** The option at fault; null when it is the folder of the journal. */
  readonly option: string | null;
  /** What the journal was begun with, for an option that differs from it. */
  readonly begun?: string | number | boolean | undefined;
}

async function main(): Promise<void> {
  const options = workerData as SandboxOptions & { readonly port: number };
  try {
    const { url } = await startSandbox(options);
    say({ url });
  } catch (error) {
    say({ failure: failureFrom(error) });
  }
}

function failureFrom(error: unknown): SandboxFailure {
  if (!(error instanceof Error)) return { reason: String(error), option: null };
  const { message: reason, cause = error } = error;
  if (error instanceof JournalMismatchError) return { reason, option: error.option, begun: error.begun };
  return { reason, option: (cause as NodeJS.ErrnoException).syscall === 'listen' ? 'port' : null };
}

function say(message: SandboxWorkerMessage): void {
  parentPort?.postMessage(message);
}

await main();
