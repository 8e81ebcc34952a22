// Making a client: what is checked first, what is sent once, and what becomes of a lost answer.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MissingScopeError } from '../../../src/auth/session.ts';
import {
  InvalidInputError,
  NotFoundError,
  OrganizationNotEligibleError,
  RejectedByGandiError,
} from '../../../src/services/errors.ts';
import { fakeOrganization } from '../../helpers/fake-gandi.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { maple, setup, upstreamError } from './setup.ts';

let test: TestStore;
beforeEach(async () => {
  test = await createTestStore();
});
afterEach(() => test.close());

const NAME_ASC = { orderBy: { field: 'NAME', direction: 'ASC' } } as const;

describe('createClient', () => {
  it('sends the normalised data once and answers with the client as Gandi shows it', async () => {
    const { scopeOf, service, writes, gandi, clock } = setup(test);
    const made = await service.create(scopeOf(), { organizationId: 'reseller', client: maple });
    expect(writes).toEqual([
      {
        what: 'create:reseller',
        body: expect.objectContaining({ phone: '+358.401234567', country: 'FI', companyName: 'Maple Oy' }),
      },
    ]);
    expect(made).toMatchObject({
      id: 'new3',
      name: 'gandi-new3',
      organizationId: 'reseller',
      freshness: { asOf: clock.now(), state: 'LIVE' },
    });
    expect(gandi.sent()).toEqual(['organizations', 'client:reseller:new3']);
  });

  it('shows the client to the next query, its address included, without a call', async () => {
    const { scopeOf, service, gandi } = setup(test);
    const warm = scopeOf();
    await service.list(warm, { filter: {}, ...NAME_ASC, page: { first: 20 } });
    const { id } = await service.create(scopeOf(), { organizationId: null, client: maple });
    gandi.clearCalls();
    const scope = scopeOf();
    const listed = await service.list(scope, { filter: { text: 'maple' }, ...NAME_ASC, page: { first: 20 } });
    const [edge] = listed.edges;
    expect(listed.edges.map(({ node }) => node.id)).toEqual([id]);
    if (!edge) throw new Error('no client');
    expect((await service.detail(scope, edge.node))?.value).toMatchObject({
      reference: 'ACC-0042',
      phone: '+358.401234567',
    });
    expect(gandi.sent()).toEqual([]);
  });

  it('takes the only reseller in sight when no organization is named', async () => {
    const { scopeOf, service, writes } = setup(test);
    await service.create(scopeOf(), { organizationId: null, client: maple });
    expect(writes.map(({ what }) => what)).toEqual(['create:reseller']);
  });

  it('asks which reseller when there are several, naming them, and sends nothing', async () => {
    const { scopeOf, service, writes } = setup(test, 0, ({ organizations }) =>
      organizations.push(fakeOrganization('other', true)),
    );
    const refused = service.create(scopeOf(), { organizationId: null, client: maple });
    await expect(refused).rejects.toThrow(InvalidInputError);
    await expect(refused).rejects.toMatchObject({
      fields: [{ path: ['input', 'organizationId'], expected: 'one of other (other), reseller (reseller)' }],
    });
    expect(writes).toEqual([]);
  });

  it.each([
    ['plain', OrganizationNotEligibleError],
    ['nowhere', NotFoundError],
  ])('refuses the organization %s before anything is sent', async (organizationId, outcome) => {
    const { scopeOf, service, writes } = setup(test);
    const refused = service.create(scopeOf(), { organizationId, client: maple });
    await expect(refused).rejects.toThrow(outcome);
    await expect(refused).rejects.toMatchObject({ path: ['input', 'organizationId'] });
    expect(writes).toEqual([]);
  });

  it('says that no organization is eligible when none is a reseller', async () => {
    const { scopeOf, service, writes } = setup(test, 0, (world) => {
      world.organizations = [fakeOrganization('plain', false)];
    });
    const refused = service.create(scopeOf(), { organizationId: null, client: maple });
    await expect(refused).rejects.toThrow(OrganizationNotEligibleError);
    expect(writes).toEqual([]);
  });

  it('does not know another organization than the one the key is limited to', async () => {
    const { scopeOf, service, writes } = setup(test, 0, ({ organizations }) =>
      organizations.push(fakeOrganization('other', true)),
    );
    const scope = scopeOf({ session: { organizationId: 'other' } });
    const refused = service.create(scope, { organizationId: 'reseller', client: maple });
    await expect(refused).rejects.toThrow(NotFoundError);
    await service.create(scope, { organizationId: null, client: maple });
    expect(writes.map(({ what }) => what)).toEqual(['create:other']);
  });

  it('is nothing a key of a single client can do', async () => {
    const { scopeOf, service, writes, gandi } = setup(test);
    const scope = scopeOf({ session: { organizationId: 'reseller', clientId: 'c00' } });
    await expect(service.create(scope, { organizationId: null, client: maple })).rejects.toThrow(NotFoundError);
    expect([writes, gandi.sent()]).toEqual([[], []]);
  });

  it('needs the scope to write clients', async () => {
    const { scopeOf, service, gandi } = setup(test);
    const scope = scopeOf({ session: { scopes: new Set(['portfolio:read'] as const) } });
    await expect(service.create(scope, { organizationId: null, client: maple })).rejects.toThrow(MissingScopeError);
    expect(gandi.sent()).toEqual([]);
  });

  it('refuses wrong data with every field at fault, and makes no call at all', async () => {
    const { scopeOf, service, writes, gandi } = setup(test);
    const client = { ...maple, email: 'nia', country: 'XX', firstName: ' ' };
    await expect(service.create(scopeOf(), { organizationId: null, client })).rejects.toMatchObject({
      name: 'InvalidInputError',
      fields: [
        { path: ['input', 'client', 'firstName'] },
        { path: ['input', 'client', 'email'] },
        { path: ['input', 'client', 'country'] },
      ],
    });
    expect([writes, gandi.sent()]).toEqual([[], []]);
  });
});

