// Renewals, restores and deletions: what is accepted, what the domain and the account look like afterwards.
import { describe, expect, it } from 'vitest';
import { domainDetailSchema, renewInfoSchema, restoreInfoSchema } from '../../src/upstream/wire/domain.ts';
import { type Bench, bench, day, owner } from './support.ts';

const fqdn = 'free-lantern.com';

/** A domain registered for a year on 1 January 2030, not at a whole second; the account then holds 25,000 − 18.60 euros. */
async function registered(name = fqdn, duration = 1): Promise<Bench> {
  const world = bench();
  world.sandbox.advance(345);
  await world.call('POST', '/domain/domains', { fqdn: name, owner, duration });
  world.sandbox.advance(6000);
  return world;
}
const expiry = async ({ call }: Bench, name = fqdn) =>
  domainDetailSchema.parse((await call('GET', `/domain/domains/${name}`)).body).dates.registry_ends_at;
const balance = async ({ call }: Bench) =>
  (await call<{ prepaid: { amount: number } }>('GET', '/billing/info')).body.prepaid.amount;
const bought = async ({ control }: Bench, process: string) =>
  (await control<{ purchases: object[] }>('GET', `/purchases?process=${process}`)).body.purchases;

describe('a renewal', () => {
  it('is paid first, and moves the expiry when the registry did it', async () => {
    const world = await registered();
    const answer = await world.call('POST', `/domain/domains/${fqdn}/renew?sharing_id=${world.resellerId}`, {
      duration: 2,
    });
    expect(answer).toMatchObject({ status: 202, body: { message: expect.any(String) } });
    world.sandbox.advance(1999);
    expect(await balance(world)).toBe(24_981.4);
    world.sandbox.advance(1);
    expect(await balance(world)).toBe(24_944.2);
    expect(await expiry(world)).toBe('2031-01-01T00:00:06Z');
    world.sandbox.advance(4000);
    expect(await expiry(world)).toBe('2033-01-01T00:00:06Z');
  });

  it('is for one year when none is named', async () => {
    const world = await registered();
    expect((await world.call('POST', `/domain/domains/${fqdn}/renew`)).status).toBe(202);
    world.sandbox.advance(day);
    expect(await expiry(world)).toBe('2032-01-01T00:00:06Z');
  });

  it('sent twice renews twice and shows as bought twice', async () => {
    const world = await registered();
    for (let i = 0; i < 2; i++) await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 1 });
    world.sandbox.advance(day);
    expect(await expiry(world)).toBe('2033-01-01T00:00:06Z');
    expect(await bought(world, 'renew')).toEqual([
      { process: 'renew', fqdn, ordered: 2, paid: 2, automatic: 0, givenBack: 0, spent: 37.2 },
    ]);
    expect((await world.control('GET', '/purchases?atLeast=2')).body).toMatchObject({ names: 1 });
    expect((await world.control('GET', '/purchases?atLeast=3')).body).toMatchObject({ names: 0 });
  });

  it('goes ten years ahead and no further; what a second order would add to that is given back', async () => {
    const world = await registered(fqdn, 5);
    const over = await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 6 });
    expect(over).toMatchObject({ status: 400, body: { errors: [{ location: 'body', name: 'duration' }] } });
    for (let i = 0; i < 2; i++)
      expect((await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 4 })).status).toBe(202);
    world.sandbox.advance(day);
    expect(await expiry(world)).toBe('2039-01-01T00:00:06Z');
    expect(await bought(world, 'renew')).toMatchObject([{ ordered: 2, paid: 2, givenBack: 1, spent: 74.4 }]);
  });

  it.each([
    ['in status clientRenewProhibited', ['clientRenewProhibited']],
    ['in status serverRenewProhibited', ['serverRenewProhibited']],
  ])('of a domain %s is refused, dry or not', async (_title, statuses) => {
    const world = await registered();
    await world.control('PUT', `/domains/${fqdn}`, { statuses });
    const path = `/domain/domains/${fqdn}/renew`;
    const dry = await world.call('POST', path, { duration: 1 }, { 'dry-run': '1' });
    expect(dry).toMatchObject({ status: 200, body: { status: 'error', errors: [{ location: 'path', name: 'fqdn' }] } });
    const real = await world.call('POST', path, { duration: 1 });
    expect([real.status, real.body]).toEqual([400, dry.body]);
    expect(renewInfoSchema.parse((await world.call('GET', path)).body)).toMatchObject({
      prohibited: true,
      durations: [],
    });
    expect(await bought(world, 'renew')).toEqual([]);
  });

  it('of a domain that leaves for another registrar is refused', async () => {
    const world = bench({ domains: 20 });
    const leaving = world.sandbox.state.world.estate
      .ofOrganization(world.resellerId)
      .find(({ departsAt }) => departsAt !== undefined);
    const answer = await world.call('POST', `/domain/domains/${leaving?.fqdn}/renew`, { duration: 1 });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ name: 'fqdn' }] } });
  });

  it('tried dry changes nothing', async () => {
    const world = await registered();
    const dry = await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 1 }, { 'dry-run': '1' });
    expect(dry).toMatchObject({ status: 200, body: { status: 'success' } });
    world.sandbox.advance(day);
    expect(await expiry(world)).toBe('2031-01-01T00:00:06Z');
    expect(await bought(world, 'renew')).toEqual([]);
  });

  it('at the expense of somebody else is 403, without enough money 400', async () => {
    const world = await registered();
    const { company } = world.sandbox.state.world.organizations;
    const path = `/domain/domains/${fqdn}/renew`;
    expect((await world.call('POST', `${path}?sharing_id=${company.id}`, { duration: 1 })).status).toBe(403);
    await world.control('PUT', '/prepaid', { amount: 18.59 });
    expect(await world.call('POST', path, { duration: 1 })).toMatchObject({
      status: 400,
      body: { status: 'error', errors: [{ location: 'querystring', name: 'sharing_id' }] },
    });
    await world.control('POST', '/prepaid', { amount: 0.01 });
    expect((await world.call('POST', path, { duration: 1 })).status).toBe(202);
    expect((await world.call('POST', path, { duration: 1 })).status).toBe(400);
  });

  it('that cannot be paid when its time comes does not happen', async () => {
    const world = await registered();
    await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 1 });
    await world.control('PUT', '/prepaid', { amount: 1 });
    world.sandbox.advance(day);
    expect(await expiry(world)).toBe('2031-01-01T00:00:06Z');
    expect((await world.control('GET', '/prepaid')).body).toMatchObject({
      accounts: expect.arrayContaining([
        { organization: world.resellerId, amount: 1, promised: 0, available: 1, spent: 18.6 },
      ]),
    });
  });

  it('is still possible on hold, and takes the hold away', async () => {
    const world = await registered();
    world.sandbox.advance(370 * day);
    expect((await world.call('GET', `/domain/domains/${fqdn}`)).body).toMatchObject({
      status: expect.arrayContaining(['clientHold']),
    });
    await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 1 });
    world.sandbox.advance(day);
    expect(await expiry(world)).toBe('2032-01-01T00:00:06Z');
    expect((await world.call('GET', `/domain/domains/${fqdn}`)).body).toMatchObject({
      status: ['clientTransferProhibited'],
    });
  });

  it('costs what it costs at the order, not what it cost before', async () => {
    const world = await registered();
    await world.control('POST', '/prices', {
      tld: 'com',
      process: 'renew',
      price: 20.01,
      from: '2030-01-01T01:00:00.000Z',
    });
    const quoted = async () =>
      (
        await world.call<{ products: { prices: { price_after_taxes: number }[] }[] }>(
          'GET',
          `/domain/check?name=${fqdn}&processes=renew`,
        )
      ).body.products[0]?.prices[0]?.price_after_taxes;
    expect(await quoted()).toBe(18.6);
    world.sandbox.advance(day);
    expect(await quoted()).toBe(24.01);
    await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 1 });
    world.sandbox.advance(day);
    expect(await bought(world, 'renew')).toMatchObject([{ spent: 24.01 }]);
    expect((await world.control('GET', '/prices')).body).toEqual([
      { from: '2030-01-01T01:00:00Z', tld: 'com', process: 'renew', price: 20.01 },
    ]);
  });
});

