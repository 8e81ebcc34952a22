// The one sender: what is resent and what never is, which outcomes are ambiguous, what becomes of permits, over real sockets.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createBudget } from '../../src/upstream/budget/budget.ts';
import { createLocalPermitStore } from '../../src/upstream/budget/local-permit-store.ts';
import type { PermitStore, Slot } from '../../src/upstream/budget/permit-store.ts';
import { createGandiV5 } from '../../src/upstream/v5.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { createRig, type Rig, upstreamError } from '../helpers/gandi-v5.ts';

const DOMAIN = 'GET /domain/domains/plum.example';
const LOCK = 'PATCH /domain/domains/plum.example/status';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

const read = (more = {}) => rig.port.domain('plum.example', rig.call(more));
const lock = (more = {}) => rig.port.setTransferLock('plum.example', true, rig.call(more));

describe('a read', () => {
  it.each(['errors/502-html', 'errors/503-json', 'errors/200-html', 'errors/200-cut-off', 'reset'])(
    'is sent again after %s and then answered',
    async (play) => {
      rig.gandi.on(DOMAIN, play, 'domain/ok');
      const call = rig.call();
      const domain = await rig.settle(rig.port.domain('plum.example', call));
      expect(domain.name).toBe('plum.example');
      expect(rig.gandi.calls).toHaveLength(2);
      expect(call.meter.made).toBe(2);
    },
  );

  it('is sent three times at most', async () => {
    rig.gandi.on(DOMAIN, 'errors/502-html');
    const error = await upstreamError(rig.settle(read()));
    expect(error).toMatchObject({ kind: 'unavailable', status: 502, attempts: 3, ambiguous: false });
    expect(rig.gandi.calls).toHaveLength(3);
  });

  it.each([
    ['errors/403-forbidden', 'forbidden'],
    ['errors/404-not-found', 'not-found'],
    ['errors/404-one-key', 'contract'],
    ['errors/400-fields', 'invalid'],
    ['errors/500-json', 'unavailable'],
    ['errors/200-truncated-json', 'contract'],
  ])('is not sent again after %s', async (play, kind) => {
    rig.gandi.on(DOMAIN, play);
    expect(await upstreamError(rig.settle(read()))).toMatchObject({ kind, attempts: 1, ambiguous: false });
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('pauses before it is sent again: a random part of a bound that doubles', async () => {
    rig.gandi.on(DOMAIN, 'errors/502-html');
    const started = rig.clock.monotonic();
    const outcome = upstreamError(read());
    await rig.gandi.seen(1);
    await rig.until(() => rig.gandi.calls.length === 3, 1);
    await outcome;
    expect(rig.clock.monotonic() - started).toBeGreaterThanOrEqual(0.5 * 300 + 0.5 * 600);
  });

  it('gives up rather than pause beyond its waiting limit', async () => {
    rig.gandi.on(DOMAIN, 'errors/502-html');
    expect(await upstreamError(rig.settle(read({ maxWaitMs: 100 })))).toMatchObject({ attempts: 1, status: 502 });
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('as POST is sent again too, when it only asks', async () => {
    rig.gandi.on('POST /domain/transferin/plum.example/available', 'reset', 'transferability/yes');
    const found = await rig.settle(rig.port.transferability('plum.example', null, rig.call()));
    expect(found.available).toBe(true);
    expect(rig.gandi.calls).toHaveLength(2);
  });

  it('keeps the trace id of what Gandi answered', async () => {
    rig.gandi.on(DOMAIN, 'errors/403-forbidden');
    const error = await upstreamError(rig.settle(read()));
    expect(error).toMatchObject({ traceId: '7f1c2d3e-trace', vendorCode: 'HTTPForbidden', endpoint: DOMAIN });
    expect(error.message).toContain('Access was denied to this resource.');
  });
});

describe('too many calls', () => {
  it('pauses the whole budget as long as Gandi asks, and then the read goes again', async () => {
    rig.gandi.on(DOMAIN, 'errors/429-seconds', 'domain/ok');
    const started = rig.clock.monotonic();
    const domain = read();
    await rig.gandi.seen(1);
    await rig.until(() => rig.budget.snapshot().pausedUntil !== null);
    await rig.clock.advance(6_990);
    expect(rig.gandi.calls).toHaveLength(1);
    await rig.settle(domain);
    expect(rig.gandi.calls).toHaveLength(2);
    expect(rig.clock.monotonic() - started).toBeGreaterThanOrEqual(7_000);
  });

  it('understands a date, and pauses for a time of our own when Gandi names none', async () => {
    rig.gandi.on(DOMAIN, 'errors/429-date', 'errors/429-bare', 'domain/ok');
    const started = rig.clock.now();
    await rig.settle(read({ maxWaitMs: 60_000 }));
    expect(rig.gandi.calls).toHaveLength(3);
    expect(rig.clock.now() - started).toBeGreaterThanOrEqual(9_000 + 2_000);
  });

  it('is told to a read that cannot wait that long, without sending it again', async () => {
    rig.gandi.on(DOMAIN, 'errors/429-seconds');
    const error = await upstreamError(rig.settle(read({ maxWaitMs: 3_000 })));
    expect(error).toMatchObject({ kind: 'rate-limited', status: 429, retryAfterMs: 7_000, attempts: 1 });
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('takes the time already waited off the waiting limit', async () => {
    rig.gandi.on(DOMAIN, 'errors/429-seconds');
    const error = await upstreamError(rig.settle(read({ maxWaitMs: 10_000 })));
    expect(error).toMatchObject({ kind: 'rate-limited', attempts: 2 });
    expect(rig.gandi.calls).toHaveLength(2);
  });

  it('is not sent again for a write, which did not take effect', async () => {
    rig.gandi.on(LOCK, 'errors/429-seconds');
    expect(await upstreamError(rig.settle(lock()))).toMatchObject({
      kind: 'rate-limited',
      ambiguous: false,
      retryAfterMs: 7_000,
    });
    await rig.clock.advance(30_000);
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('is heard in the body and in a 503 as well', async () => {
    for (const play of ['errors/403-throttled', 'errors/503-retry-after']) {
      rig.gandi.on(DOMAIN, play, 'domain/ok');
      const before = rig.gandi.calls.length;
      await rig.settle(read({ maxWaitMs: 120_000 }));
      expect(rig.gandi.calls).toHaveLength(before + 2);
    }
    expect(rig.port.circuit).toBe('closed');
  });
});

describe('a write', () => {
  it.each([
    ['reset', 'unreachable', true],
    ['errors/502-html', 'unavailable', true],
    ['errors/500-json', 'unavailable', true],
    ['errors/503-json', 'unavailable', true],
    ['errors/503-retry-after', 'rate-limited', true],
    ['errors/200-html', 'unavailable', true],
    ['errors/202-truncated-json', 'contract', true],
    ['errors/200-cut-off', 'unreachable', true],
    ['errors/404-one-key', 'contract', true],
    ['errors/303-created', 'contract', true],
    ['errors/400-fields', 'invalid', false],
    ['errors/200-status-error', 'invalid', false],
    ['errors/403-forbidden', 'forbidden', false],
    ['errors/404-not-found', 'not-found', false],
    ['errors/409-conflict', 'conflict', false],
  ])('answered with %s fails as %s, ambiguous: %s, and is never sent again', async (play, kind, ambiguous) => {
    rig.gandi.on(LOCK, play);
    const error = await upstreamError(rig.settle(lock()));
    expect(error).toMatchObject({ kind, ambiguous, attempts: 1 });
    await rig.clock.advance(120_000);
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('that runs into the time limit is ambiguous', async () => {
    await rig.close();
    rig = await createRig({ timeouts: { totalMs: 5_000 } });
    rig.gandi.on(LOCK, 'silence');
    const outcome = upstreamError(lock());
    await rig.gandi.seen(1);
    await rig.clock.advance(5_000);
    expect(await outcome).toMatchObject({ kind: 'timeout', ambiguous: true, attempts: 1 });
  });

  it('that found nobody listening is not ambiguous and costs no slot', async () => {
    await rig.gandi.close();
    const call = rig.call();
    const error = await upstreamError(rig.settle(rig.port.setTransferLock('plum.example', true, call)));
    expect(error).toMatchObject({ kind: 'unreachable', ambiguous: false, attempts: 1 });
    expect(call.meter.made).toBe(0);
    expect(rig.budget.snapshot()).toMatchObject({ remaining: 30, inFlight: 0 });
  });

  it('on its way is waited for although its caller aborts, so that its outcome is known', async () => {
    const answer = Promise.withResolvers<string>();
    rig.gandi.on(LOCK, () => answer.promise);
    const abort = new AbortController();
    const outcome = lock({ signal: abort.signal });
    await rig.gandi.seen(1);
    abort.abort(new Error('the caller left'));
    answer.resolve('transfer-lock/accepted');
    await expect(rig.settle(outcome)).resolves.toBeUndefined();
  });
});

describe('an abort', () => {
  it('before the call is sent sends nothing', async () => {
    const abort = new AbortController();
    abort.abort(new Error('too late'));
    for (const attempt of [read, lock]) await expect(attempt({ signal: abort.signal })).rejects.toThrow('too late');
    expect(rig.gandi.calls).toHaveLength(0);
    expect(rig.budget.snapshot()).toMatchObject({ remaining: 30, inFlight: 0 });
  });

  it('of a read under way ends it with the reason, and its slot stays taken for a while', async () => {
    rig.gandi.on(DOMAIN, 'silence');
    const abort = new AbortController();
    const outcome = read({ signal: abort.signal });
    await rig.gandi.seen(1);
    abort.abort(new Error('nobody looks any more'));
    await expect(outcome).rejects.toThrow('nobody looks any more');
    await rig.clock.advance(0);
    expect(rig.budget.snapshot()).toMatchObject({ inFlight: 0, remaining: 29 });
    await rig.clock.advance(20_000);
    expect(rig.budget.snapshot().remaining).toBe(30);
  });

  it('during the pause before a retry ends the read', async () => {
    rig.gandi.on(DOMAIN, 'errors/502-html');
    const abort = new AbortController();
    const outcome = read({ signal: abort.signal });
    await rig.gandi.seen(1);
    await rig.until(() => rig.log().includes('"status":502'));
    abort.abort(new Error('enough'));
    await expect(outcome).rejects.toThrow('enough');
    await rig.clock.advance(10_000);
    expect(rig.gandi.calls).toHaveLength(1);
  });
});

describe('the budget', () => {
  it('refuses a call that would wait too long, as busy, and nothing is sent', async () => {
    rig.gandi.on(DOMAIN, 'domain/ok');
    rig.budget.backOff({ retryAfterMs: 30_000 });
    const call = rig.call({ maxWaitMs: 1_000 });
    const error = await upstreamError(rig.settle(rig.port.domain('plum.example', call)));
    expect(error).toMatchObject({ kind: 'busy', attempts: 0, ambiguous: false });
    expect(error.retryAfterMs).toBeGreaterThan(1_000);
    expect(rig.gandi.calls).toHaveLength(0);
    expect(call.meter.made).toBe(0);
  });

  it('is asked for each attempt, and every permit is settled', async () => {
    rig.gandi.on(DOMAIN, 'reset', 'errors/502-html', 'domain/ok');
    await rig.settle(read());
    expect(rig.budget.snapshot()).toMatchObject({ granted: { interactive: 3 }, inFlight: 0 });
    await rig.clock.advance(20_000);
    expect(rig.budget.snapshot().remaining).toBe(30);
  });

  it('is told how long the operation waited: side by side once, one after the other added up', async () => {
    rig.gandi.on(DOMAIN, 'domain/ok');
    rig.gandi.on('GET /domain/tlds/example', 'tld/ok');
    const call = rig.call();
    rig.budget.backOff({ retryAfterMs: 2_000 });
    await rig.settle(Promise.all([rig.port.domain('plum.example', call), rig.port.tld('example', call)]));
    expect(call.meter.waitedMs).toBeGreaterThanOrEqual(2_000);
    expect(call.meter.waitedMs).toBeLessThan(3_900);
    const first = call.meter.waitedMs;
    rig.budget.backOff({ retryAfterMs: 5_000 });
    await rig.settle(rig.port.tld('example', call));
    expect(call.meter.waitedMs).toBeGreaterThanOrEqual(first + 5_000);
    expect(call.meter.made).toBe(3);
  });
});

describe('the circuit to a host', () => {
  it('opens after five failures, refuses without sending, and closes after one good probe', async () => {
    rig.gandi.on(DOMAIN, 'errors/502-html');
    await upstreamError(rig.settle(read()));
    await upstreamError(rig.settle(read()));
    expect(rig.port.circuit).toBe('open');
    const before = rig.gandi.calls.length;
    expect(before).toBe(5);
    const refused = await upstreamError(rig.settle(read()));
    expect(refused).toMatchObject({ kind: 'unavailable', status: null, attempts: 0 });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(await upstreamError(rig.settle(lock()))).toMatchObject({ kind: 'unavailable', ambiguous: false });
    expect(rig.gandi.calls).toHaveLength(before);
    rig.gandi.on(DOMAIN, 'domain/ok');
    await rig.clock.advance(10_000);
    await rig.settle(read());
    expect(rig.port.circuit).toBe('closed');
    expect(rig.log()).toContain('"circuit":"open"');
  });

  it('stays closed whatever 4xx, throttling, refusals of the budget and aborts there are', async () => {
    for (const play of ['errors/403-forbidden', 'errors/404-not-found', 'errors/400-fields', 'errors/429-bare']) {
      rig.gandi.on(DOMAIN, play);
      for (let n = 0; n < 6; n++) await upstreamError(rig.settle(read({ maxWaitMs: 300_000 })));
    }
    rig.budget.backOff({ retryAfterMs: 60_000 });
    for (let n = 0; n < 6; n++) await upstreamError(rig.settle(read({ maxWaitMs: 10 })));
    const abort = new AbortController();
    abort.abort(new Error('no'));
    for (let n = 0; n < 6; n++) await expect(read({ signal: abort.signal })).rejects.toThrow('no');
    expect(rig.port.circuit).toBe('closed');
  });

  it('is not waited for: an open one refuses at once, although the budget would make the call wait', async () => {
    rig.gandi.on(DOMAIN, 'errors/502-html');
    await upstreamError(rig.settle(read()));
    await upstreamError(rig.settle(read()));
    rig.budget.backOff({ retryAfterMs: 5_000 });
    const before = rig.clock.monotonic();
    expect(await upstreamError(read())).toMatchObject({ kind: 'unavailable', attempts: 0 });
    expect(rig.clock.monotonic()).toBe(before);
  });

  it('sends nothing of what was waiting when it opened, and costs no slot', async () => {
    for (let n = 0; n < 31; n++) rig.gandi.on(`GET /domain/tlds/t${n}`, 'errors/500-json');
    const reads = Array.from({ length: 31 }, (_, n) => upstreamError(rig.port.tld(`t${n}`, rig.call())));
    const errors = await rig.settle(Promise.all(reads));
    expect(rig.gandi.calls).toHaveLength(30);
    expect(errors[30]).toMatchObject({ kind: 'unavailable', status: null, attempts: 0 });
    await rig.clock.advance(5_000);
    expect(rig.budget.snapshot()).toMatchObject({ inFlight: 0, remaining: 30 });
  });

  it('opens when nobody listens', async () => {
    await rig.gandi.close();
    await upstreamError(rig.settle(read()));
    await upstreamError(rig.settle(read()));
    expect(rig.port.circuit).toBe('open');
  });

  it('sends no probe twice: while one is under way, others are refused', async () => {
    rig.gandi.on(DOMAIN, 'errors/502-html');
    await upstreamError(rig.settle(read()));
    await upstreamError(rig.settle(read()));
    await rig.clock.advance(10_000);
    const answer = Promise.withResolvers<string>();
    rig.gandi.on(DOMAIN, () => answer.promise);
    const probe = read();
    await rig.gandi.seen(6);
    expect(await upstreamError(rig.settle(lock()))).toMatchObject({ kind: 'unavailable', attempts: 0 });
    answer.resolve('domain/ok');
    await rig.settle(probe);
    expect(rig.gandi.calls).toHaveLength(6);
  });
});

describe('the connection', () => {
  it('is kept for the next call', async () => {
    rig.gandi.on(DOMAIN, 'domain/ok');
    for (let n = 0; n < 3; n++) await rig.settle(read());
    expect(rig.gandi.calls).toHaveLength(3);
    expect(rig.gandi.connections).toBe(1);
  });

  it('carries who we are and what we take', async () => {
    rig.gandi.on(DOMAIN, 'domain/ok');
    await rig.settle(read());
    expect(rig.gandi.calls[0]?.headers).toMatchObject({
      authorization: 'Bearer token-kept-out-of-sight',
      accept: 'application/json',
      'user-agent': 'gandi-reseller-gateway',
    });
    expect(rig.gandi.calls[0]?.headers).not.toHaveProperty('content-type');
    expect(rig.gandi.calls[0]?.headers).not.toHaveProperty('dry-run');
  });

  it('keeps the path of the configured address', async () => {
    rig.gandi.on('GET /proxy/v5/domain/domains/plum.example', 'domain/ok');
    const port = createGandiV5({
      baseUrl: `${rig.gandi.url}/proxy/`,
      token: 'Apikey older-key',
      budget: rig.budget,
      clock: rig.clock,
      logger: silentLogger,
    });
    await rig.settle(port.domain('plum.example', rig.call()));
    expect(rig.gandi.calls[0]?.headers.authorization).toBe('Apikey older-key');
    await port.close();
  });
});

describe('a write with a last check', () => {
  it('does not leave when the check throws: Gandi sees nothing, nothing is counted, and the slot is free again', async () => {
    rig.gandi.on(LOCK, 'transfer-lock/accepted');
    const call = rig.call({
      beforeSending: () => {
        throw new Error('not any more');
      },
    });
    const outcome = rig.settle(rig.port.setTransferLock('plum.example', true, call));
    await expect(outcome).rejects.toThrow('not any more');
    expect(rig.gandi.calls).toHaveLength(0);
    expect(call.meter.made).toBe(0);
    expect(rig.budget.snapshot()).toMatchObject({ remaining: 30, inFlight: 0 });
  });

  it('is checked after its wait for a permit, not before', async () => {
    rig.gandi.on(DOMAIN, 'domain/ok');
    rig.gandi.on(LOCK, 'transfer-lock/accepted');
    const held = await Promise.all(
      Array.from({ length: 30 }, () => rig.budget.acquire({ lane: 'money', tenant: 't' })),
    );
    const checkedAt: number[] = [];
    const outcome = lock({ beforeSending: () => checkedAt.push(rig.clock.monotonic()) });
    await rig.clock.advance(500);
    expect(checkedAt).toEqual([]);
    for (const permit of held) permit.release();
    await rig.settle(outcome);
    expect(checkedAt).toEqual([500]);
  });
});

describe('a permit that is over before the first byte could leave', () => {
  const limits = [{ limit: 30, windowMs: 2_000 }];
  /** The first `spoilt` slots are over as soon as somebody looks. */
  const spoiltStore = (spoilt: number): PermitStore => {
    const local = createLocalPermitStore(limits);
    let given = 0;
    return {
      ...local,
      take(now) {
        const slot = local.take(now) as Slot;
        given += 1;
        const isOver = given <= spoilt;
        return { ...slot, mayBeSent: () => !isOver };
      },
      get inFlight() {
        return local.inFlight;
      },
    };
  };
  const rigWith = async (spoilt: number) => {
    await rig.close();
    const budget = createBudget({ clock: fakeClock(), limits, store: spoiltStore(spoilt) });
    rig = await createRig({ budget });
    return budget;
  };

  it('is exchanged for another, also by a write, which is sent once and is not said to be ambiguous', async () => {
    const budget = await rigWith(2);
    rig.gandi.on(LOCK, 'transfer-lock/accepted');
    const call = rig.call();
    await rig.settle(rig.port.setTransferLock('plum.example', true, call));
    expect(rig.gandi.calls).toHaveLength(1);
    expect(call.meter.made).toBe(1);
    expect(budget.snapshot()).toMatchObject({ granted: { interactive: 3 }, inFlight: 0, remaining: 29 });
  });
});
