// A whole purchase with every log line on: the auth codes, Gandi's token and the gateway's key stay where they were given.
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import { BENCH_API_KEY, type GatewayProcess, startGateway } from '../../bench/lib/gateway-process.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { createDataFolder, type DataFolder } from '../helpers/data-folder.ts';
import { eventually } from '../helpers/eventually.ts';

const SECONDS = 1_000;
const TOKEN = 'pat-Zq7-known-to-Gandi-alone';
const FIRST_CODE = 'first-Xy9"{&}-code';
const RIGHT_CODE = 'right-Kp4%22\\é-code';
const LITERAL = 'literal-Vb8-code';
const NUMBER_CODE = '4711000815';
const SECRETS = {
  LITERAL,
  NUMBER_CODE,
  TOKEN,
  KEY: BENCH_API_KEY,
  FIRST_CODE,
  RIGHT_CODE,
};
const DOMAIN = 'secret-keeper.com';

let gandi: RunningSandbox;
let folder: DataFolder;
let gateway: GatewayProcess;

beforeAll(async () => {
  gandi = await startSandbox({ domains: 20, credentials: [{ token: TOKEN }] });
  folder = await createDataFolder('gandi');
  gateway = await startGateway({
    dataDir: folder.path,
    gandi: { url: gandi.url, token: TOKEN },
    environment: { LOG_LEVEL: 'trace' },
  });
}, 120 * SECONDS);
afterAll(async () => {
  await gateway.stop();
  await gandi.close();
  await folder.remove();
});

/** Every form a text may take on its way into a log or an answer. */
function formsOf(secret: string): readonly string[] {
  const plain = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  const encoded = (['base64', 'base64url', 'hex'] as const).map((form) =>
    Buffer.from(secret).toString(form).replace(/=+$/, ''),
  );
  return [...new Set([...plain, JSON.stringify(plain[1]).slice(1, -1), ...encoded])];
}

function expectNoSecret(where: string, text: string): void {
  const found = Object.entries(SECRETS).flatMap(([name, secret]) =>
    formsOf(secret)
      .filter((form) => text.includes(form))
      .map(() => name),
  );
  expect({ where, found }).toEqual({ where, found: [] });
}

/** Everything the gateway answered in this test. */
const answers: string[] = [];

async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const answer = await gateway.query<{ readonly data: T }>(query, variables);
  answers.push(JSON.stringify(answer));
  return answer.data;
}

async function askWithKey(headers: Record<string, string>, body: string): Promise<void> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  answers.push(JSON.stringify([...response.headers]), await response.text());
}

