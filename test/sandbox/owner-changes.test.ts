// Changes of owner: who is asked, what becomes of the domain, its customer and the money.
import { describe, expect, it } from 'vitest';
import { type ChangeownerStatus, changeownerStatusSchema } from '../../src/upstream/wire/changeowner.ts';
import { bench, customer, day, owner } from './support.ts';

const fqdn = 'free-lantern.com';
const buyer = {
  type: 'individual',
  given: 'Otso',
  family: 'Lehto',
  email: 'otso@example.org',
  streetaddr: '2 Test Way',
  city: 'Turku',
  country: 'FI',
  phone: '+358.401234568',
};

/** A domain of Test Oy, auto-renewed, in the reseller's account. */
async function scene(name = fqdn) {
  const world = bench();
  await world.call('POST', '/domain/domains', { fqdn: name, owner });
  world.sandbox.advance(6000);
  await world.call('PATCH', `/domain/domains/${name}/autorenew`, { enabled: true });
  world.sandbox.advance(1000);
  const order = (body: object = { owner: buyer }, headers?: Record<string, string>) =>
    world.call('POST', `/domain/changeowner/${name}?sharing_id=${world.resellerId}`, body, headers);
  const status = async (): Promise<ChangeownerStatus> =>
    changeownerStatusSchema.parse((await world.call('GET', `/domain/changeowner/${name}`)).body);
  const detail = async () =>
    (
      await world.call<{ sharing_id: string; contacts: { owner: object }; autorenew: object }>(
        'GET',
        `/domain/domains/${name}`,
      )
    ).body;
  const spent = async () =>
    (await world.control<{ purchases: object[] }>('GET', '/purchases?process=change_owner')).body.purchases;
  return { ...world, order, status, detail, spent };
}