describe('a restore', () => {
  /** 1 March 2031: hold ended on 15 February. */
  async function redeemable(): Promise<Bench> {
    const world = await registered();
    world.sandbox.advance(424 * day);
    return world;
  }

  it('is offered in redemption only', async () => {
    const world = await registered();
    const offered = async () => (await world.call('GET', `/domain/domains/${fqdn}/restore`)).status;
    expect(await offered()).toBe(404);
    world.sandbox.advance(424 * day);
    const { status, body } = await world.call('GET', `/domain/domains/${fqdn}/restore`);
    expect([status, restoreInfoSchema.parse(body).restorable]).toEqual([200, true]);
    world.sandbox.advance(20 * day);
    expect(await offered()).toBe(404);
    expect((await world.call('POST', `/domain/domains/${fqdn}/restore`, {})).status).toBe(404);
  });

  it('brings the domain back into the list, a year after the expiry it had, at the price of a restore', async () => {
    const world = await redeemable();
    const list = async () => (await world.call<{ fqdn: string }[]>('GET', '/domain/domains')).body;
    expect(await list()).toEqual([]);
    const before = await balance(world);
    const path = `/domain/domains/${fqdn}/restore?sharing_id=${world.resellerId}`;
    expect((await world.call('POST', path, {})).status).toBe(202);
    world.sandbox.advance(6000);
    expect((await list()).map((row) => row.fqdn)).toEqual([fqdn]);
    expect(await expiry(world)).toBe('2032-01-01T00:00:06Z');
    expect(before - (await balance(world))).toBe(108);
    world.sandbox.advance(800 * day);
    expect(await list()).toEqual([]);
  });

  it('ordered twice pays twice and gets the second payment back', async () => {
    const world = await redeemable();
    for (let i = 0; i < 2; i++) await world.call('POST', `/domain/domains/${fqdn}/restore`, {});
    world.sandbox.advance(day);
    expect(await expiry(world)).toBe('2032-01-01T00:00:06Z');
    expect(await bought(world, 'restore')).toMatchObject([{ ordered: 2, paid: 2, givenBack: 1, spent: 108 }]);
    expect((await world.call<object[]>('GET', '/domain/domains')).body).toHaveLength(1);
  });

  it('of somebody else’s domain or without money is refused', async () => {
    const world = await redeemable();
    await world.control('PUT', '/prepaid', { amount: 107.99 });
    expect(await world.call('POST', `/domain/domains/${fqdn}/restore`, {})).toMatchObject({
      status: 400,
      body: { errors: [{ name: 'sharing_id' }] },
    });
    const { company } = world.sandbox.state.world.organizations;
    const path = `/domain/domains/${fqdn}/restore?sharing_id=${company.id}`;
    expect((await world.call('POST', path, {})).status).toBe(403);
  });
});

