// The lock of a data folder: one holder at a time, gone with its process however that ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataFolderLockedError } from '../../src/store/errors.ts';
import { lockFolder } from '../../src/store/folder-lock.ts';

describe('the lock of a data folder', () => {
  let folder: string;
  let children: ChildProcess[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
    children = [];
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all(children.map((child) => end(child, 'SIGKILL')));
    await rm(folder, { recursive: true });
  });

  function contender(): { child: ChildProcess; answer: Promise<string> } {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'children/hold-folder.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return { child, answer: once(child.stdout, 'data').then(([text]) => String(text).trim()) };
  }

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  it('is refused while it is held, with the pid of the holder, and free after release', async () => {
    const lock = await lockFolder(folder);
    const error = await lockFolder(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataFolderLockedError);
    expect(error).toMatchObject({ folder, pid: process.pid });
    await lock.release();
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
    await (await lockFolder(folder)).release();
  });

  it('goes to exactly one of many who ask at the same moment', async () => {
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const held = answers.filter((answer) => answer.status === 'fulfilled');
      expect(held).toHaveLength(1);
      await Promise.all(held.map(({ value }) => value.release()));
    }
  });

  it('ends with a holder that is killed, and names a holder in another process', async () => {
    const { child, answer } = contender();
    expect(await answer).toBe('locked');
    await expect(lockFolder(folder)).rejects.toMatchObject({ pid: child.pid });
    await end(child, 'SIGKILL');
    expect(await readdir(folder)).toHaveLength(1);
    const lock = await lockFolder(folder);
    expect(await readdir(folder)).toHaveLength(1);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes to exactly one of several processes that find a dead holder', async () => {
    const dead = contender();
    await dead.answer;
    await end(dead.child, 'SIGKILL');
    const answers = await Promise.all(Array.from({ length: 4 }, () => contender().answer));
    expect(answers.toSorted()).toEqual(['locked', 'refused', 'refused', 'refused']);
  });

  it('is still held by a process that was stopped', async () => {
    const { child, answer } = contender();
    await answer;
    child.kill('SIGSTOP');
    await expect(lockFolder(folder)).rejects.toMatchObject({ name: 'DataFolderLockedError', pid: null });
    child.kill('SIGCONT');
    await expect(lockFolder(folder)).rejects.toMatchObject({ pid: child.pid });
  });

  it('works in a folder whose path is too long for a socket', async () => {
    const long = join(folder, 'x'.repeat(60), 'y'.repeat(60));
    await mkdir(long, { recursive: true });
    vi.stubEnv('TMPDIR', folder);
    const lock = await lockFolder(long);
    await expect(lockFolder(long)).rejects.toBeInstanceOf(DataFolderLockedError);
    await lock.release();
    await (await lockFolder(long)).release();
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^gandi-gateway-/), 'x'.repeat(60)]);
  });
});
