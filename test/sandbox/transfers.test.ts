// Transfers in, each way they can go, on a clock moved by hand.
import { describe, expect, it } from 'vitest';
import type { DomainDetail } from '../../src/upstream/wire/domain.ts';
import { type TransferinStatus, transferinStatusSchema } from '../../src/upstream/wire/transfer.ts';
import { apikey, type Bench, bench, day, hour, owner } from './support.ts';

const order = (b: Bench, fqdn: string, more: object = {}, query = '') =>
  b.call('POST', `/domain/transferin${query}`, { fqdn, owner, authinfo: 'right-code', ...more });
const status = async (b: Bench, fqdn: string) => {
  const answer = await b.call<TransferinStatus>('GET', `/domain/transferin/${fqdn}`);
  return answer.status === 200 ? transferinStatusSchema.parse(answer.body) : answer.status;
};
const prepaid = async (b: Bench) =>
  (await b.call<{ prepaid: { amount: number } }>('GET', '/billing/info')).body.prepaid.amount;
const kinds = (b: Bench) =>
  b.sandbox.state.world.ledger.entries.filter(({ fqdn }) => fqdn !== undefined).map(({ kind }) => kind);
/** Past payment, holder and registry of quick people. */
const toRegistryAnswer = 12_000;

describe('a transfer that goes well', () => {
  it('passes payment, holder, registry and losing registrar, and ends as a domain of the payer’s new customer', async () => {
    const b = bench();
    const before = await prepaid(b);
    const accepted = await order(b, 'harbour-lights.com');
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe('http://localhost/v5/domain/transferin/harbour-lights.com');
    expect(await status(b, 'harbour-lights.com')).toMatchObject({
      step: 'BILL',
      step_nb: 1,
      params: { reseller: b.resellerId },
    });
    expect(await prepaid(b)).toBe(before);

    b.sandbox.advance(2000);
    expect(await status(b, 'harbour-lights.com')).toMatchObject({
      step: 'WAIT',
      step_nb: 2,
      inner_step: 'foa_pending',
      foa: [{ answer: 'W' }],
    });
    expect(await prepaid(b)).toBeCloseTo(before - 18.6);
    b.sandbox.advance(6000);
    expect(await status(b, 'harbour-lights.com')).toMatchObject({
      step: 'RUN',
      inner_step: 'registry_request',
      foa: [{ answer: 'T' }],
    });
    b.sandbox.advance(4000);
    expect(await status(b, 'harbour-lights.com')).toMatchObject({
      step: 'WAIT',
      step_nb: 4,
      inner_step: 'losing_registrar',
    });
    expect(await b.call('GET', '/domain/domains/harbour-lights.com')).toMatchObject({ status: 404 });
    b.sandbox.advance(8000);

    expect(await status(b, 'harbour-lights.com')).toBe(404);
    const { body: detail } = await b.call<DomainDetail>('GET', '/domain/domains/harbour-lights.com');
    expect(detail.contacts.owner).toMatchObject({ email: owner.email, orgname: owner.orgname });
    expect(detail.sharing_space).toMatchObject({ name: 'Test Oy', sharing_space: { id: b.resellerId } });
    const customers = await b.call<{ id: string; name: string }[]>(
      'GET',
      `/organization/organizations/${b.resellerId}/customers?name=Test Oy`,
    );
    expect(customers.body.map(({ id }) => id)).toEqual([detail.sharing_space?.id]);
    expect(kinds(b)).toEqual(['debit']);
  });

  it('adds the ordered years to a gTLD and none to a country’s', async () => {
    const b = bench();
    const outside = (fqdn: string) => b.control<{ expiresAt: string }>('PUT', `/outside/${fqdn}`, {});
    const [com, fr] = [await outside('river-oak.com'), await outside('river-oak.fr')];
    await order(b, 'river-oak.com', { duration: 2 });
    await order(b, 'river-oak.fr');
    b.sandbox.advance(day);
    const ends = async (fqdn: string) =>
      (await b.call<DomainDetail>('GET', `/domain/domains/${fqdn}`)).body.dates.registry_ends_at;
    const year = Number(com.body.expiresAt.slice(0, 4));
    expect(await ends('river-oak.com')).toBe(com.body.expiresAt.replace(String(year), String(year + 2)));
    expect(await ends('river-oak.fr')).toBe(fr.body.expiresAt);
  });

  it('goes to the customer that resellee_id names and makes no new one', async () => {
    const b = bench();
    const before = b.sandbox.state.world.customers.size;
    const [client] = b.sandbox.state.world.customers.ofOrganization(b.resellerId);
    await order(b, 'given-home.com', { resellee_id: client?.id });
    b.sandbox.advance(day);
    expect((await b.call<DomainDetail>('GET', '/domain/domains/given-home.com')).body.sharing_space?.id).toBe(
      client?.id,
    );
    expect(b.sandbox.state.world.customers.size).toBe(before);
  });

  it('moves a domain out of the personal account with that domain’s own code, once it is unlocked', async () => {
    const b = bench({ domains: 40 });
    const { individual } = b.sandbox.state.world.organizations;
    const [held] = b.sandbox.state.world.estate.ofOrganization(individual.id);
    const fqdn = held?.fqdn ?? '';
    await b.call('PATCH', `/domain/domains/${fqdn}/status`, { clientTransferProhibited: false }, apikey);
    b.sandbox.advance(1000);
    expect((await b.call('POST', `/domain/transferin/${fqdn}/available`, {})).body).toMatchObject({
      available: true,
      internal: true,
    });
    await order(b, fqdn, { authinfo: held?.authCode });
    b.sandbox.advance(9 * day);
    expect((await b.call<DomainDetail>('GET', `/domain/domains/${fqdn}`)).status).toBe(200);
    expect(b.sandbox.state.world.estate.ofOrganization(individual.id)).toHaveLength(2);
  });
});

