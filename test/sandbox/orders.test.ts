// Payable orders: dry runs, faults by field, payers, registrations, prices and the prepaid account.
import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  billingInfoSchema,
  type Check,
  checkSchema,
  type PriceList,
  priceListSchema,
} from '../../src/upstream/wire/billing.ts';
import { apikey, bench, day, owner } from './support.ts';

const transfer = { fqdn: 'quiet-harbour.com', owner, authinfo: 'right-code' };

describe('a dry run', () => {
  it('answers success with 200 and leaves no trace', async () => {
    const { call, control, sandbox } = bench();
    const customers = sandbox.state.world.customers.size;
    const answer = await call('POST', '/domain/transferin', transfer, { 'dry-run': '1' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'success' } });
    expect((await call('GET', '/domain/transferin/quiet-harbour.com')).status).toBe(404);
    expect(sandbox.state.world.customers.size).toBe(customers);
    expect((await control('GET', '/counters')).body).toMatchObject({ transfersOrdered: {} });
  });

  it.each([
    ['owner.country', { owner: { ...owner, country: 'Finland' } }],
    ['owner.email', { owner: { ...owner, email: undefined } }],
    ['owner.state', { owner: { ...owner, state: 'FR-IDF' } }],
    ['fqdn', { fqdn: 'no-such.tldtldtld' }],
    ['fqdn', { fqdn: 'young-one.com' }],
    ['fqdn', { fqdn: 'sub.domain.com' }],
    ['duration', { duration: 11 }],
    ['price', { price: 1 }],
    ['resellee_id', { resellee_id: '00000000-0000-4000-8000-000000000000' }],
  ])('finds a fault in %s and names it, with 200; the order itself is 400', async (name, change) => {
    const { call } = bench();
    const dry = await call('POST', '/domain/transferin', { ...transfer, ...change }, { 'dry-run': '1' });
    expect(dry).toMatchObject({ status: 200, body: { status: 'error', errors: [{ location: 'body', name }] } });
    const real = await call('POST', '/domain/transferin', { ...transfer, ...change });
    expect(real.status).toBe(400);
    expect(real.body).toEqual(dry.body);
  });

  it('says that a transfer is already under way', async () => {
    const { call } = bench();
    await call('POST', '/domain/transferin', transfer);
    const dry = await call('POST', '/domain/transferin', transfer, { 'dry-run': '1' });
    expect(dry).toMatchObject({ status: 200, body: { status: 'error', errors: [{ name: 'fqdn' }] } });
  });

  it('announced with 0 is no dry run', async () => {
    const { call } = bench();
    expect((await call('POST', '/domain/transferin', transfer, { 'dry-run': '0' })).status).toBe(202);
  });
});

describe('a body', () => {
  it('that is no JSON is 400 with four keys, and one of another type names the header', async () => {
    const { sandbox } = bench();
    const send = (type: string) =>
      sandbox.app.request('/v5/domain/transferin', {
        method: 'POST',
        headers: { authorization: 'Bearer sandbox-token', 'content-type': type },
        body: '{"fqdn":',
      });
    expect(await (await send('application/json')).json()).toMatchObject({ object: 'HTTPBadRequest', code: 400 });
    expect(await (await send('text/plain')).json()).toMatchObject({
      errors: [{ location: 'header', name: 'Content-Type' }],
    });
  });
});

describe('the payer', () => {
  it('must be an organization of the caller', async () => {
    const { call, sandbox, resellerId } = bench();
    const { company } = sandbox.state.world.organizations;
    const [client] = sandbox.state.world.customers.ofOrganization(resellerId);
    expect((await call('POST', `/domain/transferin?sharing_id=${company.id}`, transfer)).status).toBe(403);
    expect((await call('POST', `/domain/transferin?sharing_id=${client?.id}`, transfer)).status).toBe(403);
    expect((await call('POST', `/domain/transferin?sharing_id=${resellerId}`, transfer)).status).toBe(202);
  });

  it('that is no reseller cannot name a customer', async () => {
    const { call, sandbox, resellerId } = bench();
    const { company } = sandbox.state.world.organizations;
    const [client] = sandbox.state.world.customers.ofOrganization(resellerId);
    const answer = await call(
      'POST',
      `/domain/transferin?sharing_id=${company.id}`,
      { ...transfer, resellee_id: client?.id },
      apikey,
    );
    expect(answer.body).toMatchObject({ errors: [{ name: 'resellee_id' }] });
  });
});

