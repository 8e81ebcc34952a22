// The portfolio: the same for the same seed, varied, and living through time.
import { domainToASCII } from 'node:url';
import { parsePhoneNumberWithError } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { countries } from '../../src/sandbox/world/countries.ts';
import { stageOf, statusesOf } from '../../src/sandbox/world/lifecycle.ts';
import { bench, day } from './support.ts';

const everything = async (seed: number) => {
  const { call, resellerId } = bench({ domains: 120, seed });
  const domains = await call<{ fqdn: string }[]>('GET', '/domain/domains?per_page=500');
  const customers = await call('GET', `/organization/organizations/${resellerId}/customers`);
  const details = await Promise.all(
    domains.body.slice(0, 20).map(({ fqdn }) => call('GET', `/domain/domains/${fqdn}`)),
  );
  return { domains: domains.body, customers: customers.body, details: details.map(({ body }) => body) };
};

describe('the portfolio', () => {
  it('is the same for the same seed and another for another', async () => {
    const first = await everything(7);
    expect(await everything(7)).toEqual(first);
    expect((await everything(8)).domains).not.toEqual(first.domains);
  });

  it.each([0, 1, 20, 400])('lists exactly the %i domains asked for', (domains) => {
    const { sandbox, resellerId } = bench({ domains });
    expect(sandbox.state.world.estate.ofOrganization(resellerId)).toHaveLength(domains);
  });

  it('of twenty domains shows every stage of life and every standing', () => {
    const { sandbox, resellerId } = bench({ domains: 20 });
    const { world } = sandbox.state;
    const now = sandbox.now();
    const listed = world.estate.ofOrganization(resellerId);
    const statuses = new Set(listed.flatMap((domain) => statusesOf(domain, now)));
    expect([...statuses].toSorted()).toEqual(
      expect.arrayContaining([
        'clientHold',
        'clientTransferProhibited',
        'pendingTransfer',
        'serverHold',
        'serverTransferProhibited',
      ]),
    );
    expect(new Set(listed.map((domain) => stageOf(domain, now)))).toEqual(new Set(['active', 'hold']));
    const unlisted = [...world.estate.unlisted()].map((domain) => stageOf(domain, now));
    expect(unlisted.length).toBeGreaterThan(0);
    expect(unlisted.every((stage) => stage === 'redemption' || stage === 'pendingDelete')).toBe(true);
    expect(
      listed.some((domain) => domain.autorenew.enabled) && listed.some((domain) => !domain.autorenew.enabled),
    ).toBe(true);
  });

  it('of a thousand covers many TLDs, international names, owners with and without a client, and all nameserver kinds', () => {
    const { sandbox, resellerId } = bench({ domains: 1000, clients: 60 });
    const domains = sandbox.state.world.estate.ofOrganization(resellerId);
    const tlds = new Set(domains.map(({ tld }) => tld.name));
    for (const name of [
      'com',
      'net',
      'org',
      'fr',
      'eu',
      'de',
      'io',
      'app',
      'dev',
      'es',
      'it',
      'ch',
      'be',
      'nl',
      'co.uk',
      'xyz',
      'shop',
      'info',
      'biz',
    ]) {
      expect(tlds).toContain(name);
    }
    const international = domains.filter(({ fqdn }) => fqdn.startsWith('xn--'));
    expect(international.length).toBeGreaterThan(10);
    for (const { fqdn, unicode } of international) expect(domainToASCII(unicode)).toBe(fqdn);
    const orphans = domains.filter(({ customerId }) => customerId === undefined).length;
    expect(orphans).toBeGreaterThan(30);
    expect(orphans).toBeLessThan(120);
    expect(new Set(domains.map(({ nameserverKind }) => nameserverKind))).toEqual(new Set(['livedns', 'abc', 'other']));
    expect(domains.filter(({ tags }) => tags.length > 0).length).toBeGreaterThan(100);
    expect(domains.every(({ registeredAt, expiresAt }) => registeredAt < expiresAt)).toBe(true);
  });

  it('holds only phone numbers that are valid for their country and regions that belong to it', () => {
    for (const country of countries) {
      for (const ending of ['00', '42', '99']) {
        const number = parsePhoneNumberWithError(`${country.phone}${ending}`.replace('.', ''));
        expect([country.code, number.isValid()]).toEqual([country.code, true]);
      }
      for (const { state } of country.places)
        expect(state ?? `${country.code}-`).toMatch(new RegExp(`^${country.code}-`));
    }
  });

  it('refuses sizes out of range by name', () => {
    expect(() => createSandbox({ domains: 100_001 })).toThrow(/^domains must be/);
    expect(() => createSandbox({ seed: -1 })).toThrow(/^seed must be/);
  });
});