describe('the holder', () => {
  it('who refuses ends the transfer, and the payment comes back', async () => {
    const b = bench();
    const before = await prepaid(b);
    await order(b, 'foa-refused-a.com');
    b.sandbox.advance(8000);
    expect(await status(b, 'foa-refused-a.com')).toMatchObject({
      step: 'ERROR',
      errortype: 'foa_refused',
      foa: [{ answer: 'F' }],
    });
    expect(kinds(b)).toEqual(['debit', 'refund']);
    expect(await prepaid(b)).toBe(before);
  });

  it('who stays silent has five days, to the millisecond', async () => {
    const b = bench();
    await order(b, 'foa-silent-a.com');
    b.sandbox.advance(2000 + 5 * day - 1);
    expect(await status(b, 'foa-silent-a.com')).toMatchObject({ step: 'WAIT', inner_step: 'foa_pending' });
    b.sandbox.advance(1);
    expect(await status(b, 'foa-silent-a.com')).toMatchObject({ step: 'ERROR', errortype: 'foa_timeout' });
  });

  it('whose mail was lost answers once it is sent again to a good address', async () => {
    const b = bench();
    await order(b, 'foa-lost-a.com');
    b.sandbox.advance(day);
    expect((await b.call('POST', '/domain/transferin/foa-lost-a.com/foa', { email: 'new@example.org' })).status).toBe(
      202,
    );
    expect(await status(b, 'foa-lost-a.com')).toMatchObject({ foa: [{ email: 'new@example.org', answer: 'W' }] });
    b.sandbox.advance(6000);
    expect(await status(b, 'foa-lost-a.com')).toMatchObject({ step: 'RUN' });
  });

  it('answers when someone plays the holder, and not twice', async () => {
    const b = bench();
    await order(b, 'foa-silent-b.com');
    b.sandbox.advance(hour);
    expect((await b.control('POST', '/transfers/foa-silent-b.com/holder', { answer: 'accept' })).body).toMatchObject({
      step: 'RUN',
    });
    expect((await b.control('POST', '/transfers/foa-silent-b.com/holder', { answer: 'refuse' })).status).toBe(409);
    expect((await b.control('POST', '/transfers/absent.com/holder', { answer: 'accept' })).status).toBe(404);
    expect((await b.control('POST', '/transfers/foa-silent-b.com/holder', { answer: 'maybe' })).body).toMatchObject({
      errors: [{ name: 'answer' }],
    });
  });

  it('is asked again only while the transfer waits for the holder', async () => {
    const b = bench();
    await order(b, 'plain-a.com');
    expect((await b.call('POST', '/domain/transferin/plain-a.com/foa', { email: 'new@example.org' })).status).toBe(409);
    b.sandbox.advance(2000);
    expect((await b.call('POST', '/domain/transferin/plain-a.com/foa', { email: 'nobody' })).body).toMatchObject({
      errors: [{ name: 'email' }],
    });
  });
});

