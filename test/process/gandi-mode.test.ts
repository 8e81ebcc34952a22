// The gateway before a real account, played by a sandbox of its own: nobody comes in without the key, and SIGTERM loses nothing.
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { BENCH_API_KEY, type GatewayProcess, startGateway } from '../../bench/lib/gateway-process.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { createDataFolder, type DataFolder } from '../helpers/data-folder.ts';
import { eventually } from '../helpers/eventually.ts';

const SECONDS = 1_000;
const TOKEN = 'sandbox-token';
const QUERY = '{ viewer { mode } }';
const UPDATES = 'subscription { transferUpdates { cursor } }';
const RIGHT = `Bearer ${BENCH_API_KEY}`;

let gandi: RunningSandbox;
let folder: DataFolder;
let gateway: GatewayProcess;

const start = () =>
  startGateway({
    dataDir: folder.path,
    gandi: { url: gandi.url, token: TOKEN },
    environment: { LOG_LEVEL: 'trace' },
  });

beforeAll(async () => {
  gandi = await startSandbox({ domains: 40 });
  folder = await createDataFolder('gandi');
  gateway = await start();
}, 120 * SECONDS);
afterAll(async () => {
  await gateway.stop();
  await gandi.close();
  await folder.remove();
});

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

interface Dialogue {
  readonly socket: WebSocket;
  readonly messages: { readonly type: string; readonly payload?: unknown }[];
  readonly closed: Promise<number>;
}

async function openSocket(headers: Record<string, string> = {}): Promise<Dialogue> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const messages: Dialogue['messages'] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code]) => code as number);
  await once(socket, 'open');
  return { socket, messages, closed };
}

const say = ({ socket }: Dialogue, message: unknown) => socket.send(JSON.stringify(message));
const heard = ({ messages }: Dialogue, type: string) =>
  eventually(`a ${type}`, () => messages.find((message) => message.type === type));

const KEYLESS: readonly (readonly [string, Record<string, string>])[] = [
  ['no key', {}],
  ['a wrong key', { authorization: `Bearer ${BENCH_API_KEY}x` }],
  ['a part of the key', { authorization: `Bearer ${BENCH_API_KEY.slice(0, -1)}` }],
  ['an empty key', { authorization: 'Bearer ' }],
  ['the key in another scheme', { authorization: `Basic ${BENCH_API_KEY}` }],
  ["Gandi's token", { authorization: `Bearer ${TOKEN}` }],
];