describe('as time goes by', () => {
  const scene = () => {
    const b = bench({ domains: 60, transfers: 0 });
    const { world } = b.sandbox.state;
    const domains = world.estate.ofOrganization(b.resellerId);
    const detail = async (fqdn: string) => (await b.call('GET', `/domain/domains/${fqdn}`)).status;
    return { ...b, world, domains, detail };
  };

  it('an expired domain goes on hold, leaves the list at its deletion, and ends', async () => {
    const { sandbox, domains, world, control, detail } = scene();
    const domain = domains.find(
      ({ tld, autorenew, expiresAt, departsAt }) =>
        tld.name === 'com' && !autorenew.enabled && expiresAt > sandbox.now() && departsAt === undefined,
    );
    if (!domain) throw new Error('the portfolio lacks such a domain');
    const look = async () => (await control(`GET`, `/domains/${domain.fqdn}`)).body;
    sandbox.advance(domain.expiresAt - sandbox.now());
    expect(await look()).toMatchObject({
      listed: true,
      stage: 'hold',
      statuses: expect.arrayContaining(['clientHold']),
    });
    sandbox.advance(45 * day - 7 * 3_600_000 - 1);
    expect(await detail(domain.fqdn)).toBe(200);
    sandbox.advance(1);
    expect(await detail(domain.fqdn)).toBe(404);
    expect(world.estate.ofOrganization(domain.organizationId)).not.toContain(domain);
    expect(await look()).toMatchObject({ listed: false, stage: 'redemption' });
    sandbox.advance(31 * day);
    expect(await look()).toMatchObject({ stage: 'pendingDelete' });
    sandbox.advance(5 * day);
    expect((await control('GET', `/domains/${domain.fqdn}`)).status).toBe(404);
  });

  it('an auto-renewed domain is renewed at the first date and the account is debited', async () => {
    const { sandbox, domains, world } = scene();
    const domain = domains.find(
      ({ autorenew, expiresAt }) => autorenew.enabled && expiresAt > sandbox.now() + 60 * day,
    );
    if (!domain) throw new Error('the portfolio lacks such a domain');
    const before = domain.expiresAt;
    sandbox.advance(before - 31 * day - 3_600_000 - 1000 - sandbox.now());
    expect(domain.expiresAt).toBe(before);
    sandbox.advance(1000);
    expect(new Date(domain.expiresAt).getUTCFullYear()).toBe(new Date(before).getUTCFullYear() + 1);
    expect(
      world.ledger.entries.filter(({ fqdn, process }) => fqdn === domain.fqdn && process === 'renew'),
    ).toHaveLength(1);
  });

  it('without money the auto-renewal does not happen, and a later attempt after a top-up does', async () => {
    const { sandbox, domains, world, control } = scene();
    const domain = domains.find(
      ({ autorenew, expiresAt }) => autorenew.enabled && expiresAt > sandbox.now() + 60 * day,
    );
    if (!domain) throw new Error('the portfolio lacks such a domain');
    const before = domain.expiresAt;
    await control('PUT', '/prepaid', { amount: 0 });
    sandbox.advance(before - 20 * day - sandbox.now());
    expect(domain.expiresAt).toBe(before);
    await control('PUT', '/prepaid', { amount: 10_000 });
    sandbox.advance(6 * day);
    expect(domain.expiresAt).toBeGreaterThan(before);
    expect(world.ledger.entries.some(({ fqdn }) => fqdn === domain.fqdn)).toBe(true);
  });

  it('a domain being transferred out is gone after five days', async () => {
    const { sandbox, domains, detail } = scene();
    const leaving = domains.find(({ departsAt }) => departsAt !== undefined)?.fqdn ?? '';
    expect(await detail(leaving)).toBe(200);
    sandbox.advance(6 * day);
    expect(await detail(leaving)).toBe(404);
  });
});