describe('the registry', () => {
  it('that gets a wrong code stops the transfer; a new code and a relaunch finish it without a second charge', async () => {
    const b = bench();
    await order(b, 'code-trouble.com', { authinfo: 'wrong-code' });
    b.sandbox.advance(toRegistryAnswer);
    expect(await status(b, 'code-trouble.com')).toMatchObject({ step: 'ERROR', errortype: 'invalid_authinfo' });
    expect(
      (await b.call('PUT', '/domain/transferin/code-trouble.com/authinfo', { authinfo: 'right-code' })).status,
    ).toBe(202);
    expect(await status(b, 'code-trouble.com')).toMatchObject({ step: 'ERROR' });
    expect((await b.call('PUT', '/domain/transferin/code-trouble.com')).status).toBe(202);
    expect(await status(b, 'code-trouble.com')).toMatchObject({ step: 'RUN' });
    b.sandbox.advance(toRegistryAnswer);
    expect((await b.call('GET', '/domain/domains/code-trouble.com')).status).toBe(200);
    expect(kinds(b)).toEqual(['debit']);
  });

  it('treats a missing code like a wrong one', async () => {
    const b = bench();
    await order(b, 'no-code.com', { authinfo: undefined });
    b.sandbox.advance(toRegistryAnswer);
    expect(await status(b, 'no-code.com')).toMatchObject({ errortype: 'invalid_authinfo' });
  });

  it('does not move a locked domain until it is unlocked', async () => {
    const b = bench();
    await order(b, 'locked-a.com');
    b.sandbox.advance(toRegistryAnswer);
    expect(await status(b, 'locked-a.com')).toMatchObject({ step: 'ERROR', errortype: 'domain_locked' });
    await b.control('PUT', '/outside/locked-a.com', { locked: false });
    await b.call('PUT', '/domain/transferin/locked-a.com');
    b.sandbox.advance(toRegistryAnswer);
    expect(await status(b, 'locked-a.com')).toBe(404);
  });

  it('keeps a failed order for thirty days, then it is closed and paid back', async () => {
    const b = bench();
    await order(b, 'locked-b.com');
    b.sandbox.advance(toRegistryAnswer + 30 * day - 1);
    expect(await status(b, 'locked-b.com')).toMatchObject({ step: 'ERROR' });
    expect(kinds(b)).toEqual(['debit']);
    b.sandbox.advance(1);
    expect(await status(b, 'locked-b.com')).toBe(404);
    expect(kinds(b)).toEqual(['debit', 'refund']);
  });
});