describe('createClient that Gandi does not take', () => {
  it.each(['invalid', 'conflict', 'refused'] as const)('because of %s tells the reasons of Gandi', async (kind) => {
    const { scopeOf, service, willBe } = setup(test);
    const problems = [{ field: 'phone', message: 'does not look like a phone number' }];
    willBe(upstreamError(kind, { problems }));
    const refused = service.create(scopeOf(), { organizationId: null, client: maple });
    await expect(refused).rejects.toThrow(RejectedByGandiError);
    await expect(refused).rejects.toMatchObject({ problems, createdClientId: null });
  });

  it('because the budget is full was not sent, and says when to try again', async () => {
    const { scopeOf, service, willBe, gandi } = setup(test);
    willBe(upstreamError('busy', { retryAfterMs: 900 }));
    await expect(service.create(scopeOf(), { organizationId: null, client: maple })).rejects.toMatchObject({
      code: 'UPSTREAM_BUSY',
      retryAfterMs: 900,
    });
    expect(gandi.sent()).toEqual(['organizations']);
  });
});

describe('createClient whose answer gets lost', () => {
  it('finds the client in the list of Gandi and answers with it, without a second attempt', async () => {
    const { scopeOf, service, willBe, writes, gandi } = setup(test);
    willBe('taken-unanswered');
    const made = await service.create(scopeOf(), { organizationId: null, client: maple });
    expect(made).toMatchObject({ id: 'new3', name: 'gandi-new3', detail: { reference: 'ACC-0042' } });
    expect(writes).toHaveLength(1);
    expect(gandi.sent()).toEqual(['organizations', 'clients:reseller:1', 'client:reseller:new3']);
  });

  it('looks through all pages of the list', async () => {
    const { scopeOf, service, willBe, gandi } = setup(test, 250);
    willBe('taken-unanswered');
    const made = await service.create(scopeOf(), { organizationId: null, client: maple });
    expect(made.id).toBe('new250');
    expect(gandi.sent().filter((what) => what.startsWith('clients:'))).toEqual(
      [1, 2, 3].map((page) => `clients:reseller:${page}`),
    );
  });

  it('does not take a client for it that was there before', async () => {
    const { scopeOf, service, willBe, writes } = setup(test);
    await service.create(scopeOf(), { organizationId: null, client: maple });
    willBe('lost');
    const refused = service.create(scopeOf(), { organizationId: null, client: maple });
    await expect(refused).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(writes).toHaveLength(2);
  });

  it('does not take a client for it whose reference is another', async () => {
    const { scopeOf, service, willBe, world, gandi } = setup(test);
    willBe('lost');
    await service.list(scopeOf(), { filter: {}, ...NAME_ASC, page: { first: 1 } });
    const [first] = world.clients;
    if (!first) throw new Error('no client');
    const twin = {
      ...first.client,
      id: 'twin',
      ...{ companyName: 'Maple Oy', email: maple.email, reference: 'ACC-0043' },
    };
    world.clients.push({ organizationId: 'reseller', client: twin });
    await expect(service.create(scopeOf(), { organizationId: null, client: maple })).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
    });
    expect(gandi.sent()).toContain('client:reseller:twin');
  });

  it('says that repeating may make a second one when the list does not show it', async () => {
    const { scopeOf, service, willBe, writes } = setup(test);
    willBe('lost');
    const refused = service.create(scopeOf(), { organizationId: null, client: maple });
    await expect(refused).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      message: expect.stringContaining('second one'),
    });
    expect(writes).toHaveLength(1);
  });

  it('says so as well when the list cannot be read', async () => {
    const { scopeOf, service, willBe, gandi } = setup(test);
    willBe('taken-unanswered');
    gandi.fail(/^clients:/, upstreamError('unavailable', { status: 502 }));
    await expect(service.create(scopeOf(), { organizationId: null, client: maple })).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      message: expect.stringContaining('could not be read'),
    });
  });
});

describe('createClient that worked', () => {
  it('is told even when reading back fails, and the mirror keeps what Gandi accepted', async () => {
    const { scopeOf, service, gandi } = setup(test);
    gandi.fail(/^client:/, upstreamError('unavailable', { status: 502 }));
    const made = await service.create(scopeOf(), { organizationId: null, client: maple });
    expect(made).toMatchObject({
      id: 'new3',
      name: 'Maple Oy',
      email: 'nia@maple.example',
      detail: { phone: '+358.401234567' },
    });
    expect((await test.store.clients.byIds(['new3'])).map(({ name }) => name)).toEqual(['Maple Oy']);
  });

  it('is followed to its end when the caller goes away in the middle', async () => {
    const gone = new AbortController();
    const { scopeOf, service, gandi, onWrite } = setup(test);
    onWrite(() => gone.abort(new Error('gone')));
    const made = await service.create(scopeOf({ signal: gone.signal }), { organizationId: null, client: maple });
    expect(made).toMatchObject({ id: 'new3', name: 'gandi-new3' });
    expect(gandi.sent()).toContain('client:reseller:new3');
  });
});