describe('a deletion', () => {
  const remove = ({ call }: Bench, name = fqdn) => call('DELETE', `/domain/domains/${name}`);

  it('within five days of a registration gives the name up and, later, the money back', async () => {
    const world = await registered();
    world.sandbox.advance(5 * day - 1);
    expect((await remove(world)).status).toBe(202);
    expect((await world.call('GET', `/domain/domains/${fqdn}`)).body).toMatchObject({
      status: expect.arrayContaining(['pendingDelete']),
    });
    expect((await world.call('POST', `/domain/domains/${fqdn}/renew`, { duration: 1 })).status).toBe(400);
    world.sandbox.advance(5000);
    expect((await world.call('GET', `/domain/domains/${fqdn}`)).status).toBe(404);
    expect(await balance(world)).toBe(24_981.4);
    world.sandbox.advance(9999);
    expect(await balance(world)).toBe(24_981.4);
    world.sandbox.advance(1);
    expect(await balance(world)).toBe(25_000);
    expect((await world.control('GET', `/ledger?fqdn=${fqdn}`)).body).toMatchObject([
      { kind: 'debit', process: 'create', amount: -18.6 },
      { kind: 'refund', process: 'create', amount: 18.6 },
    ]);
  });

  it('frees the name for a new registration', async () => {
    const world = await registered();
    await remove(world);
    world.sandbox.advance(day);
    expect((await world.call('POST', '/domain/domains', { fqdn, owner })).status).toBe(202);
    world.sandbox.advance(day);
    expect((await world.call('GET', `/domain/domains/${fqdn}`)).status).toBe(200);
  });

  it.each<[string, string, (world: Bench) => unknown]>([
    ['after its five days', fqdn, ({ sandbox }) => sandbox.advance(5 * day)],
    ['where the registry takes nothing back', 'free-lantern.de', () => undefined],
    [
      'once it was renewed',
      fqdn,
      async ({ call, sandbox }) => {
        await call('POST', `/domain/domains/${fqdn}/renew`, { duration: 1 });
        sandbox.advance(6000);
      },
    ],
    ['in dispute', fqdn, ({ control }) => control('PUT', `/domains/${fqdn}`, { statuses: ['serverDeleteProhibited'] })],
    ['a second time', fqdn, (world) => remove(world)],
  ])('%s is refused', async (_title, name, before) => {
    const world = await registered(name);
    await before(world);
    expect(await remove(world, name)).toMatchObject({
      status: 400,
      body: { errors: [{ location: 'path', name: 'fqdn' }] },
    });
  });
});

