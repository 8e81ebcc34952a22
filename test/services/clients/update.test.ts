// Changing a client: only what differs is sent, and a lost answer is looked into.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MissingScopeError } from '../../../src/auth/session.ts';
import { InvalidInputError, NotFoundError, RejectedByGandiError } from '../../../src/services/errors.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { setup as open, upstreamError } from './setup.ts';

let test: TestStore;
beforeEach(async () => {
  test = await createTestStore();
});
afterEach(() => test.close());

/** With the list of clients in the mirror, as after any query. */
async function setup(...change: [Parameters<typeof open>[2]?]) {
  const context = open(test, 3, ...change);
  await context.service.byId(context.scopeOf(), 'c00');
  context.gandi.clearCalls();
  return context;
}

describe('updateClient', () => {
  it('sends only what differs, and answers with the client as Gandi then shows it', async () => {
    const { scopeOf, service, writes, gandi } = await setup();
    const scope = scopeOf();
    const changes = { city: 'Espoo', zip: '00100', phone: '+358 40 123 4567', email: 'new@maple.example' };
    const changed = await service.update(scope, { clientId: 'c00', changes });
    expect(writes).toEqual([{ what: 'update:reseller:c00', body: { city: 'Espoo', email: 'new@maple.example' } }]);
    expect(changed).toMatchObject({ id: 'c00', email: 'new@maple.example', freshness: { state: 'LIVE' } });
    expect((await service.detail(scope, changed))?.value.address.city).toBe('Espoo');
    expect(gandi.sent()).toEqual(['client:reseller:c00', 'client:reseller:c00']);
  });

  it('shows, in one operation that changes twice, what each change made, with one reading for all that looks', async () => {
    const { scopeOf, service, gandi } = await setup();
    const scope = scopeOf();
    const cities: unknown[] = [];
    for (const city of ['Espoo', 'Turku']) {
      const changed = await service.update(scope, { clientId: 'c00', changes: { city } });
      gandi.clearCalls();
      const seen = await Promise.all([service.detail(scope, changed), service.detail(scope, changed)]);
      cities.push(...seen.map((detail) => detail?.value.address.city));
      expect(gandi.sent()).toEqual([]);
    }
    expect(cities).toEqual(['Espoo', 'Espoo', 'Turku', 'Turku']);
  });

  it('sends nothing when nothing differs', async () => {
    const { scopeOf, service, writes, gandi } = await setup();
    const changes = { city: ' Helsinki ', country: 'fi', reference: 'REF-c00' };
    const same = await service.update(scopeOf(), { clientId: 'c00', changes });
    expect(same).toMatchObject({ id: 'c00', name: 'Client c00' });
    expect(writes).toEqual([]);
    expect(gandi.sent()).toEqual(['client:reseller:c00']);
    gandi.clearCalls();
    await service.update(scopeOf(), { clientId: 'c00', changes });
    expect(gandi.sent()).toEqual([]);
  });

  it('compares with data of the last minute, since others change clients too', async () => {
    const { scopeOf, service, writes, world, clock } = await setup();
    await service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo' } });
    const entry = world.clients.find(({ client }) => client.id === 'c00');
    if (!entry) throw new Error('no client');
    world.clients[world.clients.indexOf(entry)] = {
      ...entry,
      client: { ...entry.client, address: { ...entry.client.address, city: 'Turku' } },
    };
    await clock.advance(60_000);
    await service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo' } });
    expect(writes.map(({ body }) => body)).toEqual([{ city: 'Espoo' }, { city: 'Espoo' }]);
  });

  it('sends all that was given when the present data cannot be read', async () => {
    const { scopeOf, service, writes, gandi, clock } = await setup();
    await service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo' } });
    await clock.advance(3_600_000);
    gandi.fail(/^client:/, upstreamError('unavailable', { status: 502 }));
    await service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo', zip: '00101' } });
    expect(writes.at(-1)?.body).toEqual({ city: 'Espoo', zip: '00101' });
  });

  it('is a fault of Gandi, not a missing client, when its data was never read and cannot be', async () => {
    const { scopeOf, service, writes, gandi } = await setup();
    gandi.fail(/^client:/, upstreamError('unavailable', { status: 502 }));
    const refused = service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo' } });
    await expect(refused).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(writes).toEqual([]);
  });

  it('does not find a client that Gandi does not know any more, and sends nothing', async () => {
    const { scopeOf, service, writes, world } = await setup();
    world.clients = world.clients.filter(({ client }) => client.id !== 'c00');
    const refused = service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo' } });
    await expect(refused).rejects.toThrow(NotFoundError);
    expect(writes).toEqual([]);
  });

  it('refuses a new name for an individual and sends nothing', async () => {
    const { scopeOf, service, writes } = await setup((world) => {
      world.clients = world.clients.map((entry) => ({ ...entry, client: { ...entry.client, type: 'INDIVIDUAL' } }));
    });
    const refused = service.update(scopeOf(), { clientId: 'c00', changes: { firstName: 'Zoë', city: 'Espoo' } });
    await expect(refused).rejects.toThrow(InvalidInputError);
    await expect(refused).rejects.toMatchObject({ path: ['input', 'changes', 'firstName'] });
    expect(writes).toEqual([]);
  });

  it.each([
    ['unknown', {}],
    ['c01', { organizationId: 'plain' }],
    ['c01', { organizationId: 'reseller', clientId: 'c00' }],
  ])('does not find %s with the key %o, and asks nothing', async (clientId, session) => {
    const { scopeOf, service, writes, gandi } = await setup();
    const refused = service.update(scopeOf({ session }), { clientId, changes: { city: 'Espoo' } });
    await expect(refused).rejects.toThrow(NotFoundError);
    await expect(refused).rejects.toMatchObject({ path: ['input', 'clientId'] });
    expect([writes, gandi.sent()]).toEqual([[], []]);
  });

  it('is something a key of that very client can do', async () => {
    const { scopeOf, service, writes } = await setup();
    const scope = scopeOf({ session: { organizationId: 'reseller', clientId: 'c00' } });
    await service.update(scope, { clientId: 'c00', changes: { city: 'Espoo' } });
    expect(writes).toHaveLength(1);
  });

  it('needs the scope to write clients', async () => {
    const { scopeOf, service, writes } = await setup();
    const scope = scopeOf({ session: { scopes: new Set(['portfolio:read'] as const) } });
    const refused = service.update(scope, { clientId: 'c00', changes: { city: 'Espoo' } });
    await expect(refused).rejects.toThrow(MissingScopeError);
    expect(writes).toEqual([]);
  });
});