describe('a registration', () => {
  const create = { fqdn: 'free-lantern.com', owner, duration: 2 };

  it('is polled through createstatus until it redirects to the domain', async () => {
    const { call, sandbox } = bench();
    const accepted = await call('POST', '/domain/domains', create);
    expect([accepted.status, accepted.headers.get('location')]).toEqual([
      202,
      'http://localhost/v5/domain/domains/free-lantern.com',
    ]);
    expect((await call('GET', '/domain/domains/free-lantern.com/createstatus')).body).toEqual({
      step: 'BILL',
      step_nb: 1,
    });
    expect((await call('GET', '/domain/domains/free-lantern.com')).status).toBe(404);
    sandbox.advance(2000);
    expect((await call('GET', '/domain/domains/free-lantern.com/createstatus')).body).toEqual({
      step: 'RUN',
      step_nb: 2,
    });
    sandbox.advance(4000);
    const done = await call('GET', '/domain/domains/free-lantern.com/createstatus');
    expect([done.status, done.body, done.headers.get('location')]).toEqual([
      303,
      '',
      'http://localhost/v5/domain/domains/free-lantern.com',
    ]);
    expect((await call('GET', '/domain/domains/free-lantern.com')).body).toMatchObject({
      dates: { registry_ends_at: '2032-01-01T00:00:06Z' },
    });
    expect((await call('GET', '/domain/domains/free-other.com/createstatus')).status).toBe(404);
  });

  it('of a held name is refused, and twice at once is a conflict', async () => {
    const { call } = bench();
    expect((await call('POST', '/domain/domains', { ...create, fqdn: 'somebody-has.com' })).body).toMatchObject({
      errors: [{ name: 'fqdn' }],
    });
    await call('POST', '/domain/domains', create);
    expect((await call('POST', '/domain/domains', create)).status).toBe(409);
  });

  it('that the registry refuses ends in ERROR and is paid back', async () => {
    const { call, sandbox } = bench();
    await call('POST', '/domain/domains', { ...create, fqdn: 'free-refused-a.com' });
    sandbox.advance(day);
    expect((await call('GET', '/domain/domains/free-refused-a.com/createstatus')).body).toMatchObject({
      step: 'ERROR',
      errortype: 'registry_refused',
    });
    expect((await call('GET', '/billing/info')).body).toMatchObject({ prepaid: { amount: 25_000 } });
  });

  it('of a premium name needs enforce_premium', async () => {
    const { call } = bench();
    expect((await call('POST', '/domain/domains', { ...create, fqdn: 'premium-a.com' })).body).toMatchObject({
      errors: [{ name: 'enforce_premium' }],
    });
    expect(
      (await call('POST', '/domain/domains', { ...create, fqdn: 'premium-a.com', enforce_premium: true })).status,
    ).toBe(202);
  });

  it('of an international name keeps both forms', async () => {
    const { call, sandbox } = bench();
    const accepted = await call('POST', '/domain/domains', { ...create, fqdn: 'free-Crêpes.com' });
    const ascii = domainToASCII('free-crêpes.com');
    expect(accepted.headers.get('location')).toBe(`http://localhost/v5/domain/domains/${ascii}`);
    sandbox.advance(day);
    expect((await call('GET', '/domain/domains')).body).toMatchObject([
      { fqdn: ascii, fqdn_unicode: 'free-crêpes.com' },
    ]);
  });
});

describe('a check', () => {
  const check = async (query: string) =>
    checkSchema.parse((await bench().call<Check>('GET', `/domain/check?${query}`)).body);

  it('gives a price for a free name and none for a held one', async () => {
    const free = await check('name=free-a.com');
    expect(free.products).toEqual([
      {
        name: 'free-a.com',
        process: 'create',
        status: 'available',
        taxes: [{ type: 'service', rate: 20, name: 'vat' }],
        prices: [
          {
            min_duration: 1,
            max_duration: 10,
            duration_unit: 'y',
            discount: false,
            price_before_taxes: 15.5,
            price_after_taxes: 18.6,
          },
        ],
      },
    ]);
    const held = (await check('name=held.com')).products?.[0];
    expect([held?.status, held?.prices]).toEqual(['unavailable', undefined]);
  });

  it('takes several processes, a currency and a grid', async () => {
    const answer = await check('name=held.com&processes=create&processes=transfer&currency=USD&grid=B');
    expect(answer).toMatchObject({ currency: 'USD', grid: 'B' });
    expect(answer.products?.map(({ process, status }) => [process, status])).toEqual([
      ['create', 'unavailable'],
      ['transfer', 'available'],
    ]);
    expect(answer.products?.[1]?.prices?.[0]?.price_before_taxes).toBe(16.54);
  });

  it('marks premium prices, and words of their own for scripted names', async () => {
    expect((await check('name=premium-a.com')).products?.[0]?.prices?.[0]).toMatchObject({
      type: 'premium',
      price_before_taxes: 155,
    });
    expect((await check('name=free-reserved-a.com')).products?.[0]?.status).toBe('available_reserved');
    expect((await check('name=not_a_name')).products?.[0]?.status).toBe('error_invalid');
  });

  it('is pending twice for a name whose registry is slow', async () => {
    const { call } = bench();
    const status = async () =>
      (await call<Check>('GET', '/domain/check?name=free-pending-a.com')).body.products?.[0]?.status;
    expect([await status(), await status(), await status()]).toEqual(['pending', 'pending', 'available']);
  });

  it('without a name, or with an unknown process, is 400', async () => {
    const { call } = bench();
    expect((await call('GET', '/domain/check')).body).toMatchObject({ errors: [{ name: 'name' }] });
    expect((await call('GET', '/domain/check?name=a.com&processes=steal')).body).toMatchObject({
      errors: [{ name: 'processes' }],
    });
  });
});

describe('prices and money', () => {
  it('come for all TLDs at once, or for those named', async () => {
    const { call } = bench();
    const all = priceListSchema.parse(
      (await call<PriceList>('GET', '/billing/price/domain?processes=renew&processes=create')).body,
    );
    const some = await call<PriceList>('GET', '/billing/price/domain?name=.com&name=fr');
    expect(all.products?.length).toBeGreaterThan(60);
    expect(all.products?.[0]?.name).toMatch(/^\./);
    expect(some.body.products?.map(({ name }) => name)).toEqual(['.com', '.fr']);
  });

  it('of the prepaid account are shown for the caller’s organizations only', async () => {
    const { call, resellerId, sandbox } = bench();
    const { individual, company } = sandbox.state.world.organizations;
    expect(billingInfoSchema.parse((await call('GET', `/billing/info/${resellerId}`)).body)).toMatchObject({
      prepaid: { amount: 25_000, currency: 'EUR' },
    });
    expect((await call('GET', `/billing/info/${company.id}`)).status).toBe(403);
    expect((await call('GET', `/billing/info/${individual.id}`, undefined, apikey)).body).not.toHaveProperty('prepaid');
  });
});
