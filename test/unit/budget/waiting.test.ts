// What a caller may count on while it waits: refused early rather than late, gone at once when it gives up, one timer for everyone.
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/upstream/budget/budget.ts';
import { BudgetRefused } from '../../../src/upstream/budget/refusal.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { createReceiver, fill, spend } from './receiver.ts';

const patient = { maxWaitMs: Number.POSITIVE_INFINITY };

function setup(limit = 1, windowMs = 1_000, maxQueuedPerTenant = 1_000) {
  const clock = fakeClock();
  const budget = createBudget({ clock, limits: [{ limit, windowMs }], maxQueuedPerTenant });
  return { clock, budget, receiver: createReceiver(clock, budget) };
}

async function refusalOf(attempt: Promise<unknown>): Promise<BudgetRefused> {
  const reason = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(reason instanceof BudgetRefused)) throw new Error(`Expected a refusal, got ${String(reason)}`);
  return reason;
}

describe('a call that would wait too long', () => {
  it('is refused at once, and told when to come back', async () => {
    const { clock, budget } = setup();
    await spend(budget, 1);
    const refused = await refusalOf(budget.acquire({ lane: 'interactive', tenant: 'a', maxWaitMs: 600 }));
    expect(refused).toMatchObject({
      name: 'BudgetRefused',
      code: 'UPSTREAM_BUSY',
      reason: 'deadline',
      lane: 'interactive',
    });
    expect(refused.retryAfterMs).toBe(403);
    expect(refused.message).toContain('403 ms');
    expect(clock.pending).toBe(0);
    expect(budget.snapshot()).toMatchObject({ queued: { interactive: 0 }, refused: { interactive: 1, money: 0 } });
  });

  it('gets its permit in time when it comes back as told', async () => {
    const { clock, budget } = setup();
    await spend(budget, 1);
    const call = { lane: 'interactive', tenant: 'a', maxWaitMs: 600 } as const;
    const { retryAfterMs } = await refusalOf(budget.acquire(call));
    await clock.advance(retryAfterMs);
    const again = budget.acquire(call);
    await clock.advance(600);
    expect((await again).waitedMs).toBeLessThanOrEqual(600);
  });

  it('goes at once with no patience at all when a slot is free, whoever else waits for even spacing', async () => {
    const { budget } = setup(5);
    for (let call = 0; call < 3; call += 1) void budget.acquire({ lane: 'backfill', tenant: 'b' });
    const permit = await budget.acquire({ lane: 'interactive', tenant: 'a', maxWaitMs: 0 });
    expect(permit.waitedMs).toBe(0);
    expect(budget.snapshot().queued.backfill).toBe(2);
  });

  it('is refused at its deadline when more urgent calls came in between', async () => {
    const { clock, budget, receiver } = setup();
    await spend(budget, 1);
    const refused = refusalOf(budget.acquire({ lane: 'interactive', tenant: 'a', maxWaitMs: 1_200 }));
    for (let call = 0; call < 3; call += 1) void receiver.call('money', { lane: 'money', tenant: 'b' });
    await clock.advance(1_199);
    expect(budget.snapshot().queued.interactive).toBe(1);
    await clock.advance(1);
    expect((await refused).reason).toBe('deadline');
    expect((await refused).retryAfterMs).toBeGreaterThan(1_000);
    expect(budget.snapshot().queued.interactive).toBe(0);
    await clock.advance(10_000);
    expect(receiver.granted).toHaveLength(3);
  });

  it('gets the slot when slot and deadline fall together', async () => {
    const { clock, budget } = setup();
    await spend(budget, 1);
    const permit = budget.acquire({ lane: 'interactive', tenant: 'a', maxWaitMs: 1_003 });
    await clock.advance(1_003);
    expect((await permit).waitedMs).toBe(1_003);
  });

  it('is refused, not served late, when the process stood still past its deadline', async () => {
    const clock = fakeClock();
    const late = { ...clock, after: (ms: number, run: () => void) => clock.after(ms + 500, run) };
    const budget = createBudget({ clock: late, limits: [{ limit: 1, windowMs: 1_000 }] });
    await spend(budget, 1);
    const refused = refusalOf(budget.acquire({ lane: 'interactive', tenant: 'a', maxWaitMs: 1_200 }));
    await clock.advance(2_000);
    expect((await refused).reason).toBe('deadline');
    expect(budget.snapshot()).toMatchObject({ remaining: 1, granted: { interactive: 0 } });
  });

  it('does not lose its permit to the time the call itself takes', async () => {
    const { clock, budget } = setup();
    const permit = await budget.acquire({ lane: 'interactive', tenant: 'a', maxWaitMs: 100 });
    await clock.advance(60_000);
    expect(budget.snapshot().inFlight).toBe(1);
    permit.done();
    expect(budget.snapshot()).toMatchObject({ inFlight: 0, remaining: 0 });
  });

  it('waits as long as its lane allows when it names no limit', async () => {
    const { budget } = setup(1, 20_000);
    await spend(budget, 1);
    expect((await refusalOf(budget.acquire({ lane: 'interactive', tenant: 'a' }))).reason).toBe('deadline');
    void budget.acquire({ lane: 'money', tenant: 'a' });
    expect(budget.snapshot().queued).toMatchObject({ money: 1, interactive: 0 });
  });
});