describe('updateClient that Gandi does not take', () => {
  it('tells the reasons of Gandi', async () => {
    const { scopeOf, service, willBe } = await setup();
    const problems = [{ field: 'zip', message: 'is not a postal code' }];
    willBe(upstreamError('invalid', { problems }));
    const refused = service.update(scopeOf(), { clientId: 'c00', changes: { zip: '1' } });
    await expect(refused).rejects.toThrow(RejectedByGandiError);
    await expect(refused).rejects.toMatchObject({ problems });
  });

  it('because the client is gone says that it is not found', async () => {
    const { scopeOf, service, willBe } = await setup();
    willBe(upstreamError('not-found'));
    const refused = service.update(scopeOf(), { clientId: 'c00', changes: { zip: '1' } });
    await expect(refused).rejects.toThrow(NotFoundError);
  });
});

describe('updateClient whose answer gets lost', () => {
  it('reads the client, and answers with it when the change is there', async () => {
    const { scopeOf, service, willBe, writes } = await setup();
    willBe('taken-unanswered');
    const scope = scopeOf();
    const changed = await service.update(scope, { clientId: 'c00', changes: { city: 'Espoo' } });
    expect((await service.detail(scope, changed))?.value.address.city).toBe('Espoo');
    expect(writes).toHaveLength(1);
  });

  it('says that the same change may be repeated when it is not there', async () => {
    const { scopeOf, service, willBe, writes } = await setup();
    willBe('lost');
    const refused = service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo' } });
    await expect(refused).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      message: expect.stringContaining('repeated safely'),
    });
    expect(writes).toHaveLength(1);
  });

  it('says so as well when the client cannot be read', async () => {
    const { scopeOf, service, willBe, gandi, onWrite } = await setup();
    willBe('taken-unanswered');
    onWrite(() => gandi.fail(/^client:/, upstreamError('unavailable')));
    const refused = service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo' } });
    await expect(refused).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
  });
});

describe('updateClient that worked', () => {
  it('is told even when reading back fails, and the mirror keeps what Gandi accepted', async () => {
    const { scopeOf, service, gandi, onWrite } = await setup();
    onWrite(() => gandi.fail(/^client:/, upstreamError('unavailable')));
    await service.update(scopeOf(), { clientId: 'c00', changes: { city: 'Espoo', reference: '' } });
    const [row] = await test.store.clients.byIds(['c00']);
    expect(row?.detail).toMatchObject({ address: { city: 'Espoo', street: '1 Test Way' }, reference: null });
  });

  it('twice in one operation answers each time with what was then true', async () => {
    const { scopeOf, service } = await setup();
    const scope = scopeOf();
    const cities: (string | null | undefined)[] = [];
    for (const city of ['Espoo', 'Turku']) {
      const changed = await service.update(scope, { clientId: 'c00', changes: { city } });
      cities.push((await service.detail(scope, changed))?.value.address.city);
    }
    expect(cities).toEqual(['Espoo', 'Turku']);
  });
});
