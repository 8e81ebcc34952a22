// Each method of the port over v5: what Gandi saw, and what the caller got in our words.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransferRequest } from '../../src/upstream/port.ts';
import { createRig, type Rig, upstreamError } from '../helpers/gandi-v5.ts';

const ORG = '0a0a0a0a-1111-4111-8111-000000000001';
const CLIENT = '0c0c0c0c-2222-4222-8222-000000000042';
const CUSTOMERS = `/organization/organizations/${ORG}/customers`;
const at = (text: string) => Date.parse(text);

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

const sent = (index = 0) => {
  const call = rig.gandi.calls[index];
  if (!call) throw new Error(`Gandi saw only ${rig.gandi.calls.length} calls`);
  return {
    line: `${call.method} ${call.path}`,
    query: [...call.query],
    body: call.body,
    dryRun: call.headers['dry-run'],
  };
};

describe('user and organizations', () => {
  it('reads who the credential belongs to', async () => {
    rig.gandi.on('GET /organization/user-info', 'user/ok');
    expect(await rig.settle(rig.port.user(rig.call()))).toEqual({
      id: '0e0e0e0e-4444-4444-8444-000000000001',
      username: 'ines.mora',
      name: 'Inés Mora',
      email: 'ines@quince.example',
      language: 'es',
    });
  });

  it('reads organizations, types as words or numbers, unknown types as null', async () => {
    rig.gandi.on('GET /organization/organizations', 'organizations/ok');
    const found = await rig.settle(rig.port.organizations(rig.call()));
    expect(found[0]).toEqual({
      id: ORG,
      name: 'quince-hosting',
      type: 'COMPANY',
      companyName: 'Quince Hosting SL',
      firstName: 'Inés',
      lastName: 'Mora',
      email: 'ines@quince.example',
      isReseller: true,
      isCorporate: false,
      vatNumber: 'ESB00000001',
    });
    expect(found.map(({ type, companyName }) => [type, companyName])).toEqual([
      ['COMPANY', 'Quince Hosting SL'],
      ['INDIVIDUAL', null],
      [null, null],
    ]);
  });
});

