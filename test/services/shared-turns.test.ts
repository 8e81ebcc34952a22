// One at a time for each key, also when the two are in different processes, and never for longer than a dead one's lease.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSharedTurns, TURN_LEASE_MS } from '../../src/services/shared-turns.ts';
import type { Store } from '../../src/store/store.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { tracked } from '../helpers/tracked.ts';

describeStore('turns among processes', (backend) => {
  let test: TestStore;
  let store: Store;
  let clock: FakeClock;
  beforeEach(async () => {
    test = await createTestStore(backend);
    clock = fakeClock();
    const { value, settled } = tracked(test.store);
    store = value;
    clock.settlesWith(settled);
  });
  afterEach(() => test.close());

  const process = () => createSharedTurns({ store, clock, logger: silentLogger, newId: randomUUID });

  it('come one after the other for the same key, and at the same time for others', async () => {
    const [one, two] = [process(), process()];
    const story: string[] = [];
    const held = Promise.withResolvers<void>();
    const first = one.take('org-1:ada@olive.example', async () => {
      story.push('first begins');
      await held.promise;
      story.push('first ends');
    });
    await clock.advance(0);
    const second = two.take('org-1:ada@olive.example', async () => void story.push('second'));
    await two.take('org-1:bo@olive.example', async () => void story.push('another key'));
    await clock.advance(TURN_LEASE_MS * 3);
    expect(story).toEqual(['first begins', 'another key']);
    held.resolve();
    await clock.advance(1_000);
    await Promise.all([first, second]);
    expect(story).toEqual(['first begins', 'another key', 'first ends', 'second']);
    const rows = await test.query('SELECT name FROM leases');
    expect(rows).toEqual([]);
  });

  it('end with a failure of the work too, and the key is nowhere to be read', async () => {
    const [one, two] = [process(), process()];
    const names: unknown[] = [];
    const failing = one.take('org-1:ada@olive.example', async () => {
      names.push(...(await test.query('SELECT name FROM leases')).map(({ name }) => name));
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(await two.take('org-1:ada@olive.example', async () => 'next')).toBe('next');
    expect(names).toEqual([expect.stringMatching(/^turn:[\w-]{43}$/)]);
  });

  it('of a process that died are taken over when its lease is over', async () => {
    const dead = createSharedTurns({
      store: { leases: { ...store.leases, release: async () => {} } },
      clock,
      logger: silentLogger,
      newId: () => 'dead',
    });
    await dead.take('key', async () => {});
    let isTaken = false;
    const next = process().take('key', async () => {
      isTaken = true;
    });
    await clock.advance(TURN_LEASE_MS - 200);
    expect(isTaken).toBe(false);
    await clock.advance(400);
    await next;
    expect(isTaken).toBe(true);
  });
});
