// Changes to a domain under management: accepted at once, in effect a moment later.
import { describe, expect, it } from 'vitest';
import { type DomainDetail, renewInfoSchema } from '../../src/upstream/wire/domain.ts';
import { bench, day, owner } from './support.ts';

function withDomain() {
  const b = bench({ domains: 60 });
  const find = (
    test: (domain: { tld: { name: string }; locked: boolean; departsAt: number | undefined }) => boolean,
  ) => {
    const domain = b.sandbox.state.world.estate.ofOrganization(b.resellerId).find(test);
    if (!domain) throw new Error('the portfolio lacks such a domain');
    return domain.fqdn;
  };
  const com = find(({ tld, locked, departsAt }) => tld.name === 'com' && locked && departsAt === undefined);
  const detail = async (fqdn = com) => (await b.call<DomainDetail>('GET', `/domain/domains/${fqdn}`)).body;
  return { ...b, com, find, detail };
}

describe('a change', () => {
  it('of the transfer lock is accepted and shows a moment later', async () => {
    const { call, com, detail, sandbox } = withDomain();
    expect((await detail()).status).toContain('clientTransferProhibited');
    expect((await call('PATCH', `/domain/domains/${com}/status`, { clientTransferProhibited: false })).status).toBe(
      202,
    );
    expect((await detail()).status).toContain('clientTransferProhibited');
    sandbox.advance(1000);
    expect((await detail()).status).not.toContain('clientTransferProhibited');
  });

  it('of the lock where the TLD has none is refused', async () => {
    const { call, find } = withDomain();
    const fr = find(({ tld }) => tld.name === 'fr');
    const answer = await call('PATCH', `/domain/domains/${fr}/status`, { clientTransferProhibited: true });
    expect(answer.body).toMatchObject({ status: 'error', errors: [{ name: 'clientTransferProhibited' }] });
  });

  it('of the auth code gives a new one', async () => {
    const { call, com, detail, sandbox } = withDomain();
    const before = (await detail()).authinfo;
    expect((await call('PUT', `/domain/domains/${com}/authinfo`)).status).toBe(202);
    sandbox.advance(1000);
    expect((await detail()).authinfo).not.toBe(before);
    expect((await detail()).authinfo).toHaveLength(16);
  });

  it('of the auto-renewal sets who pays and for how long, and refuses a stranger as payer', async () => {
    const { call, com, detail, sandbox, resellerId } = withDomain();
    const path = `/domain/domains/${com}/autorenew`;
    expect((await call('PATCH', path, { enabled: true, duration: 2, org_id: resellerId })).status).toBe(202);
    sandbox.advance(1000);
    expect((await detail()).autorenew).toMatchObject({ enabled: true, duration: 2, org_id: resellerId });
    expect(
      (await call('PATCH', path, { enabled: true, org_id: sandbox.state.world.organizations.company.id })).status,
    ).toBe(403);
    expect((await call('PATCH', path, {})).body).toMatchObject({ errors: [{ name: 'enabled' }] });
  });

  it('of contacts reaches the named roles and never the owner', async () => {
    const { call, com, detail, sandbox } = withDomain();
    const path = `/domain/domains/${com}/contacts`;
    expect((await call('PATCH', path, { owner })).body).toMatchObject({ errors: [{ name: 'owner' }] });
    const { owner: before } = (await detail()).contacts;
    expect((await call('PATCH', path, { tech: { ...owner, type: 1 } })).status).toBe(202);
    sandbox.advance(1000);
    const { contacts } = await detail();
    expect(contacts.tech).toMatchObject({ email: owner.email, type: 'company', same_as_owner: false });
    expect(contacts.admin).toMatchObject({ same_as_owner: true });
    expect(contacts.owner).toEqual(before);
    expect((await call('GET', path)).body).toEqual(contacts);
  });

  it('of nameservers takes an object of hosts, not a bare array', async () => {
    const { call, com, sandbox } = withDomain();
    const path = `/domain/domains/${com}/nameservers`;
    const hosts = ['ns1.example.com', 'ns2.example.com'];
    expect((await call('PUT', path, hosts)).status).toBe(400);
    expect((await call('PUT', path, { nameservers: ['not a host'] })).body).toMatchObject({
      errors: [{ name: 'nameservers.0' }],
    });
    expect((await call('PUT', path, { nameservers: hosts })).status).toBe(202);
    sandbox.advance(1000);
    expect((await call('GET', path)).body).toEqual(hosts);
  });

  it('made twice ends as the later one says', async () => {
    const { call, com, detail, sandbox } = withDomain();
    await call('PATCH', `/domain/domains/${com}/status`, { clientTransferProhibited: false });
    await call('PATCH', `/domain/domains/${com}/status`, { clientTransferProhibited: true });
    sandbox.advance(1000);
    expect((await detail()).status).toContain('clientTransferProhibited');
  });
});

describe('renewal facts', () => {
  it('name the years that stay within ten from now, and prohibit while the domain leaves', async () => {
    const { call, com, find, detail } = withDomain();
    const info = renewInfoSchema.parse((await call('GET', `/domain/domains/${com}/renew`)).body);
    const endsIn = (Date.parse((await detail()).dates.registry_ends_at ?? '') - Date.UTC(2030, 0, 1)) / (365.25 * day);
    expect(info.prohibited).toBe(false);
    expect(info.maximum).toBe(Math.min(9, Math.floor(10 - endsIn)));
    const leaving = find(({ departsAt }) => departsAt !== undefined);
    expect((await call('GET', `/domain/domains/${leaving}/renew`)).body).toMatchObject({
      prohibited: true,
      durations: [],
    });
  });
});