describe('a tenant with too many calls waiting', () => {
  it('is refused in that lane, alone, and told when a place is free', async () => {
    const { clock, budget, receiver } = setup(1, 1_000, 2);
    await spend(budget, 1);
    for (let call = 0; call < 2; call += 1) void receiver.call('a', { lane: 'bulk', tenant: 'a' });
    const refused = await refusalOf(budget.acquire({ lane: 'bulk', tenant: 'a' }));
    expect(refused).toMatchObject({ reason: 'queue-full', code: 'UPSTREAM_BUSY' });
    void receiver.call('b', { lane: 'bulk', tenant: 'b' });
    void receiver.call('a', { lane: 'poll', tenant: 'a' });
    expect(budget.snapshot()).toMatchObject({ queued: { bulk: 3, poll: 1 }, refused: { bulk: 1 } });
    expect(refused.retryAfterMs).toBeGreaterThan(900);
    expect(refused.retryAfterMs).toBeLessThan(1_200);
    await clock.advance(10_000);
    expect(receiver.granted).toHaveLength(4);
  });
});

describe('a caller that gives up', () => {
  it('leaves the queue at once and gets the reason of its signal', async () => {
    const { clock, budget, receiver } = setup();
    await spend(budget, 1);
    const stop = new AbortController();
    const given = budget.acquire({ lane: 'interactive', tenant: 'a', signal: stop.signal });
    void receiver.call('next', { lane: 'interactive', tenant: 'b' });
    expect(budget.snapshot().queued.interactive).toBe(2);
    const reason = new Error('client went away');
    stop.abort(reason);
    expect(budget.snapshot().queued.interactive).toBe(1);
    await expect(given).rejects.toBe(reason);
    await clock.advance(1_100);
    expect(receiver.granted).toEqual([{ name: 'next', at: 1_003 }]);
  });

  it('is turned away at the door when its signal aborted before', async () => {
    const { budget } = setup();
    const reason = new Error('too late');
    const attempt = budget.acquire({ lane: 'money', tenant: 'a', signal: AbortSignal.abort(reason) });
    await expect(attempt).rejects.toBe(reason);
    expect(budget.snapshot()).toMatchObject({ remaining: 1, granted: { money: 0 } });
  });

  it('keeps a permit it already has', async () => {
    const { clock, budget } = setup();
    await spend(budget, 1);
    const stop = new AbortController();
    const waiting = budget.acquire({ lane: 'money', tenant: 'a', signal: stop.signal });
    await clock.advance(1_100);
    const permit = await waiting;
    stop.abort();
    expect(budget.snapshot().inFlight).toBe(1);
    permit.release();
    expect(budget.snapshot()).toMatchObject({ inFlight: 0, remaining: 1 });
  });

  it('is listened to no longer once it was served or refused', async () => {
    const { clock, budget } = setup();
    await spend(budget, 1);
    const { signal } = new AbortController();
    const served = budget.acquire({ lane: 'money', tenant: 'a', signal });
    const refused = refusalOf(budget.acquire({ lane: 'backfill', tenant: 'a', signal, maxWaitMs: 3_000 }));
    await refusalOf(budget.acquire({ lane: 'interactive', tenant: 'a', signal, maxWaitMs: 10 }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(2);
    await clock.advance(1_003);
    await served;
    await clock.advance(2_000);
    await refused;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('leaves no timer behind when nobody else waits', async () => {
    const { clock, budget } = setup();
    await spend(budget, 1);
    const stop = new AbortController();
    const given = budget.acquire({ lane: 'money', tenant: 'a', signal: stop.signal });
    expect(clock.pending).toBe(1);
    stop.abort();
    await expect(given).rejects.toBe(stop.signal.reason);
    expect(clock.pending).toBe(0);
  });
});

describe('ten thousand waiters', () => {
  it('share one timer, and all get their turn in order', async () => {
    const { clock, budget, receiver } = setup(1_000, 1_000, 10_000);
    await fill(budget, 1_000).then((permits) => permits.forEach((permit) => void permit.done()));
    for (let call = 0; call < 10_000; call += 1) {
      void receiver.call(String(call), { lane: 'interactive', tenant: 'a', ...patient });
    }
    expect(budget.snapshot().queued.interactive).toBe(10_000);
    expect(clock.pending).toBe(1);
    await clock.advance(11_000);
    expect(receiver.granted.map(({ name }) => Number(name))).toEqual(Array.from({ length: 10_000 }, (_, call) => call));
    expect(clock.pending).toBe(0);
  });

  it('can all give up together', async () => {
    const { clock, budget } = setup(1, 1_000, 10_000);
    await spend(budget, 1);
    const stop = new AbortController();
    const gone: unknown[] = [];
    for (let call = 0; call < 10_000; call += 1) {
      const tenant = `tenant ${call % 100}`;
      budget.acquire({ lane: 'bulk', tenant, signal: stop.signal, ...patient }).catch((reason) => gone.push(reason));
    }
    stop.abort('shutdown');
    await clock.advance(0);
    expect(gone).toEqual(new Array(10_000).fill('shutdown'));
    expect(budget.snapshot().queued.bulk).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