describe('the losing registrar', () => {
  it('that refuses ends the transfer, and the payment comes back', async () => {
    const b = bench();
    await order(b, 'nack-a.com');
    b.sandbox.advance(20_000);
    expect(await status(b, 'nack-a.com')).toMatchObject({ step: 'ERROR', errortype: 'refused_by_registrar' });
    expect(kinds(b)).toEqual(['debit', 'refund']);
  });

  it.each([
    ['silent-a.com', 5],
    ['silent-a.fr', 8],
  ])('that stays silent lets %s go after %i days', async (fqdn, days) => {
    const b = bench();
    await order(b, fqdn);
    b.sandbox.advance(toRegistryAnswer + days * day - 1);
    expect(await status(b, fqdn)).toMatchObject({ inner_step: 'losing_registrar' });
    b.sandbox.advance(1);
    expect((await b.call('GET', `/domain/domains/${fqdn}`)).status).toBe(200);
  });

  it('answers when someone plays it', async () => {
    const b = bench();
    await order(b, 'silent-b.com');
    b.sandbox.advance(toRegistryAnswer);
    expect(
      (await b.control('POST', '/transfers/silent-b.com/losing-registrar', { answer: 'accept' })).body,
    ).toMatchObject({ step: 'DONE', innerStep: null });
    expect((await b.call('GET', '/domain/domains/silent-b.com')).status).toBe(200);
  });
});

describe('an order', () => {
  it('for a name already being transferred is 409 and is neither charged nor counted', async () => {
    const b = bench();
    await order(b, 'twice.com');
    expect((await order(b, 'twice.com')).status).toBe(409);
    b.sandbox.advance(day);
    expect(kinds(b)).toEqual(['debit']);
    expect((await b.control('GET', '/counters')).body).toMatchObject({ transfersOrdered: { 'twice.com': 1 } });
    expect((await order(b, 'twice.com')).status).toBe(409);
  });

  it('may replace one that was refused, and pays anew', async () => {
    const b = bench();
    await order(b, 'nack-b.com');
    b.sandbox.advance(20_000);
    expect((await order(b, 'nack-b.com')).status).toBe(202);
    b.sandbox.advance(20_000);
    expect(kinds(b)).toEqual(['debit', 'refund', 'debit', 'refund']);
    expect((await b.control('GET', '/counters')).body).toMatchObject({ transfersOrdered: { 'nack-b.com': 2 } });
  });

  it('can be relaunched after a refusal, which pays anew, but not while it is under way', async () => {
    const b = bench();
    await order(b, 'nack-c.com');
    expect((await b.call('PUT', '/domain/transferin/nack-c.com')).status).toBe(409);
    b.sandbox.advance(20_000);
    expect((await b.call('PUT', '/domain/transferin/nack-c.com')).status).toBe(202);
    b.sandbox.advance(2000);
    expect(kinds(b)).toEqual(['debit', 'refund', 'debit']);
  });

  it('of fifty names at once is fifty transfers and fifty debits', async () => {
    const b = bench();
    const names = Array.from({ length: 50 }, (_, index) => `bulk-${index}.com`);
    const answers = await Promise.all(names.map((fqdn) => order(b, fqdn)));
    expect(answers.map(({ status: code }) => code)).toEqual(names.map(() => 202));
    b.sandbox.advance(day);
    expect(kinds(b)).toHaveLength(50);
    const { transfersOrdered } = (await b.control<{ transfersOrdered: object }>('GET', '/counters')).body;
    expect(transfersOrdered).toEqual(Object.fromEntries(names.map((fqdn) => [fqdn, 1])));
    expect(b.sandbox.state.world.estate.ofOrganization(b.resellerId)).toHaveLength(50);
  });

  it('beyond the money that is there and not promised is refused with the balance', async () => {
    const b = bench({ prepaidCents: 4000 });
    expect((await order(b, 'first.com')).status).toBe(202);
    expect((await order(b, 'second.com')).status).toBe(202);
    const third = await order(b, 'third.com');
    expect(third.status).toBe(400);
    expect(third.body).toMatchObject({ status: 'error', errors: [{ location: 'querystring', name: 'sharing_id' }] });
    b.sandbox.advance(day);
    expect(await prepaid(b)).toBeCloseTo(40 - 2 * 18.6);
  });

  it('whose money is gone when it is to be paid fails and can be relaunched after a top-up', async () => {
    const b = bench({ prepaidCents: 4000 });
    await order(b, 'late-payer.com');
    await b.control('PUT', '/prepaid', { amount: 5 });
    b.sandbox.advance(2000);
    expect(await status(b, 'late-payer.com')).toMatchObject({ step: 'ERROR', errortype: 'insufficient_funds' });
    expect((await b.call('PUT', '/domain/transferin/late-payer.com')).status).toBe(409);
    await b.control('PUT', '/prepaid', { amount: 100 });
    expect((await b.call('PUT', '/domain/transferin/late-payer.com')).status).toBe(202);
    b.sandbox.advance(day);
    expect((await b.call('GET', '/domain/domains/late-payer.com')).status).toBe(200);
  });

  it('paid by an organization without a prepaid account is refused', async () => {
    const b = bench();
    const answer = await b.call(
      'POST',
      '/domain/transferin',
      { fqdn: 'poor.com', owner, authinfo: 'right-code' },
      apikey,
    );
    expect(answer.body).toMatchObject({ errors: [{ name: 'sharing_id' }] });
    const paid = await b.call(
      'POST',
      `/domain/transferin?sharing_id=${b.resellerId}`,
      { fqdn: 'poor.com', owner, authinfo: 'right-code' },
      apikey,
    );
    expect(paid.status).toBe(202);
  });
});

