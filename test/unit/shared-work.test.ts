// Work done once for everybody who wants it at the same moment.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSharedWork } from '../../src/lib/shared-work.ts';

describe('shared work', () => {
  it('is done once for all who join, and again for whoever comes after its end', async () => {
    const shared = createSharedWork<string>();
    expect(shared.join('a')).toBeNull();
    const first = shared.start('a', async () => 'done');
    const second = shared.join('a');
    expect(await first).toBe('done');
    expect(await second).toBe('done');
    expect(shared.join('a')).toBeNull();
  });

  it('fails for all who joined, and leaves the key free', async () => {
    const shared = createSharedWork<string>();
    const first = shared.start('a', () => Promise.reject(new Error('no')));
    const second = shared.join('a', new AbortController().signal);
    await expect(first).rejects.toThrow('no');
    await expect(second).rejects.toThrow('no');
    expect(shared.join('a')).toBeNull();
  });

  it('goes on while one who waits is left, and is given up when the last one leaves', async () => {
    const shared = createSharedWork<string>();
    let given: AbortSignal | undefined;
    const never = (signal: AbortSignal) => {
      given = signal;
      return new Promise<string>(() => {});
    };
    const [one, two] = [new AbortController(), new AbortController()];
    const first = shared.start('a', never, one.signal);
    const second = shared.join('a', two.signal);
    await turn();
    one.abort(new Error('one left'));
    await expect(first).rejects.toThrow('one left');
    expect(given?.aborted).toBe(false);
    expect(shared.join('b')).toBeNull();
    two.abort(new Error('two left'));
    await expect(second).rejects.toThrow('two left');
    expect(given?.aborted).toBe(true);
    expect(shared.join('a')).toBeNull();
  });

  it('started by one who has already left rejects with the reason and gives the work up', async () => {
    const shared = createSharedWork<string>();
    const gone = AbortSignal.abort(new Error('gone'));
    const work = async (signal: AbortSignal) => {
      signal.throwIfAborted();
      return 'done';
    };
    await expect(shared.start('a', work, gone)).rejects.toThrow('gone');
    expect(shared.join('a')).toBeNull();
    await turn();
  });
});
