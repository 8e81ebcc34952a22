// Servers that fail while two replicas sell and tell: nothing is bought twice, no event is lost, Gandi is never asked too often, and nobody has to restart anything.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { type Follower, follow } from '../helpers/follower.ts';
import { clientsOf, insist, type Replicas, startReplicas } from '../helpers/replicas.ts';
import { TEST_REDIS_URL } from '../helpers/test-redis.ts';

const SECONDS = 1_000;
const MINUTES = 60 * SECONDS;
const ORDERS = 3;

let replicas: Replicas;
let followers: Follower[];

describe.skipIf(TEST_REDIS_URL === null)('while two replicas sell and tell', () => {
  beforeAll(async () => {
    replicas = await startReplicas(2);
  }, 120 * SECONDS);
  afterAll(() => replicas?.close(), 60 * SECONDS);
  beforeEach(async () => {
    followers = replicas.gateways.flatMap((_gateway, index) =>
      (['WebSocket', 'SSE'] as const).map((transport) => follow(transport, () => urls()[index] ?? '')),
    );
    await eventually('all follow', () => followers.every(({ isConnected }) => isConnected));
  }, 60 * SECONDS);
  afterEach(() => {
    for (const follower of followers) follower.stop();
  });

  const urls = () => replicas.gateways.map(({ url }) => url);
  const printed = () => replicas.gateways.map((gateway) => gateway.printed().stdout).join('');
  const namesOf = (story: string) => Array.from({ length: ORDERS }, (_, n) => `${story}-${n}.com`);
  const count = (text: string) => printed().split(text).length - 1;

  /** Every order was placed once, for one client, came to its end, and every follower saw each step of it once and in order. */
  async function expectWhole(names: readonly string[]): Promise<void> {
    const { state } = replicas.gandi.sandbox;
    await eventually('all have arrived, for everybody', () => {
      replicas.gandi.sandbox.advance(5 * MINUTES);
      return followers.every(({ steps }) => names.every((name) => steps.get(name) === 'COMPLETED'));
    });
    for (const name of names)
      expect([name, state.transfersOrdered.get(name), clientsOf(replicas, name)]).toEqual([name, 1, 1]);
    expect(followers.flatMap(({ faults }) => faults)).toEqual([]);
    expect(state.limiter.overLimit).toBe(0);
    for (const { process } of replicas.gateways) expect([process.exitCode, process.signalCode]).toEqual([null, null]);
  }

  it(
    'PostgreSQL crashes and comes back: what was ordered is carried on, and the log says what happened',
    async () => {
      const names = namesOf('database');
      const orders = names.map((name) => insist(urls(), name));
      await eventually('an order is at Gandi', () =>
        names.some((name) => replicas.gandi.sandbox.state.transfersOrdered.has(name)),
      );
      await replicas.postgresql.crash();
      const ready = await Promise.all(urls().map((url) => fetch(`${url}/ready`)));
      expect(ready.map(({ status }) => status)).toEqual([503, 503]);
      await pause(2 * SECONDS);
      await replicas.postgresql.start();
      await Promise.all(orders);
      await expectWhole(names);
      expect(printed()).toContain('database: an idle connection was lost');
    },
    150 * SECONDS,
  );

  it(
    'Redis is lost and comes back empty: each goes on alone within its part, then together again',
    async () => {
      const names = namesOf('redis');
      const lostBefore = count('redis: the connection was lost');
      const orders = names.map((name) => insist(urls(), name));
      await replicas.redis.kill();
      await Promise.all(orders);
      await replicas.redis.start();
      await eventually('both are back', () => count('redis: the connection is back') >= lostBefore + 2);
      await expectWhole(names);
    },
    150 * SECONDS,
  );

  it(
    'a replica is killed: the other takes over its orders, and its followers come back',
    async () => {
      const [first, second] = replicas.gateways;
      if (first === undefined || second === undefined) throw new Error('two gateways');
      const names = namesOf('killed');
      const orders = names.map((name) => insist([first.url, second.url], name));
      await eventually('an order is at Gandi', () =>
        names.some((name) => replicas.gandi.sandbox.state.transfersOrdered.has(name)),
      );
      await first.kill();
      await Promise.all(orders);
      await replicas.restart(0);
      await expectWhole(names);
    },
    150 * SECONDS,
  );

  it(
    'a replica is frozen in the middle of an order: it does not send it when it wakes, and its followers miss nothing',
    async () => {
      const [first, second] = replicas.gateways;
      if (first === undefined || second === undefined) throw new Error('two gateways');
      const names = namesOf('frozen');
      const orders = names.map((name) => insist([first.url, second.url], name));
      await pause(500);
      first.process.kill('SIGSTOP');
      await pause(5 * SECONDS);
      first.process.kill('SIGCONT');
      await Promise.all(orders);
      await expectWhole(names);
    },
    150 * SECONDS,
  );
});
