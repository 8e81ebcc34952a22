// Webhooks as an app uses them, over real sockets: made, tried, verified by the public library, rotated, disabled, sent anew.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

/** The machine may be busy. */
const PATIENT = { timeout: 20_000 };

interface Got {
  readonly headers: Record<string, string>;
  readonly body: string;
}

let app: SandboxApp;
let server: Server;
let url: string;
let got: Got[] = [];
let status = 204;

beforeAll(async () => {
  app = await startSandboxApp({ domains: 60 });
  server = createServer(async (request, response) => {
    got.push({ headers: request.headers as Record<string, string>, body: await text(request) });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  await app.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  got = [];
  status = 204;
});

async function ask<T = Record<string, unknown>>(field: string, query: string, variables = {}): Promise<T> {
  const { data, errors } = await app.ask(query, variables);
  expect(errors).toEqual([]);
  return data[field] as T;
}
const run = <T = Record<string, unknown>>(name: string, input: object, selection: string) => {
  const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  const query = `mutation ($input: ${title}Input!) {
    ${name}(input: $input) { __typename ... on ${title}Success { ${selection} } ... on Error { code message path } }
  }`;
  return ask<T>(name, query, { input });
};

interface Made {
  readonly webhook: { readonly id: string };
  readonly secret: string;
}
const make = (input: object = {}) =>
  run<Made>('createWebhook', { url, ...input }, 'webhook { id state url types } secret');
const remove = ({ webhook }: Made) => run('deleteWebhook', { webhookId: webhook.id }, 'deletedId');

interface Delivery {
  readonly id: string;
  readonly messageId: string;
  readonly state: string;
  readonly payload: string;
  readonly attempts: readonly { status: number | null; error: string | null }[];
}
const DELIVERY =
  'delivery { id messageId isTest type state payload attemptCount attempts { status error } nextAttemptAt }';

/** Makes something happen, and tells the id of the client it happened to. */
async function pay(reference: string): Promise<void> {
  const list = await ask<{ edges: { node: { id: string } }[] }>(
    'clients',
    '{ clients(first: 1) { edges { node { id } } } }',
  );
  const clientId = list.edges[0]?.node.id ?? '';
  await run('recordClientPayment', { clientId, state: 'PAID', reference }, '__typename');
}

describe('a webhook', () => {
  test('gets what happens, signed so that the public library takes it', async () => {
    const made = await make({ types: ['CLIENT_PAYMENT_RECORDED'] });
    await pay('first');
    await vi.waitFor(() => expect(got).toHaveLength(1), PATIENT);
    const [{ headers, body } = { headers: {}, body: '' }] = got;
    expect(new Webhook(made.secret).verify(body, headers)).toMatchObject({
      type: 'CLIENT_PAYMENT_RECORDED',
      id: expect.any(String),
      cursor: expect.any(String),
      timestamp: expect.stringMatching(/Z$/),
      data: { subject: { type: 'Client' }, domainName: null },
    });
    expect(() => new Webhook(made.secret).verify(body.replace('Client', 'client'), headers)).toThrow();
    const page = await vi.waitFor(async () => {
      const found = await ask<{ totalCount: number; edges: { node: Delivery }[] }>(
        'webhookDeliveries',
        `query ($id: ID!) { webhookDeliveries(first: 5, filter: { webhookId: $id, states: [DELIVERED], types: [CLIENT_PAYMENT_RECORDED] }) {
          totalCount edges { node { id messageId state payload attempts { status error } } } } }`,
        { id: made.webhook.id },
      );
      expect(found.totalCount).toBe(1);
      return found;
    }, PATIENT);
    expect(page.edges[0]?.node).toMatchObject({
      messageId: headers['webhook-id'],
      payload: body,
      attempts: [{ status: 204, error: null }],
    });

    const again = await run<{ delivery: Delivery }>('redeliver', { deliveryId: page.edges[0]?.node.id }, DELIVERY);
    expect(again.delivery.state).toBe('RETRYING');
    await vi.waitFor(() => expect(got).toHaveLength(2), PATIENT);
    expect(got[1]).toMatchObject({ body, headers: { 'webhook-id': headers['webhook-id'] } });
    await vi.waitFor(async () => {
      const state = await ask<{ state: string }>(
        'node',
        'query ($id: ID!) { node(id: $id) { ... on WebhookDelivery { state } } }',
        { id: page.edges[0]?.node.id },
      );
      expect(state).toEqual({ state: 'DELIVERED' });
    }, PATIENT);
    const all = { webhookId: made.webhook.id, since: '2020-01-01T00:00:00Z', includeDelivered: true };
    expect(await run('redeliverSince', all, 'webhook { id }')).toMatchObject({ webhook: { id: made.webhook.id } });
    await vi.waitFor(() => expect(got).toHaveLength(3), PATIENT);
    expect(got[2]).toMatchObject({ body, headers: { 'webhook-id': headers['webhook-id'] } });
    await remove(made);
  });

  test('with a query gets the answer to it for each event, the same that a subscriber gets', async () => {
    const query = `subscription { events {
      cursor
      ... on Event { id type occurredAt }
      ... on ClientPaymentRecordedEvent { client { name } payment { state reference } }
    } }`;
    const made = await make({ types: ['CLIENT_PAYMENT_RECORDED'], query });
    await pay('shaped');
    await vi.waitFor(() => expect(got).toHaveLength(1), PATIENT);
    const body = JSON.parse(got[0]?.body ?? '') as { cursor: string; timestamp: string; data: { id: string } };
    expect(body).toMatchObject({
      type: 'CLIENT_PAYMENT_RECORDED',
      data: {
        cursor: body.cursor,
        type: 'CLIENT_PAYMENT_RECORDED',
        occurredAt: body.timestamp,
        client: { name: expect.any(String) },
        payment: { state: 'PAID', reference: 'shaped' },
      },
    });
    expect(body).not.toHaveProperty('errors');
    const found = await ask('node', 'query ($id: ID!) { node(id: $id) { ... on Event { cursor type } } }', {
      id: body.data.id,
    });
    expect(found).toMatchObject({ type: 'CLIENT_PAYMENT_RECORDED' });
    await remove(made);
  });

  test('is tried by a test that tells what the receiver answered, and is not tried again', async () => {
    const made = await make();
    const { delivery } = await run<{ delivery: Delivery }>('sendTestEvent', { webhookId: made.webhook.id }, DELIVERY);
    expect(delivery).toMatchObject({
      isTest: true,
      type: null,
      state: 'DELIVERED',
      attemptCount: 1,
      attempts: [{ status: 204, error: null }],
      nextAttemptAt: null,
    });
    const [first] = got;
    expect(new Webhook(made.secret).verify(first?.body ?? '', first?.headers ?? {})).toMatchObject({
      type: 'WEBHOOK_TEST',
    });
    status = 500;
    const failed = await run<{ delivery: Delivery }>('sendTestEvent', { webhookId: made.webhook.id }, DELIVERY);
    expect(failed.delivery).toMatchObject({ state: 'FAILED', attempts: [{ status: 500, error: 'STATUS' }] });
    await remove(made);
  });

  test('signs with both secrets while they are rotated, and with the new one alone when the old one ends at once', async () => {
    const made = await make();
    const test = () => run('sendTestEvent', { webhookId: made.webhook.id }, DELIVERY);
    const rotate = (more = {}) =>
      run<Made>(
        'rotateWebhookSecret',
        { webhookId: made.webhook.id, ...more },
        'secret webhook { id previousSecretUntil }',
      );
    const second = await rotate();
    await test();
    const verify = (secret: string, at: number) =>
      new Webhook(secret).verify(got[at]?.body ?? '', got[at]?.headers ?? {});
    expect(got[0]?.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(verify(made.secret, 0)).toBeDefined();
    expect(verify(second.secret, 0)).toBeDefined();
    const third = await rotate({ keepPreviousHours: 0 });
    await test();
    expect(got[1]?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
    expect(verify(third.secret, 1)).toBeDefined();
    expect(() => verify(second.secret, 1)).toThrow();
    await remove(made);
  });

  test('that is disabled gets nothing, keeps its place, and goes on once it is enabled', async () => {
    const made = await make({ types: ['CLIENT_PAYMENT_RECORDED'] });
    await run('disableWebhook', { webhookId: made.webhook.id }, 'webhook { id }');
    await pay('while disabled');
    const state = await ask('webhook', 'query ($id: ID!) { webhook(id: $id) { state disabledReason } }', {
      id: made.webhook.id,
    });
    expect(state).toEqual({ state: 'DISABLED', disabledReason: 'REQUESTED' });
    expect(got).toEqual([]);
    const enabled = await run('enableWebhook', { webhookId: made.webhook.id }, 'missedUntil webhook { state }');
    expect(enabled).toMatchObject({ missedUntil: null, webhook: { state: 'ENABLED' } });
    await vi.waitFor(() => expect(got).toHaveLength(1), PATIENT);
    await remove(made);
  });

  test('is refused with what is wrong: its address, its query with line and column, its cursor', async () => {
    const refused = async (input: object) =>
      await run<{ message: string; path: string[] }>('createWebhook', { url, ...input }, 'secret');
    expect(await refused({ url: 'ftp://receiver.example/' })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'url'],
    });
    expect(await refused({ url: 'https://me:pass-word@receiver.example/' })).toMatchObject({
      path: ['input', 'url'],
      message: expect.not.stringContaining('pass-word'),
    });
    const noField = await refused({ query: 'subscription {\n  nothing\n}' });
    expect(noField).toMatchObject({ path: ['input', 'query'], message: expect.stringContaining('Line 2, column 3') });
    expect(await refused({ query: '{ viewer { mode } }' })).toMatchObject({
      message: expect.stringContaining('It is a query'),
    });
    expect(await refused({ query: 'subscription {' })).toMatchObject({ message: expect.stringContaining('Line 1') });
    expect(await refused({ after: 'nonsense' })).toMatchObject({ path: ['input', 'after'] });
    expect(await refused({ types: [] })).toMatchObject({ path: ['input', 'types'] });
    expect(await refused({ organizationId: '99999999-9999-4999-8999-999999999999' })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(
      await run('deleteWebhook', { webhookId: '99999999-9999-4999-8999-999999999999' }, 'deletedId'),
    ).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is changed field by field; what is left out stays', async () => {
    const made = await make({ types: ['ORDER_CHANGED'], description: 'first' });
    const changed = await run(
      'updateWebhook',
      { webhookId: made.webhook.id, description: 'second', types: null },
      'webhook { description types url }',
    );
    expect(changed).toMatchObject({ webhook: { description: 'second', types: null, url } });
    await remove(made);
  });

  test('is one of twenty at most', async () => {
    const made: Made[] = [];
    for (let n = 0; n < 20; n++) made.push(await make());
    expect(await make()).toMatchObject({ __typename: 'WebhookLimitReached', code: 'WEBHOOK_LIMIT_REACHED' });
    const page = await ask('webhooks', '{ webhooks(first: 3) { totalCount edges { node { id } } } }');
    expect(page).toMatchObject({ totalCount: 20 });
    for (const one of made) await remove(one);
  });
});
