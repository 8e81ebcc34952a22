// The proxy of deploy/ as it is, with ports of this machine in place of those of containers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../bench/lib/gateway-process.ts';
import { eventually } from './eventually.ts';

export const PROXY_CONFIG = 'deploy/haproxy.cfg';
export const PROXY_PROGRAM = '/usr/sbin/haproxy';

export interface OwnHaproxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param gateways ports in the order of the servers in the configuration. */
export async function startOwnHaproxy(gateways: readonly number[]): Promise<OwnHaproxy> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'));
  const config = gateways.reduce(
    (text, own, index) => text.replace(`gateway-${index + 1}:4000`, `127.0.0.1:${own}`),
    readFileSync(PROXY_CONFIG, 'utf8').replace('bind :8080', `bind 127.0.0.1:${port}`),
  );
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, config);
  const child = spawn(PROXY_PROGRAM, ['-db', '-f', file], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await eventually('the proxy leads to a gateway', () => {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}.`);
    return fetch(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    url,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