it('nothing that is printed, stored, pushed or answered holds a secret', { timeout: 180 * SECONDS }, async () => {
  const pushed: string[] = [];
  const steps: string[] = [];
  const webSocket = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${BENCH_API_KEY}` },
  });
  const stop = webSocket.subscribe<{ transferUpdates: { step: string } }>(
    {
      query:
        'subscription { transferUpdates { cursor ... on TransferUpdate { step explanation transfer { domainName gandiStep { step innerStep errorType errorLabel } order { idempotencyKey timeline { note } } } } } }',
    },
    {
      next(message) {
        pushed.push(JSON.stringify(message));
        steps.push(message.data?.transferUpdates.step ?? 'an error');
      },
      error: (error) => pushed.push(String(error)),
      complete: () => {},
    },
  );

  const input = {
    domain: DOMAIN,
    authCode: FIRST_CODE,
    client: {
      create: {
        type: 'INDIVIDUAL',
        firstName: 'Nia',
        lastName: 'Okafor',
        email: 'nia@example.net',
        street: '1 Test Way',
        zip: '00100',
        city: 'Helsinki',
        country: 'FI',
        phone: '+358 40 1234567',
      },
    },
    idempotencyKey: 'order-of-a-secret',
  };
  const order =
    'mutation ($input: TransferDomainInInput!) { transferDomainIn(input: $input) { __typename ... on Error { code message path } ... on InvalidInput { fields { found expected } } ... on TransferDomainInQuote { warning blockers { message } } } }';
  gandi.sandbox.state.faults.add({
    method: 'POST',
    path: '/v5/domain/transferin',
    effect: { kind: 'auth-code-wrong' },
  });
  await ask(order, { input: { ...input, dryRun: true } });
  expect(await ask(order, { input })).toMatchObject({ transferDomainIn: { __typename: 'TransferDomainInSuccess' } });
  expect(await ask(order, { input: { ...input, authCode: RIGHT_CODE } })).toMatchObject({
    transferDomainIn: { __typename: 'IdempotencyKeyReused' },
  });
  await ask(order, { input: { ...input, domain: 'no name', years: 99 } });
  await ask(order, { input: { ...input, authCode: { code: RIGHT_CODE } } });
  await ask(order, { input: { ...input, unknown: true } });
  await askWithKey(
    { authorization: `Bearer ${BENCH_API_KEY}` },
    `{"query": "{ viewer { mode } }", "variables": "${RIGHT_CODE.replaceAll('\\', '')}`,
  );
  for (const wrong of [
    'authCode: 4711000815',
    `authCode: ["${LITERAL}"]`,
    `authCode: "${LITERAL}", unknown: 1`,
    `authCode: "${LITERAL}"`,
    `"${LITERAL}"`,
  ])
    await ask(`mutation { transferDomainIn(input: { ${wrong} }) { __typename } }`);
  await ask(order, { input: { ...input, authCode: Number(NUMBER_CODE) } });
  await askWithKey({ authorization: `Bearer ${BENCH_API_KEY}x` }, JSON.stringify({ query: '{ viewer { mode } }' }));
  await askWithKey(
    { authorization: `Bearer ${BENCH_API_KEY}`, 'x-request-id': 'named' },
    JSON.stringify({ query: order, variables: { input: { authCode: RIGHT_CODE } } }),
  );

  const fix =
    'mutation ($input: UpdateTransferAuthCodeInput!) { updateTransferAuthCode(input: $input) { __typename ... on Error { code message } } }';
  const step = async (wanted: string) =>
    eventually(`the transfer is at ${wanted}`, async () => {
      gandi.sandbox.advance(30 * SECONDS);
      const { transfers } = await ask<{ transfers: { edges: { node: { step: string } }[] } }>(
        'query ($domain: DomainName!) { transfers(filter: { domain: $domain }) { edges { node { step explanation approvals { email answer } gandiStep { errorType errorLabel } order { state failure { message } timeline { note } } } } } }',
        { domain: DOMAIN },
      );
      return transfers.edges[0]?.node.step === wanted;
    });
  await step('ACTION_REQUIRED');

  const { faults } = gandi.sandbox.state;
  faults.clear();
  const codes = { method: 'PUT', path: `/v5/domain/transferin/${DOMAIN}/authinfo`, count: 1 } as const;
  const echo = {
    message: `authinfo ${RIGHT_CODE} for Bearer ${TOKEN}`,
    errors: [{ name: 'authinfo', description: RIGHT_CODE }],
  };
  faults.add({
    ...codes,
    effect: {
      kind: 'status',
      status: 400,
      body: { ...echo, object: 'HTTPBadRequest', cause: 'Bad Request', code: 400 },
    },
  });
  const fixed = { input: { transfer: { domain: DOMAIN }, authCode: RIGHT_CODE } };
  expect(await ask(fix, fixed)).not.toMatchObject({
    updateTransferAuthCode: { __typename: 'UpdateTransferAuthCodeSuccess' },
  });
  faults.add({ ...codes, effect: { kind: 'lost-before' } });
  await ask(fix, fixed);
  await eventually('the right code is taken', async () => {
    const { updateTransferAuthCode } =
      (await ask<{ updateTransferAuthCode: { __typename: string } | null }>(fix, fixed)) ?? {};
    return updateTransferAuthCode?.__typename === 'UpdateTransferAuthCodeSuccess';
  });
  await step('COMPLETED');
  await eventually('the subscriber heard of it', () => steps.includes('COMPLETED'));
  await ask(
    '{ orders { edges { node { id idempotencyKey state failure { code message } timeline { note } } } } domains(first: 100) { edges { node { name registrant { email } } } } }',
  );
  stop();
  await webSocket.dispose();
  expect(await gateway.stop()).toBe(0);

  expect(gandi.sandbox.state.transfersOrdered.get(DOMAIN)).toBe(1);
  const { stdout, stderr } = gateway.printed();
  expect(stdout).toContain('POST /domain/transferin');
  expectNoSecret('standard output', stdout);
  expectNoSecret('standard error', stderr);
  expectNoSecret('answers', answers.join('\n'));
  expectNoSecret('events pushed', pushed.join('\n'));

  const { tables, text } = await databaseAsText();
  expect(tables).toEqual(
    expect.arrayContaining(['audit_entries', 'clients', 'events', 'facts', 'orders', 'transfers']),
  );
  expect(text).toContain(DOMAIN);
  expectNoSecret('the database', text);
});

async function databaseAsText(): Promise<{ readonly tables: readonly string[]; readonly text: string }> {
  const { client, close } = await openEmbedded({ dataFolder: folder.database('gandi'), onCreate: () => {} });
  try {
    const names = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    const tables = names.rows.map(({ name }) => name);
    const rows = await Promise.all(tables.map((name) => client.query(`SELECT to_json(t)::text FROM "${name}" AS t`)));
    return { tables, text: JSON.stringify(rows.map((found) => found.rows)) };
  } finally {
    await close();
  }
}