describe('a change of owner', () => {
  it('is paid, approved by both, done at the registry, and then the domain is the new owner’s', async () => {
    const { sandbox, order, status, detail, call } = await scene();
    const accepted = await order();
    expect([accepted.status, accepted.headers.get('location')]).toEqual([
      202,
      `http://localhost/v5/domain/changeowner/${fqdn}`,
    ]);
    expect(await status()).toMatchObject({ step: 'BILL', step_nb: 1 });
    sandbox.advance(2000);
    expect(await status()).toMatchObject({
      step: 'WAIT',
      step_nb: 2,
      inner_step: 'checking_foa_response',
      foa: [
        { email: 'nia@example.net', answer: 'W' },
        { email: 'otso@example.org', answer: 'W' },
      ],
      params: { old_owner_email: 'nia@example.net', new_owner_email: 'otso@example.org', answer_new_owner: 'W' },
    });
    sandbox.advance(6000);
    expect(await status()).toMatchObject({ step: 'RUN', params: { answer_old_owner: 'T', answer_new_owner: 'T' } });
    expect((await detail()).contacts.owner).toMatchObject({ email: 'nia@example.net' });
    sandbox.advance(4000);
    expect(await status()).toMatchObject({ step: 'DONE', step_nb: 4 });
    expect(await detail()).toMatchObject({
      contacts: { owner: { email: 'otso@example.org', given: 'Otso' }, admin: { same_as_owner: true } },
      autorenew: { enabled: false },
    });
    sandbox.advance(day);
    expect((await call('GET', `/domain/changeowner/${fqdn}`)).status).toBe(404);
  });

  it('makes a customer of the new owner, and moves the domain to it', async () => {
    const { sandbox, order, detail, call } = await scene();
    const before = (await detail()).sharing_id;
    const customers = sandbox.state.world.customers.size;
    await order();
    expect(sandbox.state.world.customers.size).toBe(customers);
    sandbox.advance(day);
    const after = (await detail()).sharing_id;
    expect(sandbox.state.world.customers.get(after)).toMatchObject({ firstname: 'Otso', email: 'otso@example.org' });
    const names = async (id: string) =>
      (await call<{ fqdn: string }[]>('GET', `/domain/domains?resellee_id=${id}`)).body.map((row) => row.fqdn);
    expect([await names(before), await names(after)]).toEqual([[], [fqdn]]);
  });

  it('finds the customer that the new owner already is', async () => {
    const { sandbox, order, detail, call, resellerId } = await scene();
    const { body } = await call<{ id: string }>(
      'POST',
      `/organization/organizations/${resellerId}/customers`,
      customer,
    );
    const { firstname: given, lastname: family, reference: _reference, ...rest } = customer;
    await order({ owner: { ...rest, given, family } });
    const customers = sandbox.state.world.customers.size;
    sandbox.advance(day);
    expect((await detail()).sharing_id).toBe(body.id);
    expect(sandbox.state.world.customers.size).toBe(customers);
  });

  it('to the reseller itself takes the domain from its customer', async () => {
    const { sandbox, order, detail, resellerId } = await scene();
    await order({ owner: { ...buyer, type: 'reseller' } });
    sandbox.advance(day);
    expect((await detail()).sharing_id).toBe(resellerId);
  });

  it('costs what the TLD asks, and a refused one is given back', async () => {
    const { sandbox, order, status, spent, control } = await scene('free-lantern.it');
    await order();
    sandbox.advance(2000);
    expect(await spent()).toMatchObject([{ paid: 1, spent: 15.48 }]);
    await control('POST', '/owner-changes/free-lantern.it/old-owner', { answer: 'refuse' });
    expect(await status()).toMatchObject({
      step: 'ERROR',
      errortype: 'foa_refused',
      params: { answer_old_owner: 'F' },
    });
    expect(await spent()).toMatchObject([{ paid: 1, givenBack: 1, spent: 0 }]);
  });

  it('that is free makes no entry in the ledger', async () => {
    const { sandbox, order, spent, control } = await scene();
    await order();
    sandbox.advance(day);
    expect(await spent()).toMatchObject([{ ordered: 1, paid: 1, spent: 0 }]);
    expect((await control('GET', '/ledger?process=change_owner')).body).toEqual([]);
  });

  it.each([
    ['refuse-otso@example.org', 'foa_refused', 'F'],
    ['silent-otso@example.org', 'foa_timeout', 'W'],
  ])('to %s ends in %s', async (email, errortype, answer) => {
    const { sandbox, order, status, detail } = await scene();
    await order({ owner: { ...buyer, email } });
    sandbox.advance(6 * day);
    expect(await status()).toMatchObject({ step: 'ERROR', errortype, params: { answer_new_owner: answer } });
    expect(await detail()).toMatchObject({ contacts: { owner: { given: 'Nia' } }, autorenew: { enabled: true } });
  });

  it('whose mail was lost goes on once it is sent again, to that party only', async () => {
    const email = 'lost-otso@example.org';
    const { sandbox, order, status, call } = await scene();
    await order({ owner: { ...buyer, email } });
    sandbox.advance(day);
    expect(await status()).toMatchObject({ step: 'WAIT', params: { answer_old_owner: 'T', answer_new_owner: 'W' } });
    const resend = (to: string) => call('POST', `/domain/changeowner/${fqdn}/foa`, { email: to });
    expect(await resend('stranger@example.org')).toMatchObject({ status: 400, body: { errors: [{ name: 'email' }] } });
    expect((await resend(email)).status).toBe(202);
    sandbox.advance(6000);
    expect(await status()).toMatchObject({ step: 'RUN' });
    expect((await resend(email)).status).toBe(409);
  });

  it('waits for parties that a rule made silent until they are told to answer', async () => {
    const { sandbox, order, status, control } = await scene();
    await control('POST', '/faults', { method: 'POST', effect: { kind: 'holder-silent' } });
    await order();
    sandbox.advance(day);
    expect(await status()).toMatchObject({ step: 'WAIT' });
    await control('POST', `/owner-changes/${fqdn}/old-owner`, { answer: 'accept' });
    expect((await control('POST', `/owner-changes/${fqdn}/old-owner`, { answer: 'accept' })).status).toBe(409);
    await control('POST', `/owner-changes/${fqdn}/new-owner`, { answer: 'accept' });
    expect(await status()).toMatchObject({ step: 'RUN' });
    expect((await control('GET', '/owner-changes')).body).toMatchObject([{ fqdn, step: 'RUN' }]);
  });

  it('that is under way leaves no room for another; one that failed does', async () => {
    const { sandbox, order, status } = await scene();
    await order({ owner: { ...buyer, email: 'refuse-otso@example.org' } });
    expect((await order()).status).toBe(409);
    expect((await order({ owner: buyer }, { 'dry-run': '1' })).body).toMatchObject({ status: 'error' });
    sandbox.advance(day);
    expect((await order()).status).toBe(202);
    expect(await status()).toMatchObject({ step: 'BILL' });
  });

  it.each([
    ['es', []],
    ['com', ['serverUpdateProhibited']],
  ])('of a .%s in statuses %j is refused', async (tld, statuses) => {
    const { order, control, spent } = await scene(`free-lantern.${tld}`);
    await control('PUT', `/domains/free-lantern.${tld}`, { statuses });
    expect(await order()).toMatchObject({ status: 400, body: { errors: [{ location: 'path', name: 'fqdn' }] } });
    expect(await spent()).toEqual([]);
  });

  it('tried dry names the faults of the contacts and does nothing', async () => {
    const { order, call } = await scene();
    expect((await order({ owner: buyer }, { 'dry-run': '1' })).body).toEqual({ status: 'success' });
    expect((await order({ owner: { ...buyer, state: 'FR-IDF' } }, { 'dry-run': '1' })).body).toMatchObject({
      errors: [{ name: 'owner.state' }],
    });
    expect((await call('GET', `/domain/changeowner/${fqdn}`)).status).toBe(404);
  });
});

