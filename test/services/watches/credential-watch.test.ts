// The end of Gandi's credential: told ahead by what the operator said, and when Gandi refuses it where it worked.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalBus } from '../../../src/events/bus.ts';
import { createCredentialWatch } from '../../../src/services/credential-watch.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';

const START = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;
const { signal } = new AbortController();

describe('the credential', () => {
  let test: TestStore;
  let clock: FakeClock;
  let calls: number;
  let answer: UpstreamError | null;
  beforeEach(async () => {
    test = await createTestStore();
    clock = fakeClock(START);
    calls = 0;
    answer = null;
  });
  afterEach(() => test.close());

  const watch = (expiresAt: number | null) =>
    createCredentialWatch({
      store: test.store,
      port: {
        organizations: async () => {
          calls += 1;
          if (answer !== null) throw answer;
          return [];
        },
      },
      bus: createLocalBus(),
      clock,
      expiresAt,
    });
  const told = async () =>
    (await test.store.events.after(0n, 1_000)).map(({ type, organizationId, payload }) => ({
      ...{ type, organizationId },
      ...payload,
    }));
  const list = (completeAt: number | null, lastErrorAt: number | null) =>
    test.store.mirrorLists.put({
      ...{ key: 'organizations', completeAt, startedAt: completeAt, total: 1, fetched: 1 },
      ...{ lastError: lastErrorAt === null ? null : 'failed', lastErrorAt },
    });

  it('is told 30, 14, 7, 3 and 1 days before its end, once each, without a call', async () => {
    const expiresAt = START + 40 * DAY_MS;
    for (let day = 0; day < 45; day++) {
      await watch(expiresAt).round(signal);
      await watch(expiresAt).round(signal);
      await clock.advance(DAY_MS);
    }
    expect((await told()).map((one) => 'leadDays' in one && one.leadDays)).toEqual([30, 14, 7, 3, 1]);
    expect((await told())[0]).toEqual({
      ...{ type: 'CREDENTIAL_EXPIRING', organizationId: null },
      ...{ reason: 'EXPIRES', expiresAt, leadDays: 30 },
    });
    expect(calls).toBe(0);
  });

  it('that Gandi refuses after it worked is told once, and again only when it worked in between', async () => {
    const refused = new UpstreamError('Forbidden', { kind: 'forbidden', endpoint: 'GET /organization/organizations' });
    answer = refused;
    await list(null, START);
    await watch(null).round(signal);
    expect(calls).toBe(0);
    await list(START, START + 1);
    await watch(null).round(signal);
    await watch(null).round(signal);
    expect(calls).toBe(1);
    expect(await told()).toEqual([
      {
        ...{ type: 'CREDENTIAL_EXPIRING', organizationId: null },
        ...{ reason: 'REFUSED', expiresAt: null, leadDays: null },
      },
    ]);
    await list(START + 2, null);
    await watch(null).round(signal);
    await list(START + 2, START + 3);
    await watch(null).round(signal);
    expect(await told()).toHaveLength(2);
  });

  it('is not blamed for an outage', async () => {
    await list(START, START + 1);
    answer = new UpstreamError('Bad gateway', { kind: 'unavailable', endpoint: 'GET /organization/organizations' });
    await watch(null).round(signal);
    answer = null;
    await watch(null).round(signal);
    expect(await told()).toEqual([]);
  });
});
