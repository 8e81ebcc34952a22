// Clients and the catalog over a real socket: what the v5 adapter sends is taken by a Gandi that checks it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createMirror } from '../../../src/mirror/mirror.ts';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { createCatalogService } from '../../../src/services/catalog.ts';
import { createClientsService } from '../../../src/services/clients.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { createBudget } from '../../../src/upstream/budget/budget.ts';
import { createGandiV5 } from '../../../src/upstream/v5.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { maple, scopesOver } from './setup.ts';

let gandi: RunningSandbox;
let test: TestStore;
let port: ReturnType<typeof createGandiV5>;
beforeEach(async () => {
  gandi = await startSandbox({ domains: 20, clients: 4, limit: { calls: 1_000, windowMs: 1_000 } });
  test = await createTestStore();
  const budget = createBudget({ clock: systemClock, limits: [{ limit: 1_000, windowMs: 1_000 }] });
  port = createGandiV5({
    baseUrl: gandi.url,
    token: 'sandbox-token',
    budget,
    clock: systemClock,
    logger: silentLogger,
  });
});
afterEach(async () => {
  await port.close();
  await gandi.close();
  await test.close();
});

function open() {
  const clock = systemClock;
  const mirror = createMirror({ port, store: test.store, clock });
  const clients = createClientsService({ port, store: test.store, mirror, clock });
  const catalog = createCatalogService({ port, store: test.store, clock, maxAgeSeconds: 86_400 });
  const { customers } = gandi.sandbox.state.world;
  return { clients, catalog, customers, scopeOf: scopesOver({ mirror, store: test.store, clock }) };
}

describe('over a real socket', () => {
  it.each([
    ['a company', maple, { country: 'FI', phone: '+358.401234567' }],
    [
      'somebody in a French territory',
      {
        ...maple,
        type: 'INDIVIDUAL',
        companyName: null,
        city: 'Saint-Denis',
        zip: '97400',
        country: 'RE',
        phone: '0262 01 23 45',
        fax: '0262 01 23 46',
        language: 'FR',
      },
      { country: 'FR', state: 'FR-RE', phone: '+262.262012345', lang: 'fr' },
    ],
    [
      'somebody whose name is in another script',
      {
        ...maple,
        type: 'INDIVIDUAL',
        companyName: null,
        firstName: '美咲',
        country: 'JP',
        region: '13',
        phone: '03-1234-5678',
      },
      { firstname: '美咲', state: 'JP-13', phone: '+81.312345678' },
    ],
  ] as const)('makes %s', async (_, client, stored) => {
    const { scopeOf, clients, customers } = open();
    const made = await clients.create(scopeOf(), { organizationId: null, client });
    expect(customers.get(made.id)).toMatchObject(stored);
  });

  it('changes a client, empties zip and reference, and reads it back', async () => {
    const { scopeOf, clients, customers } = open();
    const { id } = await clients.create(scopeOf(), { organizationId: null, client: maple });
    const changes = {
      street: '2 Test Way',
      zip: '',
      reference: null,
      country: 'SE',
      region: 'AB',
      phone: '08 123 456 78',
    };
    const scope = scopeOf();
    const changed = await clients.update(scope, { clientId: id, changes });
    expect((await clients.detail(scope, changed))?.value).toMatchObject({
      address: { street: '2 Test Way', zip: null, city: 'Helsinki', country: 'SE', region: 'SE-AB' },
      phone: '+46.812345678',
      reference: null,
    });
    expect(customers.get(id)).toMatchObject({ streetaddr: '2 Test Way', city: 'Helsinki' });
  });

  it('makes one client when the answer to the request is lost', async () => {
    const { scopeOf, clients, customers } = open();
    const before = customers.size;
    const path = '/v5/organization/organizations/*/customers';
    gandi.sandbox.state.faults.add({ method: 'POST', path, count: 1, effect: { kind: 'lost-after' } });
    const made = await clients.create(scopeOf(), { organizationId: null, client: maple });
    expect(customers.size).toBe(before + 1);
    expect(customers.get(made.id)).toMatchObject({ email: maple.email });
  });

  it('answers availability, prices and the rules of a TLD', async () => {
    const { scopeOf, catalog } = open();
    const scope = scopeOf();
    const [name] = await catalog.availability(scope, {
      names: ['free-nook.com'],
      processes: ['CREATE'],
      organizationId: null,
      currency: 'EUR',
      years: 1,
    });
    expect(name?.outcome).toMatchObject({ kind: 'answer', offers: [{ status: 'AVAILABLE' }] });
    const query = { organizationId: null, currency: 'EUR', tlds: ['com'], processes: ['TRANSFER'] } as const;
    const [price] = await catalog.prices(scope, query);
    expect(price?.prices[0]?.afterTaxes.minor).toBeGreaterThan(0);
    const com = await catalog.tld(scope, 'com');
    expect(com && (await catalog.tldDetail(scope, com))?.value.needsAuthCodeForTransfer).toBe(true);
  });
});