describe('the details of an owner', () => {
  const path = `/domain/domains/${fqdn}/contacts/owner`;
  const details = { email: owner.email, streetaddr: '9 New Way', country: 'FI' };

  it('change without another owner', async () => {
    const { call, sandbox, detail } = await scene();
    expect((await call('PUT', path, { ...details, given: 'Aino' })).status).toBe(202);
    sandbox.advance(1000);
    expect((await detail()).contacts.owner).toMatchObject({
      streetaddr: '9 New Way',
      given: 'Aino',
      orgname: 'Test Oy',
    });
  });

  it('with another e-mail need the agreement, and the new address confirms later', async () => {
    const { call, sandbox, detail } = await scene();
    const moved = { ...details, email: 'aino@example.net' };
    expect(await call('PUT', path, moved)).toMatchObject({
      status: 400,
      body: { errors: [{ name: 'icann_contract_accepted' }] },
    });
    expect((await call('PUT', path, { ...moved, icann_contract_accepted: true })).status).toBe(202);
    sandbox.advance(1000);
    expect(await detail()).toMatchObject({ reachability: 'pending' });
    sandbox.advance(6000);
    expect(await detail()).toMatchObject({ reachability: 'done' });
  });

  it('cannot name another body, nor another person for an individual', async () => {
    const { call, order, sandbox } = await scene();
    expect(await call('PUT', path, { ...details, orgname: 'Other Oy' })).toMatchObject({
      body: { errors: [{ name: 'orgname' }] },
    });
    await order();
    sandbox.advance(day);
    const other = { email: buyer.email, streetaddr: '2 Test Way', country: 'FI', family: 'Virtanen' };
    expect(await call('PUT', path, other)).toMatchObject({ status: 400, body: { errors: [{ name: 'family' }] } });
    expect((await call('PUT', path, other, { 'dry-run': '1' })).body).toMatchObject({ errors: [{ name: 'family' }] });
  });

  it('whose mail nobody read can be confirmed once it is sent again', async () => {
    const { call, sandbox } = bench({ domains: 40 });
    const world = sandbox.state.world;
    const unread = world.estate
      .ofOrganization(world.organizations.reseller.id)
      .find(({ reachability }) => reachability === 'failed');
    const resend = () => call('PATCH', `/domain/domains/${unread?.fqdn}/reachability`, { action: 'resend' });
    expect((await resend()).status).toBe(200);
    sandbox.advance(6000);
    expect(unread?.reachability).toBe('done');
    expect((await resend()).status).toBe(409);
  });
});
