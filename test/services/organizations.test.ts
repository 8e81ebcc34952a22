// Organizations and the viewer: what each kind of key sees, and how little it costs.
import { afterEach, describe, expect, test } from 'vitest';
import { failure, fakeOrganization, fakePortfolio } from '../helpers/fake-gandi.ts';
import { type ServicesTest, servicesTest } from './domains-setup.ts';

let t: ServicesTest;
afterEach(() => t.close());

async function setup() {
  const world = fakePortfolio({ domains: 2, clients: 1 });
  world.organizations.push(fakeOrganization('company', false));
  t = await servicesTest(world);
}

describe('organizations', () => {
  test('are listed by one call, and none again', async () => {
    await setup();
    expect((await t.organizations.list(t.scope())).map(({ id, freshness }) => [id, freshness.state])).toEqual([
      ['company', 'LIVE'],
      ['reseller', 'LIVE'],
    ]);
    await t.clock.advance(1);
    const scope = t.scope();
    expect((await t.organizations.list(scope))[0]?.freshness.state).toBe('MIRRORED');
    expect(scope.meter).toMatchObject({ made: 0, fromMirror: 2 });
    expect(t.gandi.sent()).toEqual(['organizations']);
  });

  test('asked for by many fields of one operation, fresh, cost one call', async () => {
    await setup();
    const scope = t.scope({ maxAgeSeconds: 0 });
    const found = await Promise.all(
      ['reseller', 'company', 'reseller', 'nobody'].map((id) => t.organizations.byId(scope, id)),
    );
    expect(found.map((organization) => organization?.id ?? null)).toEqual(['reseller', 'company', 'reseller', null]);
    expect(t.gandi.sent()).toEqual(['organizations']);
  });

  test('that Gandi no longer lists are out of the list and still known by id', async () => {
    await setup();
    await t.organizations.list(t.scope());
    t.gandi.world.organizations.pop();
    await t.clock.advance(1);
    const scope = t.scope({ maxAgeSeconds: 0 });
    expect((await t.organizations.list(scope)).map(({ id }) => id)).toEqual(['reseller']);
    expect((await t.organizations.byId(scope, 'company'))?.missingAt).not.toBeNull();
  });

  test('of others are not seen', async () => {
    await setup();
    const session = { organizationId: 'company' };
    expect((await t.organizations.list(t.scope({ session }))).map(({ id }) => id)).toEqual(['company']);
    expect(await t.organizations.byId(t.scope({ session }), 'reseller')).toBeNull();
    const client = { organizationId: 'reseller', clientId: 'c00' };
    expect(await t.organizations.list(t.scope({ session: client }))).toEqual([]);
    expect(await t.organizations.byId(t.scope({ session: client }), 'reseller')).toBeNull();
  });

  test('that cannot be asked for at all are a fault', async () => {
    await setup();
    t.gandi.fail(/organizations/, failure('unauthorized', { status: 401 }));
    await expect(t.organizations.list(t.scope())).rejects.toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED' });
  });
});

describe('the viewer', () => {
  test('is told with the mode and the person behind the credential', async () => {
    await setup();
    const scope = t.scope();
    expect(await t.organizations.viewer(scope)).toEqual({
      session: scope.session,
      mode: 'SANDBOX',
      user: { id: 'u1', username: 'nia', name: 'Nia Okafor', email: 'nia@example.net' },
    });
  });

  test('has no person when Gandi forbids to ask', async () => {
    await setup();
    t.gandi.world.user = null;
    expect((await t.organizations.viewer(t.scope())).user).toBeNull();
  });

  test('does not show the person to a key that is limited to an organization', async () => {
    await setup();
    expect((await t.organizations.viewer(t.scope({ session: { organizationId: 'company' } }))).user).toBeNull();
    expect(t.gandi.calls).toHaveLength(0);
  });
});
