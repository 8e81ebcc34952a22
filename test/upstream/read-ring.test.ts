// Reads under way in two processes at once, over a real Redis: one call, never an old answer, nothing readable on the way, and each on its own when Redis is lost.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createUpstreamMeter, type UpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { openRedis, type RedisConnection } from '../../src/redis/connection.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createBudget } from '../../src/upstream/budget/budget.ts';
import { createReadRing, type ReadRing } from '../../src/upstream/read-ring.ts';
import { createSealedAnswers } from '../../src/upstream/sealed-answers.ts';
import type { ReadCall } from '../../src/upstream/shared-reads.ts';
import { createGandiV5, type GandiV5 } from '../../src/upstream/v5.ts';
import { createWaitMeter } from '../../src/upstream/wait-meter.ts';
import { eventually } from '../helpers/eventually.ts';
import { readFixture, type ScriptedGandi, startScriptedGandi } from '../helpers/scripted-gandi.ts';
import { type OwnRedis, startOwnRedis, TEST_REDIS_URL } from '../helpers/test-redis.ts';

interface Answer {
  readonly from: string;
}
interface Process {
  readonly redis: RedisConnection;
  readonly ring: ReadRing<Answer>;
}

const KEY = 'GET /domain/domains/plum.example';

async function startProcess(secret: string, url = TEST_REDIS_URL ?? '', leaseMs = 3_000): Promise<Process> {
  const redis = await openRedis(url, silentLogger);
  onTestFinished(() => redis.close());
  const sealed = createSealedAnswers(secret, 'https://api.example');
  const [clock, logger] = [systemClock, silentLogger];
  return { redis, ring: createReadRing({ redis, sealed, clock, waits: createWaitMeter(clock), logger, leaseMs }) };
}

/** A call that leaves at once and is answered when told to. */
function heldCall(from: string) {
  const answer = Promise.withResolvers<Answer>();
  const started = Promise.withResolvers<void>();
  let calls = 0;
  return {
    start: (_call: ReadCall, onSent: () => void) => {
      calls += 1;
      onSent();
      started.resolve();
      return answer.promise;
    },
    started: started.promise,
    answer: () => answer.resolve({ from }),
    fail: () => answer.reject(new Error('Gandi said no.')),
    get calls() {
      return calls;
    },
  };
}

function call(more: Partial<Omit<ReadCall, 'meter'>> = {}): ReadCall & { readonly meter: UpstreamMeter } {
  return { lane: 'interactive', tenant: 'org-1', maxWaitMs: 60_000, ...more, meter: createUpstreamMeter() };
}

const nothing = (): void => {};

/** Resolves when something of this kind is in Redis for those who share this secret. */
const present = ({ redis }: Process, secret: string, kind: string) =>
  eventually(`a key ${kind}`, async () => {
    const { namespace } = createSealedAnswers(secret, 'https://api.example');
    return (await redis.client.keys(`gandi-gateway:reads:${namespace}:${kind}:*`)).length > 0;
  });
const awaited = (process: Process, secret: string) => present(process, secret, 'awaited');

