// The sandbox as a program: banner, flags, a clean stop.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const start = (...flags: string[]) =>
  spawn(process.execPath, ['src/sandbox/main.ts', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });

async function finish(...flags: string[]) {
  const child = start(...flags);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, code };
}

it('says where it listens, answers there, and stops cleanly on SIGTERM', async () => {
  const child = start('--port', '0', '--domains', '25', '--token', 'my-token');
  const [banner] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(banner.toString())?.[0];
  const answer = await fetch(`${url}/v5/domain/domains`, { headers: { authorization: 'Bearer my-token' } });
  expect(await answer.json()).toHaveLength(25);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it.each([
  [['--domains', 'many'], '--domains'],
  [['--limit', 'fast'], '30/2s'],
  [['--people', 'lazy'], 'quick or realistic'],
  [['--speed', '-1'], '--speed'],
  [['--port', '70000'], '65535'],
  [['--domains', '200000', '--port', '0'], '100000'],
  [['--colour', 'red'], '--colour'],
])('refuses %j in one line that says what was wrong', async (flags, mention) => {
  const { out, err, code } = await finish(...flags);
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toContain(mention);
});

it('explains its flags', async () => {
  const { out, code } = await finish('--help');
  expect(code).toBe(0);
  expect(out).toContain('--domains');
});