describe('what can be known beforehand', () => {
  const available = async (b: Bench, fqdn: string, body: object = {}) =>
    (await b.call('POST', `/domain/transferin/${fqdn}/available`, body)).body;

  it.each([
    ['plain-b.com', { available: true, internal: false, minimum_duration: 1 }],
    ['locked-c.com', { available: false, msg: expect.stringContaining('locked') }],
    ['young-a.com', { available: false, msg: expect.stringContaining('60 days') }],
    ['free-a.com', { available: false, msg: expect.stringContaining('not registered') }],
    ['internal-a.com', { available: true, internal: true }],
    ['some-name.nosuchtld', { available: false, msg: expect.stringContaining('TLD') }],
  ])('%s', async (fqdn, expected) => {
    expect(await available(bench(), fqdn)).toMatchObject({ fqdn, ...expected });
  });

  it('tells a wrong code, and what is already here or under way', async () => {
    const b = bench();
    expect(await available(b, 'plain-c.com', { authinfo: 'wrong-one' })).toMatchObject({ available: false });
    expect(await available(b, 'plain-c.com', { authinfo: 'right-one' })).toMatchObject({ available: true });
    await order(b, 'plain-c.com');
    expect(await available(b, 'plain-c.com')).toMatchObject({
      available: false,
      msg: expect.stringContaining('under way'),
    });
    b.sandbox.advance(day);
    expect(await available(b, 'plain-c.com')).toMatchObject({
      available: false,
      msg: expect.stringContaining('already in this account'),
    });
  });

  it('a young domain is refused at the order, and allowed sixty days after its registration', async () => {
    const b = bench();
    await b.control('PUT', '/outside/growing.com', {
      registeredAt: new Date(b.sandbox.now() - 59 * day).toISOString(),
    });
    const refused = await order(b, 'growing.com');
    expect(refused.body).toMatchObject({ status: 'error', errors: [{ location: 'body', name: 'fqdn' }] });
    b.sandbox.advance(day);
    expect((await order(b, 'growing.com')).status).toBe(202);
  });
});

describe('the opening scene', () => {
  it('has transfers at each step and of each failure', async () => {
    const b = bench({ domains: 60 });
    const { transfers } = (await b.control<{ transfers: object }>('GET', '/')).body;
    expect(Object.keys(transfers).toSorted()).toEqual([
      'BILL',
      'domain_locked',
      'foa_pending',
      'foa_refused',
      'invalid_authinfo',
      'losing_registrar',
      'refused_by_registrar',
      'registry_request',
    ]);
    expect(await prepaid(b)).toBe(25_000);
  });
});
