// The deployment of deploy/ and compose.yaml for real: two gateways behind the proxy, one of them restarted while people ask, order and follow.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BENCH_API_KEY } from '../../bench/lib/gateway-process.ts';
import { eventually } from '../helpers/eventually.ts';
import { follow } from '../helpers/follower.ts';
import { type OwnHaproxy, startOwnHaproxy } from '../helpers/own-haproxy.ts';
import { insist, type Replicas, startReplicas } from '../helpers/replicas.ts';
import { TEST_REDIS_URL } from '../helpers/test-redis.ts';

const SECONDS = 1_000;

let replicas: Replicas;
let proxy: OwnHaproxy;

describe.skipIf(TEST_REDIS_URL === null)('two gateways behind the proxy', () => {
  beforeAll(async () => {
    replicas = await startReplicas(2, { DRAIN_SECONDS: '3' });
    proxy = await startOwnHaproxy(replicas.gateways.map(({ url }) => Number(new URL(url).port)));
  }, 120 * SECONDS);
  afterAll(async () => {
    await proxy?.stop();
    await replicas?.close();
  }, 60 * SECONDS);

  const query = async (): Promise<string> => {
    const response = await fetch(`${proxy.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${BENCH_API_KEY}` },
      body: JSON.stringify({ query: '{ domains(first: 5) { edges { node { name } } } }' }),
    });
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
    return response.status === 200 && data !== undefined && errors === undefined ? 'fine' : `HTTP ${response.status}`;
  };

  it(
    'a rolling restart is noticed by nobody: every query is answered, and subscribers come back with their cursor and miss nothing',
    async () => {
      const followers = (['WebSocket', 'SSE', 'WebSocket', 'SSE'] as const).map((transport) =>
        follow(transport, () => proxy.url),
      );
      await eventually('all follow', () => followers.every(({ isConnected }) => isConnected));
      const outcomes: string[] = [];
      let isAsking = true;
      const callers = Array.from({ length: 4 }, async () => {
        while (isAsking) {
          outcomes.push(await query().catch((error: Error) => error.message));
          await pause(20);
        }
      });
      const names = ['first.com', 'second.com', 'third.com'];
      for (const [index, name] of names.entries()) {
        const gateway = replicas.gateways[index];
        const [, code] = await Promise.all([insist([proxy.url], name), gateway?.stop()]);
        if (gateway === undefined) continue;
        expect(code).toBe(0);
        await replicas.restart(index);
        await pause(2 * SECONDS);
      }
      await eventually('all have arrived, for everybody', () => {
        replicas.gandi.sandbox.advance(300 * SECONDS);
        return followers.every(({ steps }) => names.every((name) => steps.get(name) === 'COMPLETED'));
      });
      isAsking = false;
      await Promise.all(callers);
      for (const follower of followers) follower.stop();

      expect(outcomes.length).toBeGreaterThan(50);
      expect(outcomes.filter((outcome) => outcome !== 'fine')).toEqual([]);
      expect(followers.flatMap(({ faults }) => faults)).toEqual([]);
      const ends = followers.flatMap((follower) => follower.ends);
      expect(ends.length).toBeGreaterThan(0);
      for (const end of ends) expect([1012, 'end']).toContain(end);
      const { limiter, transfersOrdered } = replicas.gandi.sandbox.state;
      expect(names.map((name) => transfersOrdered.get(name))).toEqual([1, 1, 1]);
      expect(limiter.overLimit).toBe(0);
    },
    150 * SECONDS,
  );
});