describe.skipIf(TEST_REDIS_URL === null)('a read that another process has under way', () => {
  let secret: string;
  let one: Process;
  let two: Process;
  beforeEach(async () => {
    secret = randomUUID();
    one = await startProcess(secret);
    two = await startProcess(secret);
  });

  it('is waited for, told as coalesced, and asked anew by whoever comes after the answer', async () => {
    const [first, second] = [heldCall('one'), heldCall('two')];
    const mine = one.ring.share(KEY, first.start)(call(), nothing);
    await first.started;
    const theirs = call();
    const joined = two.ring.share(KEY, second.start)(theirs, nothing);
    await awaited(two, secret);
    first.answer();
    expect([await mine, await joined]).toEqual([{ from: 'one' }, { from: 'one' }]);
    expect([second.calls, theirs.meter.coalesced]).toEqual([0, 1]);

    const later = two.ring.share(KEY, second.start)(call(), nothing);
    second.answer();
    expect(await later).toEqual({ from: 'two' });
  });

  it.each([
    ['that began before a write of any process', (): Promise<void> => two.ring.forget()],
    ['of another address', (): Promise<void> => Promise.resolve(), 'GET /domain/domains/pear.example'],
  ])('is not waited for when it is one %s', async (_which, between, key = KEY) => {
    const [first, second] = [heldCall('one'), heldCall('two')];
    const mine = one.ring.share(KEY, first.start)(call(), nothing);
    await first.started;
    await between();
    const own = two.ring.share(key, second.start)(call(), nothing);
    await second.started;
    second.answer();
    expect(await own).toEqual({ from: 'two' });
    first.answer();
    await mine;
  });

  it('is never waited for where money is decided, nor by another account', async () => {
    const first = heldCall('one');
    const mine = one.ring.share(KEY, first.start)(call(), nothing);
    await first.started;
    const stranger = await startProcess(randomUUID());
    for (const [process, more] of [
      [two, { lane: 'money' }],
      [stranger, {}],
    ] as const) {
      const own = heldCall('own');
      own.answer();
      expect(await process.ring.share(KEY, own.start)(call(more), nothing)).toEqual({ from: 'own' });
    }
    first.answer();
    await mine;
  });

  it('in a less urgent lane is waited for only once it is sent', async () => {
    const leave = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Answer>();
    const idle = one.ring.share(KEY, async (_call, onSent) => {
      await leave.promise;
      onSent();
      return answer.promise;
    })(call({ lane: 'backfill' }), nothing);
    await present(one, secret, '0');
    const urgent = heldCall('two');
    urgent.answer();
    expect(await two.ring.share(KEY, urgent.start)(call(), nothing)).toEqual({ from: 'two' });
    answer.resolve({ from: 'one' });
    leave.resolve();
    expect(await idle).toEqual({ from: 'one' });
  });

  it('that fails is not shared: the next one asks', async () => {
    const [first, second] = [heldCall('one'), heldCall('two')];
    const mine = one.ring.share(KEY, first.start)(call(), nothing);
    await first.started;
    const own = two.ring.share(KEY, second.start)(call(), nothing);
    await awaited(two, secret);
    first.fail();
    await expect(mine).rejects.toThrow('Gandi said no.');
    await second.started;
    second.answer();
    expect(await own).toEqual({ from: 'two' });
  });

  it('and has not left within half of the time a caller has is left alone', async () => {
    const first = heldCall('one');
    const mine = one.ring.share(KEY, () => first.start(call(), nothing))(call(), nothing);
    const second = heldCall('two');
    second.answer();
    await first.started;
    const answer = await two.ring.share(KEY, second.start)(call({ maxWaitMs: 100 }), nothing);
    expect(answer).toEqual({ from: 'two' });
    first.answer();
    await mine;
  });

  it('is given up by a caller who leaves', async () => {
    const first = heldCall('one');
    const mine = one.ring.share(KEY, first.start)(call(), nothing);
    await first.started;
    const leaving = new AbortController();
    const left = two.ring.share(KEY, heldCall('two').start)(call({ signal: leaving.signal }), nothing);
    await awaited(two, secret);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    first.answer();
    await mine;
  });
});

describe.skipIf(TEST_REDIS_URL === null)('a process that waits for another', () => {
  let own: OwnRedis;
  beforeEach(async () => {
    own = await startOwnRedis();
  });
  afterEach(() => own.kill());

  it('makes its own call when the other dies', async () => {
    const one = await startProcess('secret', own.url, 150);
    const two = await startProcess('secret', own.url, 150);
    const [first, second] = [heldCall('one'), heldCall('two')];
    void one.ring.share(KEY, first.start)(call(), nothing);
    await first.started;
    const waiting = two.ring.share(KEY, second.start)(call(), nothing);
    await awaited(two, 'secret');
    await one.redis.close();
    await second.started;
    second.answer();
    expect(await waiting).toEqual({ from: 'two' });
  });

  it('makes its own call when Redis is lost, and needs no Redis for the next', async () => {
    const one = await startProcess('secret', own.url);
    const two = await startProcess('secret', own.url);
    const [first, second] = [heldCall('one'), heldCall('two')];
    const mine = one.ring.share(KEY, first.start)(call(), nothing);
    await first.started;
    const waiting = two.ring.share(KEY, second.start)(call(), nothing);
    await awaited(two, 'secret');
    await own.kill();
    await second.started;
    second.answer();
    first.answer();
    expect([await mine, await waiting]).toEqual([{ from: 'one' }, { from: 'two' }]);
    await two.ring.forget();
    expect(await two.ring.share(KEY, second.start)(call(), nothing)).toEqual({ from: 'two' });
  });
});

