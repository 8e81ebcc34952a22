// Subscriptions keep the same promises over WebSocket and Server-Sent Events.
import type { ExecutionResult } from 'graphql';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { RequestFault } from '../../src/services/errors.ts';
import type { OperationScope, TransferUpdate } from '../../src/services/services.ts';
import { createFakeServices, type FakePortfolio, NOW, organization, transfer } from '../helpers/fake-services.ts';
import { STREAM_TRANSPORTS, type StreamClient } from '../helpers/stream-clients.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../helpers/test-app.ts';

const KEY = 'a-key-of-sixteen-or-more';
const UPDATES =
  'subscription ($after: String) { transferUpdates(after: $after) { cursor ... on TransferUpdate { step transfer { version } } } }';

const update = (cursor: string, changes: Partial<TransferUpdate['transfer']> = {}): TransferUpdate => ({
  cursor,
  occurredAt: NOW,
  transfer: { ...transfer, ...changes },
});

const open: { app: TestApp; clients: StreamClient[] }[] = [];
afterEach(async () => {
  for (const { app, clients } of open.splice(0)) {
    for (const client of clients) client.dispose();
    await app.server.close();
  }
});

describe.each(STREAM_TRANSPORTS)('over $name', ({ connect }) => {
  async function start(portfolio: FakePortfolio = {}, options: Partial<TestAppOptions> = {}) {
    const fake = createFakeServices(portfolio);
    const app = await startTestApp({ services: fake.services, ...options });
    const clients: StreamClient[] = [];
    open.push({ app, clients });
    const client = (headers?: Record<string, string>) => {
      const made = connect(app, headers);
      clients.push(made);
      return made;
    };
    /** Asks for the first result and waits until the server reads the log. */
    const follow = async (query = UPDATES, variables = {}, headers: Record<string, string> = {}) => {
      const before = fake.subscribers;
      const events = client(headers).iterate(query, variables);
      const first = events.next();
      first.catch(() => {});
      await vi.waitFor(() => expect(fake.subscribers).toBe(before + 1), { interval: 5 });
      return { events, first };
    };
    return { app, fake, client, follow };
  }

  test('each change arrives once, in order, with its cursor and with what it cost', async () => {
    const { fake, follow } = await start();
    const { events, first } = await follow();
    for (const cursor of ['1', '2', '3']) fake.push(update(cursor, { version: Number(cursor) }));
    const seen = [(await first).value, (await events.next()).value, (await events.next()).value] as ExecutionResult[];
    expect(seen.map(({ data }) => data?.transferUpdates)).toEqual(
      [1, 2, 3].map((version) => ({ cursor: String(version), step: 'HOLDER_APPROVAL', transfer: { version } })),
    );
    for (const { extensions } of seen)
      expect(extensions?.upstream).toMatchObject({ made: 0, budget: { limit: 30, remaining: 28 } });
  });

  test('a subscriber that comes back with its cursor misses nothing', async () => {
    const { fake, follow } = await start();
    for (const cursor of ['1', '2', '3']) fake.push(update(cursor));
    const { events, first } = await follow(UPDATES, { after: '1' });
    const seen = [(await first).value, (await events.next()).value] as ExecutionResult<{
      transferUpdates: { cursor: string };
    }>[];
    expect(seen.map(({ data }) => data?.transferUpdates.cursor)).toEqual(['2', '3']);
  });

  test('two successive events show fresh data: what one event loaded is not remembered for the next', async () => {
    let name = 'before';
    const loaded = new WeakMap<OperationScope, Promise<typeof organization>>();
    const { fake, follow } = await start({
      overrides: () => ({
        organizations: {
          byId: (scope: OperationScope) => {
            const known = loaded.get(scope) ?? Promise.resolve({ ...organization, name });
            loaded.set(scope, known);
            scope.meter.made += 1;
            return known;
          },
        },
      }),
    });
    const { events, first } = await follow(
      'subscription { transferUpdates { ... on TransferUpdate { transfer { organization { name } } } } }',
    );
    fake.push(update('1'));
    const before = (await first).value as ExecutionResult;
    name = 'after';
    fake.push(update('2'));
    const after = (await events.next()).value as ExecutionResult;
    expect([before, after].map(({ data }) => data?.transferUpdates)).toEqual([
      { transfer: { organization: { name: 'before' } } },
      { transfer: { organization: { name: 'after' } } },
    ]);
    expect([before, after].map(({ extensions }) => extensions?.upstream)).toEqual([
      expect.objectContaining({ made: 1 }),
      expect.objectContaining({ made: 1 }),
    ]);
  });

  test('a field that fails in one event is an error of that event alone', async () => {
    let broken = true;
    const { fake, follow } = await start({
      overrides: () => ({
        organizations: {
          byId: async () => {
            if (broken) throw new RequestFault('UPSTREAM_TIMEOUT', 'Gandi did not answer.');
            return organization;
          },
        },
      }),
    });
    const { events, first } = await follow(
      'subscription { transferUpdates { cursor ... on TransferUpdate { transfer { organization { name } } } } }',
    );
    fake.push(update('1'));
    const failed = (await first).value as ExecutionResult;
    expect(failed.data?.transferUpdates).toEqual({ cursor: '1', transfer: { organization: null } });
    expect(failed.errors?.[0]).toMatchObject({
      message: 'Gandi did not answer.',
      extensions: { code: 'UPSTREAM_TIMEOUT', retryable: true },
    });
    broken = false;
    fake.push(update('2'));
    const fine = (await events.next()).value as ExecutionResult;
    expect([fine.errors, fine.data?.transferUpdates]).toEqual([
      undefined,
      { cursor: '2', transfer: { organization: { name: organization.name } } },
    ]);
  });

  test('a stream that breaks says so in a last event, without its secrets, and ends', async () => {
    const { fake, follow } = await start();
    const { events, first } = await follow();
    fake.fail(new Error('connection to 10.0.0.7 lost'));
    const last = (await first).value as ExecutionResult;
    expect(last.errors?.[0]).toMatchObject({
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
    });
    expect(JSON.stringify(last)).not.toContain('10.0.0.7');
    expect(await events.next()).toMatchObject({ done: true });
    expect(fake.subscribers).toBe(0);
  });

  test('a subscriber that is too slow is told where to go on, and the stream ends', async () => {
    const { fake, follow } = await start();
    const { events, first } = await follow();
    fake.fail(new RequestFault('SUBSCRIBER_TOO_SLOW', 'The updates were read too slowly.', { lastCursor: 'c-7' }));
    expect(((await first).value as ExecutionResult).errors?.[0]).toMatchObject({
      extensions: { code: 'SUBSCRIBER_TOO_SLOW', retryable: true, lastCursor: 'c-7' },
    });
    expect(await events.next()).toMatchObject({ done: true });
  });

  test('arguments that cannot be used are refused before anything is followed', async () => {
    const { fake, client } = await start();
    const events = client().iterate('subscription { transferUpdates(filter: { domain: "no name" }) { cursor } }');
    const { value } = await events.next();
    expect((value as ExecutionResult).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: { name: 'filter.domain' },
    });
    expect(await events.next()).toMatchObject({ done: true });
    expect(fake.calls).toEqual([]);
  });

  test('a document that does not fit the schema is refused with its code', async () => {
    const { client } = await start();
    const refusal = await client()
      .iterate('subscription { transferUpdates { curser } }')
      .next()
      .then(
        ({ value }) => JSON.stringify((value as ExecutionResult).errors),
        (error: unknown) => JSON.stringify(error),
      );
    expect(refusal).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(refusal).toContain('Did you mean');
  });

  test('a subscriber that leaves is let go of', async () => {
    const { fake, follow } = await start();
    const { events, first } = await follow();
    fake.push(update('1'));
    await first;
    await events.return?.();
    await vi.waitFor(() => expect(fake.subscribers).toBe(0), { interval: 5 });
  });

  test('a subscriber whose connection is cut is let go of', async () => {
    const { fake, follow } = await start();
    await follow();
    for (const { clients } of open) for (const client of clients) client.dispose();
    await vi.waitFor(() => expect(fake.subscribers).toBe(0), { interval: 5 });
  });

  test('one that leaves does not end the others', async () => {
    const { fake, follow } = await start();
    const leaving = await follow();
    const staying = await follow();
    fake.push(update('1'));
    await Promise.all([leaving.first, staying.first]);
    await leaving.events.return?.();
    await vi.waitFor(() => expect(fake.subscribers).toBe(1), { interval: 5 });
    fake.push(update('2'));
    expect((await staying.events.next()).value).toMatchObject({ data: { transferUpdates: { cursor: '2' } } });
  });

  test('explanations come in the language of the connection', async () => {
    const { fake, follow } = await start();
    const { first } = await follow(
      'subscription { transferUpdates { ... on TransferUpdate { explanation } } }',
      {},
      { 'accept-language': 'fr' },
    );
    fake.push(update('1'));
    expect((await first).value).toMatchObject({ data: { transferUpdates: { explanation: 'Étape HOLDER_APPROVAL.' } } });
  });

  test('without the key nothing is followed; with it all is', async () => {
    const { fake, client, follow } = await start({}, { apiKey: KEY });
    await expect(client().iterate(UPDATES).next()).rejects.toBeDefined();
    await expect(
      client({ authorization: 'Bearer wrong-key-of-sixteen' }).iterate(UPDATES).next(),
    ).rejects.toBeDefined();
    expect(fake.calls).toEqual([]);
    const { first } = await follow(UPDATES, {}, { authorization: `Bearer ${KEY}` });
    fake.push(update('1'));
    expect((await first).value).toMatchObject({ data: { transferUpdates: { cursor: '1' } } });
  });

  test('a draining server cuts the stream without completing it, so that clients come back, and lets go of everything', async () => {
    const { app, fake, follow } = await start();
    const { events, first } = await follow();
    fake.push(update('1'));
    await first;
    const next = events.next();
    next.catch(() => {});
    await app.server.close();
    await expect(next).rejects.toBeDefined();
    await vi.waitFor(() => expect(fake.subscribers).toBe(0), { interval: 5 });
  });
});
