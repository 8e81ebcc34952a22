// A reseller's customers: made, read, changed, removed, and what is refused.
import { describe, expect, it } from 'vitest';
import type { DomainDetail } from '../../src/upstream/wire/domain.ts';
import { customerListSchema, customerSchema, type WireCustomer } from '../../src/upstream/wire/organization.ts';
import { apikey, bench, customer, owner } from './support.ts';

function customersOf(b = bench()) {
  const path = `/organization/organizations/${b.resellerId}/customers`;
  const create = async (body: object = customer) => {
    const answer = await b.call<{ id: string }>('POST', path, body);
    return { ...answer, path: `${path}/${answer.body.id}` };
  };
  return { ...b, path, create };
}

describe('a customer', () => {
  it('is created with 201, an id and a Location, and read back with its address', async () => {
    const { call, path, create } = customersOf();
    const created = await create();
    expect(created.status).toBe(201);
    expect(created.body).toEqual({ id: expect.any(String), message: expect.any(String) });
    expect(created.headers.get('location')).toBe(`http://localhost/v5${path}/${created.body.id}`);
    const read = customerSchema.parse((await call('GET', created.path)).body);
    expect(read).toEqual({ ...customer, id: created.body.id, name: 'Maple Oy' });
  });

  it('accepts the integer form of its type', async () => {
    const { call, create } = customersOf();
    const created = await create({ ...customer, type: 2 });
    expect((await call<WireCustomer>('GET', created.path)).body.type).toBe('association');
  });

  it.each(['type', 'firstname', 'lastname', 'email', 'streetaddr', 'city', 'country', 'phone'])(
    'cannot be created without %s',
    async (field) => {
      const { create } = customersOf();
      const answer = await create({ ...customer, [field]: undefined });
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        status: 'error',
        errors: [{ location: 'body', name: field, description: 'is required' }],
      });
    },
  );

  it.each([
    ['email', 'nobody'],
    ['phone', '0401234567'],
    ['country', 'Finland'],
    ['state', 'FR-IDF'],
    ['state', 'Uusimaa'],
    ['type', 'robot'],
    ['type', 9],
  ])('cannot be created with %s %s', async (field, value) => {
    const { create } = customersOf();
    expect((await create({ ...customer, [field]: value })).body).toMatchObject({
      errors: [{ location: 'body', name: field }],
    });
  });

  it('names every faulty field at once', async () => {
    const { create } = customersOf();
    const { body } = await create({ ...customer, email: 'x', phone: 'y', city: '' });
    expect((body as unknown as { errors: { name: string }[] }).errors.map(({ name }) => name).toSorted()).toEqual([
      'city',
      'email',
      'phone',
    ]);
  });

  it('changes what it is asked to, and nothing else', async () => {
    const { call, create } = customersOf();
    const { path, body } = await create();
    expect(
      (await call('PATCH', path, { email: 'new@example.org', lastname: 'Aalto', sync_contact_email: 'match' })).status,
    ).toBe(200);
    expect((await call('GET', path)).body).toEqual({
      ...customer,
      id: body.id,
      name: 'Maple Oy',
      email: 'new@example.org',
      lastname: 'Aalto',
    });
  });

  it('that is an individual keeps its names', async () => {
    const { call, create } = customersOf();
    const { path } = await create({ ...customer, type: 'individual', orgname: undefined });
    const refused = await call('PATCH', path, { firstname: 'Ada', lastname: 'Aalto', city: 'Turku' });
    expect(refused.body).toMatchObject({ status: 'error', errors: [{ name: 'firstname' }, { name: 'lastname' }] });
    expect((await call('GET', path)).body).toMatchObject({ name: 'Nia Okafor', city: 'Helsinki' });
    expect((await call('PATCH', path, { city: 'Turku' })).status).toBe(200);
  });

  it('without products is deleted with 204 and then not found', async () => {
    const { call, create } = customersOf();
    const { path } = await create();
    const deleted = await call('DELETE', path);
    expect([deleted.status, deleted.body]).toEqual([204, '']);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('with a transfer under way or a domain is kept, and the answer says why in one key', async () => {
    const { call, create, sandbox } = customersOf();
    const { path, body } = await create();
    await call('POST', '/domain/transferin', {
      fqdn: 'kept-client.com',
      owner,
      authinfo: 'right-code',
      resellee_id: body.id,
    });
    expect((await call('DELETE', path)).status).toBe(409);
    sandbox.advance(86_400_000);
    const refused = await call('DELETE', path);
    expect([refused.status, Object.keys(refused.body)]).toEqual([409, ['message']]);
    expect((await call('GET', path)).status).toBe(200);
  });

  it('does not pass its changes on to the contacts of its domains', async () => {
    const { call, create, sandbox } = customersOf();
    const { path, body } = await create();
    await call('POST', '/domain/transferin', {
      fqdn: 'own-copy.com',
      owner,
      authinfo: 'right-code',
      resellee_id: body.id,
    });
    sandbox.advance(86_400_000);
    await call('PATCH', path, { email: 'changed@example.org' });
    expect((await call<DomainDetail>('GET', '/domain/domains/own-copy.com')).body.contacts.owner.email).toBe(
      owner.email,
    );
  });
});

describe('the customer list', () => {
  it('has rows without an address, in pages with counts', async () => {
    const { call, path } = customersOf(bench({ domains: 0, clients: 30 }));
    const page = await call<WireCustomer[]>('GET', `${path}?per_page=12&page=2`);
    const rows = customerListSchema.parse(page.body);
    expect(rows).toHaveLength(12);
    expect(rows.some((row) => 'streetaddr' in row || 'phone' in row)).toBe(false);
    expect(page.headers.get('total-count')).toBe('30');
    expect(page.headers.get('link')).toContain('page=3');
  });

  it('filters by type and name pattern and sorts by name', async () => {
    const { call, path, create } = customersOf(bench({ clients: 20 }));
    await create();
    const names = async (query: string) =>
      (await call<WireCustomer[]>('GET', `${path}?${query}`)).body.map(({ name }) => name);
    expect(await names('name=Maple*')).toEqual(['Maple Oy']);
    expect(await names('~name=aple')).toEqual(['Maple Oy']);
    const individuals = await call<WireCustomer[]>('GET', `${path}?type=individual`);
    expect(new Set(individuals.body.map(({ type }) => type))).toEqual(new Set(['individual']));
    const sorted = await names('sort_by=name');
    expect(sorted).toEqual(sorted.toSorted());
    expect(await names('sort_by=-name')).toEqual(sorted.toReversed());
  });

  it('exists for a reseller only', async () => {
    const { call, sandbox } = bench();
    const { company } = sandbox.state.world.organizations;
    expect((await call('GET', `/organization/organizations/${company.id}/customers`, undefined, apikey)).status).toBe(
      403,
    );
  });

  it('has all four types', async () => {
    const { call, path } = customersOf();
    const { body } = await call<WireCustomer[]>('GET', path);
    expect(body.map(({ type }) => type).toSorted()).toEqual(['association', 'company', 'individual', 'publicbody']);
  });
});
