// The gateway killed in the middle of a purchase: started again it knows its order, follows it to the end, and nothing was bought twice.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayProcess, startGateway } from '../../bench/lib/gateway-process.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { createDataFolder, type DataFolder } from '../helpers/data-folder.ts';
import { eventually } from '../helpers/eventually.ts';

const SECONDS = 1_000;
const TOKEN = 'sandbox-token';

let gandi: RunningSandbox;
let folder: DataFolder;
let gateway: GatewayProcess;

const start = async () => {
  gateway = await startGateway({ dataDir: folder.path, gandi: { url: gandi.url, token: TOKEN } });
};

beforeAll(async () => {
  gandi = await startSandbox({ domains: 20, speed: 0 });
  folder = await createDataFolder('gandi');
  await start();
  await eventually('the organizations are known', async () => (await organizations()).length > 0);
}, 120 * SECONDS);
afterAll(async () => {
  await gateway.stop();
  await gandi.close();
  await folder.remove();
});

async function organizations(): Promise<readonly unknown[]> {
  const { data } = await gateway.query<{ data?: { organizations: unknown[] | null } }>('{ organizations { id } }');
  return data?.organizations ?? [];
}

interface Order {
  readonly state: string;
  readonly createdClient: boolean;
  readonly client: { readonly gandiId: string } | null;
  readonly transfer: { readonly step: string } | null;
}

/** The orders of a domain as the gateway knows them now. */
async function ordersOf(domain: string): Promise<readonly Order[]> {
  const { data } = await gateway.query<{ data?: { orders: { edges: { node: Order }[] } | null } }>(
    'query ($domain: DomainName!) { orders(filter: { domain: $domain }) { edges { node { state createdClient client { gandiId } transfer { step } } } } }',
    { domain },
  );
  return data?.orders?.edges.map(({ node }) => node) ?? [];
}

interface Outcome {
  readonly data?: { readonly transferDomainIn: { readonly __typename: string; readonly replayed?: boolean } };
}

function order(domain: string): Promise<Outcome | 'no answer'> {
  const [label = ''] = domain.split('.');
  const input = {
    domain,
    authCode: 'right-code',
    client: {
      create: {
        type: 'INDIVIDUAL',
        firstName: 'Nia',
        lastName: 'Okafor',
        email: `${label}@example.net`,
        street: '1 Test Way',
        zip: '00100',
        city: 'Helsinki',
        country: 'FI',
        phone: '+358 40 1234567',
      },
    },
    idempotencyKey: `order-of-${domain}`,
  };
  return gateway
    .query<Outcome>(
      'mutation ($input: TransferDomainInInput!) { transferDomainIn(input: $input) { __typename ... on TransferDomainInSuccess { replayed } ... on Error { message } } }',
      { input },
    )
    .catch(() => 'no answer' as const);
}

function clientsOf(domain: string): number {
  const { customers, organizations } = gandi.sandbox.state.world;
  const address = `${domain.split('.')[0]}@example.net`;
  return customers.ofOrganization(organizations.reseller.id).filter(({ email }) => email === address).length;
}

const HELD_MS = 6 * SECONDS;

/** Orders a domain and holds one call of that up, so that the process can be killed while it is under way. @returns once the call is at Gandi. */
async function orderHeldAt(path: string, domain: string): Promise<{ readonly answer: Promise<unknown> }> {
  const effect = { kind: 'latency', minMs: HELD_MS, maxMs: HELD_MS } as const;
  const held = gandi.sandbox.state.faults.add({ method: 'POST', path, effect });
  const answer = order(domain);
  await eventually(`POST ${path} is at Gandi`, () => held.applied > 0);
  return { answer };
}

/** Sends the order until the gateway says that it has it. The key stays the same, as an app would do it. */
function insist(domain: string): Promise<boolean> {
  return eventually(`the order of ${domain} is at Gandi`, async () => {
    const again = await order(domain);
    if (again === 'no answer') throw new Error('The gateway ended.');
    return (
      again.data?.transferDomainIn.__typename === 'TransferDomainInSuccess' &&
      gandi.sandbox.state.transfersOrdered.has(domain)
    );
  });
}

async function killAndStart(): Promise<void> {
  await gateway.kill();
  gandi.sandbox.state.faults.clear();
  await start();
}

it(
  'killed at any moment of a purchase, it goes on with the same order, to its end, with one payment and one client',
  async () => {
    const sent = await orderHeldAt('/v5/domain/transferin', 'killed-order.com');
    const askedForClient = await orderHeldAt('/v5/organization/organizations/*/customers', 'killed-client.com');
    const checked = await orderHeldAt('/v5/domain/transferin/*/available', 'killed-check.com');
    await killAndStart();
    expect(await Promise.all([sent.answer, askedForClient.answer, checked.answer])).toEqual(Array(3).fill('no answer'));
    expect(await ordersOf('killed-check.com')).toEqual([]);
    const claimed = ['killed-order.com', 'killed-client.com'];
    for (const domain of claimed) expect(await ordersOf(domain)).toHaveLength(1);
    await Promise.all([...claimed, 'killed-check.com'].map(insist));

    const followed = 'killed-later.com';
    expect(await order(followed)).toMatchObject({ data: { transferDomainIn: { replayed: false } } });
    gandi.sandbox.advance(3 * SECONDS);
    await eventually('the holder is asked', async () => {
      const [found] = await ordersOf(followed);
      return found?.transfer?.step === 'HOLDER_APPROVAL';
    });
    await killAndStart();
    expect(await ordersOf(followed)).toMatchObject([{ transfer: { step: 'HOLDER_APPROVAL' } }]);

    for (const domain of [...claimed, 'killed-check.com', followed]) {
      await eventually(`${domain} has arrived`, async () => {
        gandi.sandbox.advance(30 * SECONDS);
        const [found] = await ordersOf(domain);
        return found?.state === 'COMPLETED';
      });
      expect(await ordersOf(domain)).toMatchObject([
        { state: 'COMPLETED', transfer: { step: 'COMPLETED' }, client: expect.anything() },
      ]);
      expect(gandi.sandbox.state.transfersOrdered.get(domain)).toBe(1);
      expect(clientsOf(domain)).toBe(1);
    }
  },
  180 * SECONDS,
);
