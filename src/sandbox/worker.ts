// The sandbox in a thread of its own, beside a gateway: it ends with the gateway's process, and its work never delays the gateway's.
import { parentPort, workerData } from 'node:worker_threads';
import type { SandboxOptions } from './options.ts';
import { startSandbox } from './server.ts';

/** What the thread says once, after it tried to listen. */
export type SandboxWorkerMessage = { readonly url: string } | { readonly failure: string };

async function main(): Promise<void> {
  const options = workerData as SandboxOptions & { readonly port: number };
  try {
    const { url } = await startSandbox(options);
    say({ url });
  } catch (error) {
    say({ failure: error instanceof Error ? error.message : String(error) });
  }
}

function say(message: SandboxWorkerMessage): void {
  parentPort?.postMessage(message);
}

await main();