describe('an auto-renewal', () => {
  /** The instants detail names and those at which it was tried. */
  async function autoRenewed(): Promise<{ world: Bench; dates: string[] }> {
    const world = await registered();
    await world.call('PATCH', `/domain/domains/${fqdn}/autorenew`, { enabled: true });
    world.sandbox.advance(1000);
    const { autorenew } = (await world.call<{ autorenew: { dates: string[] } }>('GET', `/domain/domains/${fqdn}`)).body;
    return { world, dates: autorenew.dates };
  }
  const tries = async ({ control }: Bench) => (await control('GET', `/domains/${fqdn}`)).body.autorenewTries;

  it('tries at the very instants that detail names, as long as there is no money', async () => {
    const { world, dates } = await autoRenewed();
    await world.control('PUT', '/prepaid', { amount: 0 });
    world.sandbox.advance(366 * day);
    expect(dates).toHaveLength(3);
    expect(await tries(world)).toEqual(dates.map((at) => ({ at, renewed: false })));
    expect(await expiry(world)).toBe('2031-01-01T00:00:06Z');
    expect(await bought(world, 'renew')).toEqual([]);
  });

  it('happens at the named second, neither before nor after', async () => {
    const { world, dates } = await autoRenewed();
    const untilDue = Date.parse(dates[0] ?? '') - world.sandbox.now();
    world.sandbox.advance(untilDue - 1);
    expect(await expiry(world)).toBe('2031-01-01T00:00:06Z');
    world.sandbox.advance(1);
    expect(await expiry(world)).toBe('2032-01-01T00:00:06Z');
  });

  it('that found no money renews at the next date, debited once', async () => {
    const { world, dates } = await autoRenewed();
    await world.control('PUT', '/prepaid', { amount: 0 });
    world.sandbox.advance(340 * day);
    await world.control('PUT', '/prepaid', { amount: 100 });
    world.sandbox.advance(60 * day);
    expect(await tries(world)).toEqual([
      { at: dates[0], renewed: false },
      { at: dates[1], renewed: true },
    ]);
    expect(await expiry(world)).toBe('2032-01-01T00:00:06Z');
    expect(await balance(world)).toBe(81.4);
    expect(await bought(world, 'renew')).toMatchObject([{ ordered: 0, paid: 1, automatic: 1 }]);
    expect((await world.control<object[]>('GET', `/ledger?process=renew`)).body).toMatchObject([{ automatic: true }]);
  });

  it('does not happen to a domain that must not be renewed', async () => {
    const { world } = await autoRenewed();
    await world.control('PUT', `/domains/${fqdn}`, { statuses: ['serverRenewProhibited'] });
    world.sandbox.advance(366 * day);
    expect(await expiry(world)).toBe('2031-01-01T00:00:06Z');
    expect(await bought(world, 'renew')).toEqual([]);
  });
});

describe('the end of a life', () => {
  it('frees the name for anybody', async () => {
    const world = await registered('free-dusk.com');
    world.sandbox.advance(450 * day);
    expect((await world.call('GET', '/domain/check?name=free-dusk.com')).body).toMatchObject({
      products: [{ status: 'available' }],
    });
  });
});

it('thousands of purchases are listed in pages and summed up by process', async () => {
  const world = bench({ domains: 1500, prepaidCents: 100_000_000 });
  const { estate } = world.sandbox.state.world;
  const renewable = estate
    .ofOrganization(world.resellerId)
    .filter(({ tld, departsAt, extraStatuses }) => tld.maxYears > 1 && !departsAt && extraStatuses.length === 0)
    .filter(({ expiresAt }) => expiresAt < world.sandbox.now() + 3000 * day);
  for (const { fqdn: name } of renewable)
    expect((await world.call('POST', `/domain/domains/${name}/renew`, { duration: 1 })).status).toBe(202);
  world.sandbox.advance(6000);
  type Page = { names: number; sums: { process: string; paid: number }[]; purchases: { fqdn: string }[] };
  const page = async (after: number) =>
    (await world.control<Page>('GET', `/purchases?process=renew&atLeast=1&after=${after}&limit=700`)).body;
  const [first, second] = [await page(0), await page(700)];
  expect(renewable.length).toBeGreaterThan(900);
  expect(first.names).toBe(renewable.length);
  expect(first.sums).toMatchObject([{ process: 'renew', paid: renewable.length }]);
  expect([...first.purchases, ...second.purchases].map((row) => row.fqdn)).toEqual(
    renewable.map((domain) => domain.fqdn),
  );
});