describe.skipIf(TEST_REDIS_URL === null)('two gateways in front of one Gandi', () => {
  let own: OwnRedis;
  let gandi: ScriptedGandi;
  let ports: readonly GandiV5[];
  let spy: RedisConnection;
  const seen: string[] = [];
  beforeEach(async () => {
    own = await startOwnRedis();
    gandi = await startScriptedGandi();
    spy = await openRedis(own.url, silentLogger);
    const limits = [{ limit: 30, windowMs: 2_000 }];
    ports = await Promise.all(
      [1, 2].map(async () => {
        const redis = await openRedis(own.url, silentLogger);
        onTestFinished(() => redis.close());
        const budget = createBudget({ clock: systemClock, limits });
        const token = 'token-kept-out-of-sight';
        return createGandiV5({ baseUrl: gandi.url, token, budget, clock: systemClock, logger: silentLogger, redis });
      }),
    );
    const monitor = await spy.client.monitor();
    onTestFinished(() => monitor.disconnect());
    monitor.on('monitor', (_time: string, args: string[]) => seen.push(args.join(' ')));
  });
  afterEach(async () => {
    await spy.close();
    for (const port of ports) await port.close();
    await gandi.close();
    await own.kill();
  });

  it('ask once for what both want, and Redis sees neither names, nor codes, nor the token', async () => {
    const [one, two] = ports;
    if (one === undefined || two === undefined) throw new Error('two gateways');
    const release = Promise.withResolvers<string>();
    gandi.on('GET /domain/domains/plum.example', () => release.promise);
    const calls = [1, 2].map(() => ({ lane: 'interactive', tenant: 'org-1', meter: createUpstreamMeter() }) as const);
    const [first, second] = calls;
    if (first === undefined || second === undefined) throw new Error('two calls');
    const codes = [one.authCode('plum.example', first), two.authCode('plum.example', second)];
    await eventually('somebody waits', async () => (await spy.client.keys('*:awaited:*')).length > 0);
    release.resolve('domain/ok');
    const [code, same] = await Promise.all(codes);
    expect(code).toBeTruthy();
    expect(same).toEqual(code);
    expect(gandi.calls).toHaveLength(1);
    expect([first.meter.made + second.meter.made, first.meter.coalesced + second.meter.coalesced]).toEqual([1, 1]);

    await eventually('the answer passed through Redis', () => seen.some((line) => /^set .*:answer:/.test(line)));
    const stored = await Promise.all((await spy.client.keys('*:answer:*')).map((key) => spy.client.get(key)));
    const everything = [...seen, ...stored].join('\n');
    const { authinfo } = JSON.parse(readFixture('domain/ok').body) as { authinfo: string };
    expect(everything.length).toBeGreaterThan(1_000);
    for (const secret of [authinfo, 'plum', 'token-kept-out-of-sight', 'email', '/domain/'])
      expect(everything).not.toContain(secret);
  });

  it('do not take an answer from before a write of the other', async () => {
    const [one, two] = ports;
    if (one === undefined || two === undefined) throw new Error('two gateways');
    const release = Promise.withResolvers<string>();
    gandi.on('GET /domain/domains/plum.example', () => release.promise, 'domain/ok');
    gandi.on('PATCH /domain/domains/plum.example/status', 'transfer-lock/accepted');
    const options = { lane: 'interactive', tenant: 'org-1' } as const;
    const before = one.domain('plum.example', options);
    await gandi.seen(1);
    await two.setTransferLock('plum.example', true, options);
    await two.domain('plum.example', options);
    expect(gandi.calls.map(({ method }) => method)).toEqual(['GET', 'PATCH', 'GET']);
    release.resolve('domain/ok');
    await before;
  });
});

describe('a sealed answer', () => {
  const sealed = createSealedAnswers('secret', 'https://api.example');

  it('is opened by the same credential, for what it belongs to, and never after it was changed', () => {
    const text = sealed.seal('an answer', 'token');
    expect(text).not.toContain('answer');
    expect(createSealedAnswers('secret', 'https://api.example').open(text, 'token')).toBe('an answer');
    expect(sealed.open(text, 'another token')).toBeNull();
    expect(createSealedAnswers('other', 'https://api.example').open(text, 'token')).toBeNull();
    expect(sealed.open(`${text.slice(0, 30)}${text[30] === 'A' ? 'B' : 'A'}${text.slice(31)}`, 'token')).toBeNull();
    expect(sealed.open('', 'token')).toBeNull();
    expect(sealed.seal('an answer', 'token')).not.toBe(text);
  });

  it('has a name that says nothing and differs between accounts', () => {
    expect(sealed.hide('plum.example')).toMatch(/^[\w-]{32}$/);
    expect(sealed.hide('plum.example')).not.toBe(
      createSealedAnswers('other', 'https://api.example').hide('plum.example'),
    );
    expect(sealed.namespace).not.toBe(createSealedAnswers('secret', 'https://api2.example').namespace);
  });
});
