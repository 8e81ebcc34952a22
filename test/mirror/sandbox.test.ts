// The mirror over the v5 adapter and the sandbox: what Gandi itself would have counted, and that every domain ends where it belongs.
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { createMirror, type Demand } from '../../src/mirror/mirror.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createBudget } from '../../src/upstream/budget/budget.ts';
import { createGandiV5 } from '../../src/upstream/v5.ts';
import { createTestStore } from '../helpers/test-store.ts';
import { allDomains } from './setup.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setup(options: SandboxOptions, token = 'sandbox-token') {
  const sandbox = await startSandbox({ speed: 0, transfers: 0, ...options });
  closers.push(() => sandbox.close());
  const { store, close } = await createTestStore();
  closers.push(close);
  const budget = createBudget({ clock: systemClock, limits: [{ limit: 30, windowMs: 2_000 }] });
  const port = createGandiV5({ baseUrl: sandbox.url, token, budget, clock: systemClock, logger: silentLogger });
  closers.push(() => port.close());
  const mirror = createMirror({ port, store, clock: systemClock });
  const demand = (more: Partial<Demand> = {}): Demand => ({
    maxAgeSeconds: null,
    lane: 'interactive',
    tenant: 't1',
    meter: createUpstreamMeter(),
    ...more,
  });
  const { state } = sandbox.sandbox;
  const byRoute = () => state.calls.byRoute();
  return { store, mirror, demand, state, byRoute };
}

describe('a cold mirror over the sandbox', () => {
  test('is filled with 1,000 domains and their clients by 12 calls, none over the limit, and again by none', async () => {
    const t = await setup({ domains: 1_000, clients: 60 });
    const demand = t.demand();
    expect(await t.mirror.ensureDomains({ withClients: true }, demand)).toMatchObject({
      isComplete: true,
      fetched: 1_000,
    });
    expect(t.byRoute()).toEqual({
      'GET /v5/domain/domains': 10,
      'GET /v5/organization/organizations': 1,
      'GET /v5/organization/organizations/:organization/customers': 1,
    });
    expect(demand.meter).toMatchObject({ planned: 12, made: 12 });
    await t.mirror.ensureDomains({ withClients: true }, t.demand());
    expect(t.state.calls.total).toBe(12);
    expect(t.state.limiter.overLimit).toBe(0);
    const owners = new Map(
      t.state.world.estate
        .ofOrganization(t.state.world.organizations.reseller.id)
        .map((domain) => [domain.fqdn, domain.customerId ?? null]),
    );
    const domains = await allDomains(t.store);
    expect(domains).toHaveLength(1_000);
    for (const { name, clientId } of domains) expect([name, clientId]).toEqual([name, owners.get(name)]);
  });

  test('knows the clients without the rows naming them', async () => {
    const t = await setup({ domains: 60, clients: 6, rowSharingId: false });
    const demand = t.demand();
    await t.mirror.ensureDomains({ withClients: true }, demand);
    expect(t.byRoute()['GET /v5/domain/domains']).toBe(1 + 6);
    expect(demand.meter.planned).toBe(t.state.calls.total);
    const owners = new Map(
      t.state.world.estate
        .ofOrganization(t.state.world.organizations.reseller.id)
        .map((domain) => [domain.fqdn, domain.customerId ?? null]),
    );
    for (const { name, clientId } of await allDomains(t.store))
      expect([name, clientId]).toEqual([name, owners.get(name)]);
  });

  test('puts the domains of several organizations where they belong, whether rows tell or not', async () => {
    for (const rowSharingId of [true, false]) {
      const t = await setup({ domains: 40, clients: 4, rowSharingId }, 'Apikey sandbox-token');
      await t.mirror.ensureDomains({ withClients: true }, t.demand());
      const { organizations, estate } = t.state.world;
      const truth = Object.values(organizations).flatMap(({ id }) =>
        estate.ofOrganization(id).map((domain) => [domain.fqdn, id] as const),
      );
      const found = (await allDomains(t.store)).map(({ name, organizationId }) => [name, organizationId] as const);
      expect(new Map(found)).toEqual(new Map(truth));
    }
  });
});