describe('clients', () => {
  it('reads a page of rows and says that there is more', async () => {
    rig.gandi.on(`GET ${CUSTOMERS}`, 'clients/first-page');
    const page = await rig.settle(rig.port.clients({ organizationId: ORG, page: 1, perPage: 2 }, rig.call()));
    expect(page).toMatchObject({ total: 5, hasNext: true });
    expect(page.items[0]).toEqual({
      id: CLIENT,
      name: 'Olive & Sons',
      type: 'COMPANY',
      firstName: 'Ada',
      lastName: 'Olive',
      companyName: 'Olive & Sons Ltd',
      email: 'ada@olive.example',
    });
    expect(sent().query).toEqual([
      ['page', '1'],
      ['per_page', '2'],
    ]);
  });

  it('reads one with its address, both street lines and blanks as null', async () => {
    rig.gandi.on(`GET ${CUSTOMERS}/${CLIENT}`, 'client/ok');
    expect(await rig.settle(rig.port.client(ORG, CLIENT, rig.call()))).toMatchObject({
      id: CLIENT,
      address: { street: '4 Mill Lane\nUnit 9', zip: 'EX1 2AB', city: 'Exeter', country: 'GB', region: 'GB-DEV' },
      phone: '+44.1392000004',
      fax: null,
      reference: 'ACC-77',
      language: 'en',
    });
  });

  it('creates one with the fields that are set, and answers its id', async () => {
    rig.gandi.on(`POST ${CUSTOMERS}`, 'create-client/created');
    const input = {
      type: 'PUBLIC_BODY',
      firstName: 'Ada',
      lastName: 'Olive',
      companyName: 'Mill Council',
      email: 'ada@mill.example',
      street: '1 Hall',
      city: 'Exeter',
      region: 'GB-DEV',
      country: 'GB',
      phone: '+44.1392000004',
      reference: 'ACC-1',
    } as const;
    const created = await rig.settle(rig.port.createClient(ORG, input, rig.call()));
    expect(created).toEqual({ id: '0c0c0c0c-2222-4222-8222-000000000099' });
    expect(sent().body).toEqual({
      type: 'publicbody',
      firstname: 'Ada',
      lastname: 'Olive',
      orgname: 'Mill Council',
      email: 'ada@mill.example',
      streetaddr: '1 Hall',
      city: 'Exeter',
      state: 'GB-DEV',
      country: 'GB',
      phone: '+44.1392000004',
      reference: 'ACC-1',
    });
  });

  it('does not know whether one was created when the answer has no id', async () => {
    rig.gandi.on(`POST ${CUSTOMERS}`, 'create-client/no-id');
    const input = {
      type: 'INDIVIDUAL',
      firstName: 'Ada',
      lastName: 'Olive',
      email: 'ada@mill.example',
      street: '1 Hall',
      city: 'Exeter',
      country: 'GB',
      phone: '+44.1392000004',
    } as const;
    const error = await upstreamError(rig.settle(rig.port.createClient(ORG, input, rig.call())));
    expect(error).toMatchObject({ kind: 'contract', ambiguous: true, status: 201, traceId: '7f1c2d3e-trace' });
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('changes only the fields that are set', async () => {
    rig.gandi.on(`PATCH ${CUSTOMERS}/${CLIENT}`, 'update-client/ok');
    await rig.settle(rig.port.updateClient(ORG, CLIENT, { city: 'Bath', language: 'fr' }, rig.call()));
    expect(sent().body).toEqual({ city: 'Bath', lang: 'fr' });
  });

  it('deletes one, and takes neither a refusal nor a mere message for a deletion', async () => {
    rig.gandi.on(
      `DELETE ${CUSTOMERS}/${CLIENT}`,
      'delete-client/done',
      'errors/409-one-key',
      'delete-client/message-only',
    );
    const remove = () => rig.settle(rig.port.deleteClient(ORG, CLIENT, rig.call()));
    await expect(remove()).resolves.toBeUndefined();
    expect(await upstreamError(remove())).toMatchObject({ kind: 'conflict', ambiguous: false });
    expect(await upstreamError(remove())).toMatchObject({ kind: 'contract', ambiguous: true });
  });
});

describe('the domain list', () => {
  it('reads rows in our words', async () => {
    rig.gandi.on('GET /domain/domains', 'domains/first-page');
    const page = await rig.settle(rig.port.domains({ page: 1, perPage: 3 }, rig.call()));
    expect(page).toMatchObject({ total: 8, hasNext: true });
    expect(page.items[0]).toEqual({
      name: 'plum.example',
      unicodeName: 'plum.example',
      gandiId: '0d0d0d0d-3333-4333-8333-000000000007',
      tld: 'example',
      eppStatuses: ['clientTransferProhibited'],
      tags: ['shop'],
      autoRenew: true,
      registrantName: 'Ada Olive',
      nameserverKind: 'LIVEDNS',
      createdAt: at('2027-04-02T10:00:05Z'),
      registryCreatedAt: at('2027-04-02T10:00:00Z'),
      expiresAt: at('2031-04-02T10:00:00Z'),
      updatedAt: at('2029-04-03T08:30:00Z'),
      sharingId: CLIENT,
    });
  });

  it('reads what is missing, in other case or in another JSON type', async () => {
    rig.gandi.on('GET /domain/domains', 'domains/first-page');
    const { items } = await rig.settle(rig.port.domains({ page: 1, perPage: 3 }, rig.call()));
    expect(items[1]).toMatchObject({
      name: 'xn--pche-gpa.example',
      unicodeName: 'pêche.example',
      autoRenew: false,
      eppStatuses: [],
      tags: [],
      nameserverKind: 'CLASSIC',
      registrantName: null,
      sharingId: null,
    });
    expect(items[2]).toMatchObject({
      name: 'quince.co.example',
      tld: 'co.example',
      nameserverKind: 'OTHER',
      createdAt: null,
      expiresAt: null,
      registryCreatedAt: Date.UTC(2028, 0, 1) + 250,
      updatedAt: Date.UTC(2028, 0, 1),
    });
  });

  it('can be of one organization and of one client', async () => {
    rig.gandi.on('GET /domain/domains', 'domains/last-page');
    const query = { organizationId: ORG, clientId: CLIENT, page: 3, perPage: 100 };
    await rig.settle(rig.port.domains(query, rig.call()));
    expect(sent().query).toEqual([
      ['sharing_id', ORG],
      ['resellee_id', CLIENT],
      ['page', '3'],
      ['per_page', '100'],
    ]);
  });

  it('ends with a page past the end', async () => {
    rig.gandi.on('GET /domain/domains', 'domains/empty');
    const page = await rig.settle(rig.port.domains({ page: 4, perPage: 3 }, rig.call()));
    expect(page).toEqual({ items: [], total: 8, hasNext: false });
  });

  it('fails as a whole when one row cannot be read, so that nothing looks gone', async () => {
    rig.gandi.on('GET /domain/domains', 'domains/odd-row');
    const error = await upstreamError(rig.settle(rig.port.domains({ page: 1, perPage: 3 }, rig.call())));
    expect(error).toMatchObject({ kind: 'contract', ambiguous: false });
    expect(error.message).toContain('1.fqdn');
  });
});

describe('one domain', () => {
  it('is read in full', async () => {
    rig.gandi.on('GET /domain/domains/plum.example', 'domain/ok');
    const domain = await rig.settle(rig.port.domain('Plum.Example.', rig.call()));
    expect(domain).toMatchObject({
      name: 'plum.example',
      registrantName: 'Olive & Sons Ltd',
      nameserverKind: 'LIVEDNS',
      createdAt: null,
      ownerSpaceId: CLIENT,
      resellerId: ORG,
      canTransferLock: true,
      services: ['gandilivedns', 'dnssec'],
      reachability: 'done',
      autoRenew: true,
      autoRenewal: {
        enabled: true,
        durationYears: 1,
        payerId: ORG,
        attemptsAt: [at('2031-03-02T10:00:00Z'), at('2031-04-01T10:00:00Z')],
      },
      dates: {
        renewBeginsAt: at('2012-01-01T00:00:00Z'),
        renewEndsAt: null,
        holdBeginsAt: at('2031-04-02T10:00:00Z'),
        holdEndsAt: at('2031-05-17T10:00:00Z'),
        deletesAt: at('2031-05-17T03:00:00Z'),
        restoreEndsAt: at('2031-06-16T10:00:00Z'),
        pendingDeleteEndsAt: at('2031-06-21T10:00:00Z'),
        authCodeExpiresAt: at('2030-02-01T00:00:00Z'),
      },
    });
    expect(domain.contacts.registrant).toEqual({
      type: 'COMPANY',
      givenName: 'Ada',
      familyName: 'Olive',
      companyName: 'Olive & Sons Ltd',
      email: 'ada@olive.example',
      address: { street: '4 Mill Lane', zip: 'EX1 2AB', city: 'Exeter', country: 'GB', region: 'GB-DEV' },
      phone: '+44.1392000004',
      mobile: null,
      fax: null,
      language: 'en',
      isDataObfuscated: true,
      isMailObfuscated: false,
      sameAsRegistrant: null,
      validation: 'none',
      reachability: 'done',
      extraParameters: { 'x-uk_contact_type': 'LTD' },
    });
    expect(domain.contacts.admin).toMatchObject({ type: 'INDIVIDUAL', givenName: 'Bo', sameAsRegistrant: false });
    expect(domain.contacts.tech).toMatchObject({ sameAsRegistrant: true });
    expect(domain.contacts.billing).toBeNull();
  });

  it('of our own organization has no reseller around it', async () => {
    rig.gandi.on('GET /domain/domains/plum.example', 'domain/own-without-code');
    expect(await rig.settle(rig.port.domain('plum.example', rig.call()))).toMatchObject({
      ownerSpaceId: ORG,
      resellerId: null,
      nameserverKind: 'OTHER',
      reachability: null,
      autoRenew: false,
      autoRenewal: null,
    });
  });

  it('is asked for by its A-label', async () => {
    rig.gandi.on('GET /domain/domains/xn--pche-gpa.example', 'domain/ok');
    await rig.settle(rig.port.domain('PÊCHE.example', rig.call()));
    expect(sent().line).toBe('GET /domain/domains/xn--pche-gpa.example');
  });

  it('that lacks its contacts, or has a date that is none, is not half read', async () => {
    rig.gandi.on('GET /domain/domains/plum.example', 'domain/no-contacts', 'domain/odd-date');
    for (let n = 0; n < 2; n++) {
      expect(await upstreamError(rig.settle(rig.port.domain('plum.example', rig.call())))).toMatchObject({
        kind: 'contract',
      });
    }
  });

  it('is locked and unlocked', async () => {
    rig.gandi.on('PATCH /domain/domains/plum.example/status', 'transfer-lock/accepted');
    await rig.settle(rig.port.setTransferLock('plum.example', false, rig.call()));
    expect(sent().body).toEqual({ clientTransferProhibited: false });
  });
});

describe('availability', () => {
  const ask = (more = {}) => ({ name: 'Fig.Example', processes: ['CREATE', 'TRANSFER'] as const, ...more });

  it('asks for one name, repeats what is a list, and gives prices as whole cents', async () => {
    rig.gandi.on('GET /domain/check', 'availability/available');
    const found = await rig.settle(
      rig.port.availability(ask({ organizationId: ORG, currency: 'EUR', years: 2 }), rig.call()),
    );
    expect(sent().query).toEqual([
      ['name', 'fig.example'],
      ['processes', 'create'],
      ['processes', 'transfer'],
      ['currency', 'EUR'],
      ['max_duration', '2'],
      ['sharing_id', ORG],
    ]);
    expect(found.map(({ process, status }) => [process, status])).toEqual([
      ['CREATE', 'available'],
      ['TRANSFER', 'unavailable'],
    ]);
    const eur = (minor: number) => ({ minor, currency: 'EUR' });
    expect(found[0]?.prices).toEqual([
      {
        minYears: 1,
        maxYears: 1,
        beforeTaxes: eur(10),
        afterTaxes: eur(12),
        normalBeforeTaxes: eur(1330),
        normalAfterTaxes: eur(1609),
        isDiscounted: true,
        isPremium: true,
      },
      {
        minYears: 1,
        maxYears: 10,
        beforeTaxes: eur(1330),
        afterTaxes: eur(1609),
        normalBeforeTaxes: null,
        normalAfterTaxes: null,
        isDiscounted: false,
        isPremium: false,
      },
    ]);
    expect(found[1]?.prices).toEqual([]);
  });

  it('asks again while Gandi is still looking, each time a call', async () => {
    rig.gandi.on('GET /domain/check', 'availability/pending', 'availability/pending', 'availability/available');
    const call = rig.call();
    const found = await rig.settle(rig.port.availability(ask(), call));
    expect(found[0]?.status).toBe('available');
    expect(rig.gandi.calls).toHaveLength(3);
    expect(call.meter.made).toBe(3);
  });

  it('pauses between the questions', async () => {
    rig.gandi.on('GET /domain/check', 'availability/pending', 'availability/available');
    const outcome = rig.port.availability(ask(), rig.call());
    await rig.gandi.seen(1);
    await rig.until(() => rig.clock.pending === 1 && rig.budget.snapshot().inFlight === 0);
    await rig.clock.advance(699);
    expect(rig.gandi.calls).toHaveLength(1);
    await rig.settle(outcome);
    expect(rig.gandi.calls).toHaveLength(2);
  });

  it('stays pending when Gandi has not said after six questions', async () => {
    rig.gandi.on('GET /domain/check', 'availability/pending');
    const found = await rig.settle(rig.port.availability(ask(), rig.call()));
    expect(found.map(({ status }) => status)).toEqual(['pending']);
    expect(rig.gandi.calls).toHaveLength(6);
  });

  it('stops asking when its caller aborts', async () => {
    rig.gandi.on('GET /domain/check', 'availability/pending');
    const abort = new AbortController();
    const outcome = rig.port.availability(ask(), rig.call({ signal: abort.signal }));
    await rig.gandi.seen(1);
    await rig.until(() => rig.clock.pending === 1 && rig.budget.snapshot().inFlight === 0);
    abort.abort(new Error('left'));
    await expect(outcome).rejects.toThrow('left');
    await rig.clock.advance(60_000);
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('may name nothing', async () => {
    rig.gandi.on('GET /domain/check', 'availability/none');
    expect(await rig.settle(rig.port.availability(ask(), rig.call()))).toEqual([]);
  });
});

describe('prices, TLDs and the account', () => {
  it('reads the price list in the digits of its currency', async () => {
    rig.gandi.on('GET /billing/price/domain', 'prices/ok');
    const query = {
      organizationId: ORG,
      currency: 'JPY',
      tlds: ['example', '.CO.example'],
      processes: ['CREATE', 'RENEW'],
    } as const;
    const found = await rig.settle(rig.port.prices(query, rig.call()));
    expect(sent().query).toEqual([
      ['name', '.example'],
      ['name', '.co.example'],
      ['processes', 'create'],
      ['processes', 'renew'],
      ['currency', 'JPY'],
      ['sharing_id', ORG],
    ]);
    expect(found.map(({ tld, process, prices }) => [tld, process, prices[0]?.beforeTaxes.minor])).toEqual([
      ['example', 'CREATE', 1800],
      ['co.example', 'RENEW', 13],
    ]);
  });

  it('leaves the names out to get every TLD, and follows further pages', async () => {
    rig.gandi.on('GET /billing/price/domain', 'prices/first-page', 'prices/last-page');
    const found = await rig.settle(rig.port.prices({ processes: ['CREATE'] }, rig.call()));
    expect(found.map(({ tld }) => tld)).toEqual(['example', 'test']);
    expect(rig.gandi.calls).toHaveLength(2);
    expect(sent(0).query).toEqual([['processes', 'create']]);
    expect(sent(1).query).toEqual([
      ['processes', 'create'],
      ['page', '2'],
    ]);
  });

  it('lists TLD names and reads one', async () => {
    rig.gandi.on('GET /domain/tlds', 'tlds/ok');
    rig.gandi.on('GET /domain/tlds/example', 'tld/ok', 'tld/sparse');
    const page = await rig.settle(rig.port.tlds({ page: 1, perPage: 100 }, rig.call()));
    expect(page).toEqual({ items: [{ name: 'example' }, { name: 'co.example' }], total: 2, hasNext: false });
    expect(await rig.settle(rig.port.tld('EXAMPLE', rig.call()))).toEqual({
      name: 'example',
      category: 'CCTLD',
      hasTransferLock: true,
      canChangeRegistrant: false,
      needsAuthCodeForTransfer: true,
      isCorporate: false,
    });
    expect(await rig.settle(rig.port.tld('example', rig.call()))).toEqual({
      name: 'example',
      category: null,
      hasTransferLock: null,
      canChangeRegistrant: null,
      needsAuthCodeForTransfer: null,
      isCorporate: null,
    });
  });

  it('reads the prepaid account exactly, and its absence', async () => {
    rig.gandi.on(`GET /billing/info/${ORG}`, 'billing/prepaid', 'billing/none', 'billing/odd-amount');
    const billing = () => rig.settle(rig.port.billing(ORG, rig.call()));
    expect(await billing()).toEqual({
      grid: 'B',
      prepaid: { balance: { minor: 120407, currency: 'EUR' }, warningThreshold: { minor: 5000, currency: 'EUR' } },
    });
    expect(await billing()).toEqual({ grid: 'A', prepaid: null });
    expect(await upstreamError(billing())).toMatchObject({ kind: 'contract' });
  });
});

describe('transfers', () => {
  const request: TransferRequest = {
    name: 'Plum.Example',
    payerId: ORG,
    clientId: CLIENT,
    registrant: {
      type: 'COMPANY',
      givenName: 'Ada',
      familyName: 'Olive',
      companyName: 'Olive & Sons Ltd',
      email: 'ada@olive.example',
      street: '4 Mill Lane',
      zip: 'EX1 2AB',
      city: 'Exeter',
      region: 'GB-DEV',
      country: 'GB',
      phone: '+44.1392000004',
      language: 'en',
      isDataObfuscated: true,
      isMailObfuscated: false,
      extraParameters: { 'x-uk_contact_type': 'LTD' },
    },
    authCode: 'Zx9#plum-secret',
    years: 1,
    changeRegistrant: true,
  };
  const body = {
    fqdn: 'plum.example',
    owner: {
      type: 'company',
      given: 'Ada',
      family: 'Olive',
      orgname: 'Olive & Sons Ltd',
      email: 'ada@olive.example',
      streetaddr: '4 Mill Lane',
      zip: 'EX1 2AB',
      city: 'Exeter',
      state: 'GB-DEV',
      country: 'GB',
      phone: '+44.1392000004',
      lang: 'en',
      data_obfuscated: true,
      mail_obfuscated: false,
      extra_parameters: { 'x-uk_contact_type': 'LTD' },
    },
    resellee_id: CLIENT,
    duration: 1,
    change_owner: true,
    authinfo: 'Zx9#plum-secret',
  };
  const order = () => rig.settle(rig.port.requestTransfer(request, rig.call({ lane: 'money' })));
  const dryRun = () => rig.settle(rig.port.dryRunTransfer(request, rig.call()));

  it('are asked about first, by POST, with the code when there is one', async () => {
    rig.gandi.on('POST /domain/transferin/plum.example/available', 'transferability/yes', 'transferability/no');
    const ask = (code: string | null) => rig.settle(rig.port.transferability('plum.example', code, rig.call()));
    expect(await ask('Zx9#plum-secret')).toEqual({
      name: 'plum.example',
      unicodeName: 'plum.example',
      available: true,
      isInternal: false,
      isCorporate: false,
      durationsYears: [1, 2],
      message: null,
    });
    expect(await ask(null)).toMatchObject({ available: false, isInternal: null, durationsYears: [1, 2, 3] });
    expect([sent(0).body, sent(1).body]).toEqual([{ authinfo: 'Zx9#plum-secret' }, {}]);
  });

  it('are ordered once, paid by the reseller, for its client', async () => {
    rig.gandi.on('POST /domain/transferin', 'order/accepted');
    await expect(order()).resolves.toBeUndefined();
    expect(sent()).toEqual({
      line: 'POST /domain/transferin',
      query: [['sharing_id', ORG]],
      body,
      dryRun: undefined,
    });
  });

  it('are ordered without a code when there is none', async () => {
    rig.gandi.on('POST /domain/transferin', 'order/accepted');
    await rig.settle(rig.port.requestTransfer({ ...request, authCode: null }, rig.call({ lane: 'money' })));
    expect(sent().body).not.toHaveProperty('authinfo');
  });

  it.each([
    ['order/dry-run-answer', 'contract', true],
    ['order/created', 'contract', true],
    ['errors/204-empty', 'contract', true],
    ['errors/202-truncated-json', 'contract', true],
    ['errors/202-status-error', 'invalid', true],
    ['errors/502-html', 'unavailable', true],
    ['reset', 'unreachable', true],
    ['errors/200-status-error', 'invalid', false],
    ['errors/400-fields', 'invalid', false],
    ['errors/429-seconds', 'rate-limited', false],
  ])('are never taken for ordered after %s: %s, ambiguous %s', async (play, kind, ambiguous) => {
    rig.gandi.on('POST /domain/transferin', play);
    expect(await upstreamError(order())).toMatchObject({ kind, ambiguous });
    await rig.clock.advance(300_000);
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('can be tried dry: the same body, marked as such', async () => {
    rig.gandi.on('POST /domain/transferin', 'dry-run/success');
    expect(await dryRun()).toEqual({ problems: [], warning: '299 - "a premium name"' });
    expect(sent()).toEqual({ line: 'POST /domain/transferin', query: [['sharing_id', ORG]], body, dryRun: '1' });
  });

  it.each(['dry-run/problems', 'dry-run/problems-400'])('show their problems in a dry run: %s', async (play) => {
    rig.gandi.on('POST /domain/transferin', play);
    const { problems } = await dryRun();
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ field, message }) => field !== '' && message !== '')).toBe(true);
  });

  it('may have been ordered for real when a dry run is accepted', async () => {
    rig.gandi.on('POST /domain/transferin', 'order/accepted');
    expect(await upstreamError(dryRun())).toMatchObject({ kind: 'contract', status: 202, ambiguous: true });
  });

  it('are not ambiguous after a dry run without an answer', async () => {
    rig.gandi.on('POST /domain/transferin', 'reset');
    expect(await upstreamError(dryRun())).toMatchObject({ kind: 'unreachable', ambiguous: false, attempts: 1 });
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('tell their progress', async () => {
    rig.gandi.on('GET /domain/transferin/plum.example', 'transfer/waiting', 'transfer/failed');
    const status = () => rig.settle(rig.port.transfer('plum.example', rig.call({ lane: 'poll' })));
    expect(await status()).toEqual({
      name: 'plum.example',
      step: 'WAIT',
      stepNumber: 2,
      innerStep: 'checking',
      errorType: null,
      errorLabel: null,
      approvals: [
        { email: 'ada@olive.example', answer: 'W' },
        { email: 'bo@reed.example', answer: null },
      ],
      createdAt: at('2030-05-02T09:00:00Z'),
      updatedAt: at('2030-05-03T11:20:00Z'),
      startedAt: at('2030-05-02T09:00:05Z'),
      registryAcceptedAt: null,
    });
    expect(await status()).toMatchObject({
      name: 'plum.example',
      step: 'ERROR',
      errorType: 'odd_code',
      errorLabel: 'Something about the code.',
      registryAcceptedAt: at('2030-05-02T10:00:00Z'),
    });
  });

  it("are unknown only by a 404 in Gandi's own form", async () => {
    const route = 'GET /domain/transferin/plum.example';
    const status = () => rig.settle(rig.port.transfer('plum.example', rig.call({ maxWaitMs: 60_000 })));
    rig.gandi.on(route, 'errors/404-not-found');
    expect(await status()).toBeNull();
    for (const [play, kind] of [
      ['errors/404-one-key', 'contract'],
      ['errors/404-empty', 'contract'],
      ['errors/403-forbidden', 'forbidden'],
      ['errors/404-unknown-route', 'unavailable'],
    ] as const) {
      rig.gandi.on(route, play);
      expect(await upstreamError(status())).toMatchObject({ kind });
    }
  });

  it('are helped along', async () => {
    const path = '/domain/transferin/plum.example';
    for (const route of [`PUT ${path}`, `PUT ${path}/authinfo`, `POST ${path}/foa`]) {
      rig.gandi.on(route, 'transfer-writes/accepted');
    }
    await rig.settle(rig.port.relaunchTransfer('plum.example', rig.call()));
    await rig.settle(rig.port.updateTransferAuthCode('plum.example', ORG, 'Zx9#plum-secret', rig.call()));
    await rig.settle(rig.port.resendTransferApproval('plum.example', 'ada@olive.example', rig.call()));
    expect([sent(0), sent(1), sent(2)]).toEqual([
      { line: `PUT ${path}`, query: [], body: null, dryRun: undefined },
      {
        line: `PUT ${path}/authinfo`,
        query: [['sharing_id', ORG]],
        body: { authinfo: 'Zx9#plum-secret' },
        dryRun: undefined,
      },
      { line: `POST ${path}/foa`, query: [], body: { email: 'ada@olive.example' }, dryRun: undefined },
    ]);
  });
});

describe('capabilities', () => {
  it('are named once each, with where they are known from', () => {
    const names = rig.port.capabilities.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { evidence } of rig.port.capabilities) expect(evidence).toMatch(/gandi\.net/);
    expect(rig.port.capabilities).toContainEqual(expect.objectContaining({ name: 'transfers.list', supported: false }));
    expect(rig.port.capabilities).toContainEqual(expect.objectContaining({ name: 'prices.bulk', supported: true }));
  });
});