describe.each(KEYLESS)('with %s', (_name, headers) => {
  it('every HTTP request is refused with 401 before it is read', async () => {
    const mutation = 'mutation { setTransferLock(input: { domain: "a.com", locked: false }) { __typename } }';
    const answers = await Promise.all([
      post({ query: QUERY }, headers),
      post({ query: mutation }, headers),
      post({ query: '{ __schema { queryType { name } } }' }, headers),
      post({ query: 'no GraphQL' }, headers),
      post({ query: UPDATES }, { ...headers, accept: 'text/event-stream' }),
      fetch(`${gateway.url}/graphql?query=${encodeURIComponent(QUERY)}`, {
        headers: { accept: 'application/json', ...headers },
      }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await answer.text()).toMatch(/"code":"UNAUTHENTICATED"/);
    }
  });

  it('a WebSocket connection is closed with 4403', async () => {
    const dialogue = await openSocket(headers);
    say(dialogue, { type: 'connection_init', payload: {} });
    expect(await dialogue.closed).toBe(4403);
    expect(dialogue.messages).toEqual([]);
    const other = await openSocket();
    say(other, { type: 'connection_init', payload: { ...headers } });
    expect(await other.closed).toBe(4403);
  });
});

describe('with the key', () => {
  it('HTTP, WebSocket and Server-Sent Events answer', async () => {
    expect(await (await post({ query: QUERY }, { authorization: RIGHT })).json()).toMatchObject({
      data: { viewer: { mode: 'GANDI' } },
    });
    const dialogue = await openSocket();
    say(dialogue, { type: 'connection_init', payload: { authorization: RIGHT } });
    await heard(dialogue, 'connection_ack');
    say(dialogue, { id: '1', type: 'subscribe', payload: { query: QUERY } });
    expect(await heard(dialogue, 'next')).toMatchObject({ payload: { data: { viewer: { mode: 'GANDI' } } } });
    dialogue.socket.close();
    const stream = await post({ query: UPDATES }, { authorization: RIGHT, accept: 'text/event-stream' });
    expect(stream.status).toBe(200);
    await stream.body?.cancel();
  });
});

it('GraphiQL and the health checks need no key, and the page does not know it', async () => {
  const page = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  const html = await page.text();
  expect(html).toMatch(/graphiql/i);
  expect(html).not.toContain(BENCH_API_KEY);
  expect(html).not.toContain(TOKEN);
  expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
  expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
});

it('the first screen says what is at stake, and neither token nor key is ever printed', async () => {
  const screen = await eventually(
    'the first screen',
    () => /Gandi Reseller[\s\S]*Mirror/.exec(gateway.printed().stdout)?.[0],
  );
  expect(screen).toContain(`GraphiQL   ${gateway.url}/graphql   (asks for GATEWAY_API_KEY)\n`);
  expect(screen).toContain('Mode       GANDI: orders are real and cost money\n');
  expect(screen).toContain(`Gandi      ${gandi.url}/v5\n`);
  const { stdout, stderr } = gateway.printed();
  expect(stdout).not.toContain(BENCH_API_KEY);
  expect(stdout).not.toContain(TOKEN);
  expect(stderr).toBe('');
});

describe('SIGTERM', { timeout: 120 * SECONDS }, () => {
  afterEach(() => gandi.sandbox.state.faults.clear());

  it('lets a running request finish, ends subscriptions with 1012, exits with 0, and the folder can be used at once', async () => {
    const { rows } = await mirrored();
    const [name = ''] = rows;
    const dialogue = await openSocket({ authorization: RIGHT });
    say(dialogue, { type: 'connection_init' });
    await heard(dialogue, 'connection_ack');
    say(dialogue, { id: '1', type: 'subscribe', payload: { query: UPDATES } });
    const stream = await post({ query: UPDATES }, { authorization: RIGHT, accept: 'text/event-stream' });
    const streamEnded = drained(stream);

    const held = gandi.sandbox.state.faults.add({
      path: `/v5/domain/domains/${name}`,
      effect: { kind: 'latency', minMs: 2_000, maxMs: 2_000 },
    });
    const answer = post(
      {
        query: `query($name: DomainName!) @fresh(maxAgeSeconds: 0) { domain(name: $name) { name detailFreshness { state } registrant { email } } }`,
        variables: { name },
      },
      { authorization: RIGHT },
    );
    await eventually('the call is at Gandi', () => held.applied > 0);
    const ended = once(gateway.process, 'exit');
    gateway.process.kill('SIGTERM');

    expect(await dialogue.closed).toBe(1012);
    await streamEnded;
    const response = await answer;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { domain: { name, detailFreshness: { state: 'LIVE' } } } });
    expect(await ended).toEqual([0, null]);
    expect(gateway.printed().stderr).toBe('');
    await expect(post({ query: QUERY })).rejects.toThrow();

    gateway = await start();
    expect((await mirrored()).rows).toContain(name);
  });

  it('once more ends the process at once', async () => {
    const held = gandi.sandbox.state.faults.add({
      path: '/v5/domain/domains/*',
      effect: { kind: 'latency', minMs: 20_000, maxMs: 20_000 },
    });
    const [name = ''] = (await mirrored()).rows;
    const answer = post(
      {
        query: 'query($name: DomainName!) @fresh(maxAgeSeconds: 0) { domain(name: $name) { registrant { email } } }',
        variables: { name },
      },
      { authorization: RIGHT },
    ).catch(() => 'cut');
    await eventually('the call is at Gandi', () => held.applied > 0);
    const ended = once(gateway.process, 'exit');
    gateway.process.kill('SIGTERM');
    await eventually('it drains', () => gateway.printed().stdout.includes('draining'));
    gateway.process.kill('SIGTERM');
    expect(await ended).toEqual([1, null]);
    expect(await answer).toBe('cut');
    gateway = await start();
    expect((await mirrored()).rows).toContain(name);
  });
});

/** Names in the mirror, once it is complete. */
function mirrored(): Promise<{ readonly rows: readonly string[] }> {
  return eventually('the mirror is complete', async () => {
    const { data } = await gateway.query<{
      data: { domains: { freshness: { isComplete: boolean }; edges: { node: { name: string } }[] } };
    }>('{ domains(first: 20) { freshness { isComplete } edges { node { name } } } }');
    return data.domains.freshness.isComplete && { rows: data.domains.edges.map(({ node }) => node.name) };
  });
}

/** Reads a stream until it ends or is cut. */
async function drained(response: Response): Promise<void> {
  try {
    for await (const _chunk of response.body ?? []);
  } catch {
    return;
  }
}
