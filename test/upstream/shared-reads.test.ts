// Identical reads under way are one call; whoever shares it keeps its own lane, deadline and signal.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRig, type Rig, upstreamError } from '../helpers/gandi-v5.ts';

const DOMAIN = 'GET /domain/domains/plum.example';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
  rig.gandi.on(DOMAIN, 'domain/ok');
});
afterEach(() => rig.close());

const read = (call = rig.call()) => rig.port.domain('plum.example', call);

/** Holds the answer back until released. */
function held(fixture: string): { play: () => Promise<string>; release: () => void } {
  const gate = Promise.withResolvers<string>();
  return { play: () => gate.promise, release: () => gate.resolve(fixture) };
}

describe('identical reads', () => {
  it('under way at the same time are one call, counted for the first and as shared for the others', async () => {
    const calls = [rig.call(), rig.call({ tenant: 'org-2' }), rig.call({ lane: 'bulk' })];
    const domains = await rig.settle(Promise.all(calls.map(read)));
    expect(domains.map(({ name }) => name)).toEqual(['plum.example', 'plum.example', 'plum.example']);
    expect(rig.gandi.calls).toHaveLength(1);
    expect(calls.map(({ meter }) => [meter.made, meter.coalesced])).toEqual([
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    expect(rig.budget.snapshot()).toMatchObject({ granted: { interactive: 1, bulk: 0 } });
  });

  it('one after the other are two calls', async () => {
    await rig.settle(read());
    await rig.settle(read());
    expect(rig.gandi.calls).toHaveLength(2);
  });

  it('share the failure too', async () => {
    rig.gandi.on(DOMAIN, 'errors/403-forbidden');
    const outcomes = await rig.settle(Promise.allSettled([read(), read()]));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('differ when their queries differ', async () => {
    rig.gandi.on('GET /domain/domains', 'domains/last-page');
    const page = (number: number) => rig.port.domains({ page: number, perPage: 3 }, rig.call());
    await rig.settle(Promise.all([page(1), page(2)]));
    expect(rig.gandi.calls).toHaveLength(2);
  });

  it('with the auth code and without share one call, and only the one who asked sees the code', async () => {
    const [domain, secret] = await rig.settle(Promise.all([read(), rig.port.authCode('plum.example', rig.call())]));
    expect(secret.code).toBe('Zx9#plum-secret');
    expect(JSON.stringify(domain)).not.toContain('Zx9#plum-secret');
    expect(rig.gandi.calls).toHaveLength(1);
  });
});

describe('who shares a read', () => {
  it('can leave alone: the call goes on for the others', async () => {
    const answer = held('domain/ok');
    rig.gandi.on(DOMAIN, answer.play);
    const abort = new AbortController();
    const first = read(rig.call({ signal: abort.signal }));
    const second = read();
    await rig.gandi.seen(1);
    abort.abort(new Error('the first one left'));
    await expect(first).rejects.toThrow('the first one left');
    answer.release();
    expect((await rig.settle(second)).name).toBe('plum.example');
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('ends the call by leaving last', async () => {
    rig.gandi.on(DOMAIN, 'silence');
    const aborts = [new AbortController(), new AbortController()];
    const outcomes = aborts.map(({ signal }) => read(rig.call({ signal })).catch((error: Error) => error.message));
    await rig.gandi.seen(1);
    for (const abort of aborts) abort.abort(new Error('left'));
    expect(await Promise.all(outcomes)).toEqual(['left', 'left']);
    await rig.until(() => rig.budget.snapshot().inFlight === 0);
    rig.gandi.on(DOMAIN, 'domain/ok');
    expect((await rig.settle(read())).name).toBe('plum.example');
  });

  it('in a more urgent lane does not wait behind: its call goes first and serves the others too', async () => {
    rig.budget.backOff({ retryAfterMs: 1_000 });
    const slow = rig.call({ lane: 'backfill' });
    const urgent = rig.call({ lane: 'money' });
    const outcomes = Promise.all([read(slow), read(urgent)]);
    await rig.settle(outcomes);
    expect(rig.gandi.calls).toHaveLength(1);
    expect(rig.budget.snapshot()).toMatchObject({ granted: { money: 1, backfill: 0 }, queued: { backfill: 0 } });
    expect([slow.meter.made, slow.meter.coalesced]).toEqual([0, 1]);
    expect([urgent.meter.made, urgent.meter.coalesced]).toEqual([1, 0]);
  });

  it('in a more urgent lane joins a call that is already sent', async () => {
    const answer = held('domain/ok');
    rig.gandi.on(DOMAIN, answer.play);
    const slow = read(rig.call({ lane: 'backfill' }));
    await rig.gandi.seen(1);
    const urgent = read(rig.call({ lane: 'money' }));
    answer.release();
    await rig.settle(Promise.all([slow, urgent]));
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('waits no longer than it may, though the other one can', async () => {
    rig.budget.backOff({ retryAfterMs: 8_000 });
    const patient = read(rig.call({ maxWaitMs: 60_000 }));
    const hasty = upstreamError(read(rig.call({ maxWaitMs: 500 })));
    await rig.clock.advance(600);
    expect(await hasty).toMatchObject({ kind: 'busy', attempts: 0 });
    expect((await hasty).retryAfterMs).toBeGreaterThan(0);
    expect((await rig.settle(patient)).name).toBe('plum.example');
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('waits as long as it may, though the one it shared with had to give up', async () => {
    rig.budget.backOff({ retryAfterMs: 3_000 });
    const hasty = upstreamError(read(rig.call({ maxWaitMs: 1_000 })));
    const patient = read(rig.call({ maxWaitMs: 60_000 }));
    expect(await rig.settle(hasty)).toMatchObject({ kind: 'busy' });
    expect((await rig.settle(patient)).name).toBe('plum.example');
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('is charged for the time it waited as well', async () => {
    rig.budget.backOff({ retryAfterMs: 2_000 });
    const calls = [rig.call(), rig.call()];
    await rig.settle(Promise.all(calls.map(read)));
    for (const { meter } of calls) expect(meter.waitedMs).toBeGreaterThanOrEqual(2_000);
  });
});

describe('a read after a write', () => {
  it('does not join a read that was sent before the write', async () => {
    const old = held('domain/ok');
    rig.gandi.on(DOMAIN, old.play, 'domain/own-without-code');
    rig.gandi.on('PATCH /domain/domains/plum.example/status', 'transfer-lock/accepted');
    const before = read();
    await rig.gandi.seen(1);
    await rig.settle(rig.port.setTransferLock('plum.example', false, rig.call()));
    const after = await rig.settle(read());
    expect(after.nameservers).toEqual(['ns1.olive.example']);
    old.release();
    expect((await rig.settle(before)).nameservers).toHaveLength(3);
    expect(rig.gandi.calls.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'GET']);
  });
});
