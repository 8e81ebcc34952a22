// What is bought and changed over v5 beside transfers: what Gandi saw, and what the caller got in our words.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContactInput, RegistrantChangeRequest, RegistrationRequest } from '../../src/upstream/port.ts';
import { createRig, type Rig, upstreamError } from '../helpers/gandi-v5.ts';

const ORG = '0a0a0a0a-1111-4111-8111-000000000001';
const CLIENT = '0c0c0c0c-2222-4222-8222-000000000042';
const DOMAIN = '/domain/domains/plum.example';
const CHANGE = '/domain/changeowner/plum.example';
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

const ada: ContactInput = {
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
};
const adaSent = {
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
};
const bo: ContactInput = {
  type: 'INDIVIDUAL',
  givenName: 'Bo',
  familyName: 'Reed',
  email: 'bo@reed.example',
  street: '1 Hall',
  country: 'FR',
};
const boSent = {
  type: 'individual',
  given: 'Bo',
  family: 'Reed',
  email: 'bo@reed.example',
  streetaddr: '1 Hall',
  country: 'FR',
};

/** Answers after which it is not certain that an order was refused, and those that say it was. */
const NOT_ORDERED = [
  ['order/dry-run-answer', 'contract', true],
  ['order/created', 'contract', true],
  ['errors/204-empty', 'contract', true],
  ['errors/202-truncated-json', 'contract', true],
  ['errors/202-status-error', 'invalid', true],
  ['errors/502-html', 'unavailable', true],
  ['reset', 'unreachable', true],
  ['errors/404-one-key', 'contract', true],
  ['errors/200-status-error', 'invalid', false],
  ['errors/400-fields', 'invalid', false],
  ['errors/404-not-found', 'not-found', false],
  ['errors/409-conflict', 'conflict', false],
  ['errors/429-seconds', 'rate-limited', false],
] as const;

/** What every order has in common: sent once, sure only after 202. */
function describeOrder(route: string, order: () => Promise<void>): void {
  it.each(NOT_ORDERED)('is never taken for ordered after %s: %s, ambiguous %s', async (play, kind, ambiguous) => {
    rig.gandi.on(route, play);
    expect(await upstreamError(rig.settle(order()))).toMatchObject({ kind, ambiguous });
    await rig.clock.advance(300_000);
    expect(rig.gandi.calls).toHaveLength(1);
  });

  it('is kept back when the caller lost the right to send it', async () => {
    rig.gandi.on(route, 'order/accepted');
    const lost = new Error('the lease was lost');
    const { call } = rig;
    rig.call = (more = {}) =>
      call({
        ...more,
        beforeSending: () => {
          throw lost;
        },
      });
    await expect(rig.settle(order())).rejects.toBe(lost);
    expect(rig.gandi.calls).toEqual([]);
  });
}

/** What every dry run has in common: the same request, marked, and never ambiguous without an answer. */
function describeDryRun(
  route: string,
  request: object,
  dryRun: () => Promise<{ problems: readonly object[]; warning: string | null }>,
): void {
  it('is the same request, marked as dry', async () => {
    rig.gandi.on(route, 'dry-run/success');
    expect(await rig.settle(dryRun())).toEqual({ problems: [], warning: '299 - "a premium name"' });
    expect(sent()).toEqual({ line: route, ...request, dryRun: '1' });
  });

  it.each([
    ['dry-run/problems', { field: 'owner.phone', message: "'12' does not look like a phone number" }],
    ['dry-run/problems-400', { field: 'duration', message: 'must be 1' }],
  ])('tells the problems of %s', async (play, problem) => {
    rig.gandi.on(route, play);
    expect((await rig.settle(dryRun())).problems).toContainEqual(problem);
  });

  it('may have been an order when Gandi accepts it as one', async () => {
    rig.gandi.on(route, 'order/accepted');
    expect(await upstreamError(rig.settle(dryRun()))).toMatchObject({ kind: 'contract', status: 202, ambiguous: true });
  });

  it('is not ambiguous without an answer', async () => {
    rig.gandi.on(route, 'reset');
    expect(await upstreamError(rig.settle(dryRun()))).toMatchObject({ kind: 'unreachable', ambiguous: false });
  });
}

describe('a registration', () => {
  const request: RegistrationRequest = {
    name: 'Pêche.Example.',
    payerId: ORG,
    clientId: CLIENT,
    registrant: ada,
    admin: bo,
    tech: bo,
    billing: ada,
    years: 2,
    agreedPrice: { beforeTaxes: { minor: 1_860, currency: 'EUR' } },
    acceptsPremium: true,
    nameservers: ['ns1.Olive.example', 'ns2.pêche.example'],
    templateId: '0f0f0f0f-5555-4555-8555-000000000005',
    extraParameters: { 'x-purpose': 'shop' },
    language: 'fre',
  };
  const query = [['sharing_id', ORG]];
  const body = {
    fqdn: 'xn--pche-gpa.example',
    owner: adaSent,
    admin: boSent,
    tech: boSent,
    bill: adaSent,
    resellee_id: CLIENT,
    duration: 2,
    price: 18.6,
    currency: 'EUR',
    enforce_premium: true,
    nameservers: ['ns1.olive.example', 'ns2.xn--pche-gpa.example'],
    template_id: '0f0f0f0f-5555-4555-8555-000000000005',
    extra_parameters: { 'x-purpose': 'shop' },
    lang: 'fre',
  };
  const register = (more: Partial<RegistrationRequest> = {}) =>
    rig.port.register({ ...request, ...more }, rig.call({ lane: 'money' }));

  it('is ordered with all that was agreed, paid by the reseller, for its client', async () => {
    rig.gandi.on('POST /domain/domains', 'order/accepted');
    await expect(rig.settle(register())).resolves.toBeUndefined();
    expect(sent()).toEqual({ line: 'POST /domain/domains', query, body, dryRun: undefined });
  });

  it('leaves out what was left out', async () => {
    rig.gandi.on('POST /domain/domains', 'order/accepted');
    const { name, payerId, clientId, years } = request;
    const least: RegistrationRequest = {
      ...{ name, payerId, clientId, years, registrant: bo, agreedPrice: null, acceptsPremium: false },
      ...{ nameservers: [], templateId: null, extraParameters: {}, language: null },
    };
    await rig.settle(rig.port.register(least, rig.call({ lane: 'money' })));
    expect(sent().body).toEqual({
      fqdn: 'xn--pche-gpa.example',
      owner: boSent,
      resellee_id: CLIENT,
      duration: 2,
    });
  });

  it.each([
    [{ minor: 0, currency: 'EUR' }, 0],
    [{ minor: 1, currency: 'USD' }, 0.01],
    [{ minor: 1_005, currency: 'GBP' }, 10.05],
    [{ minor: 99_999_999, currency: 'TWD' }, 999_999.99],
  ])('agrees to %j as the exact decimal %d', async (beforeTaxes, price) => {
    rig.gandi.on('POST /domain/domains', 'order/accepted');
    await rig.settle(register({ agreedPrice: { beforeTaxes } }));
    expect(sent().body).toMatchObject({ price, currency: beforeTaxes.currency });
  });

  it('agrees to no price in a currency that Gandi does not take in orders', async () => {
    rig.gandi.on('POST /domain/domains', 'order/accepted');
    await rig.settle(register({ agreedPrice: { beforeTaxes: { minor: 1_860, currency: 'CHF' } } }));
    expect(sent().body).not.toHaveProperty('price');
    expect(sent().body).not.toHaveProperty('currency');
  });

  describeOrder('POST /domain/domains', () => register());

  describe('that is tried dry', () => {
    describeDryRun('POST /domain/domains', { query, body }, () => rig.port.dryRunRegistration(request, rig.call()));

    it('names no client when there is none yet', async () => {
      rig.gandi.on('POST /domain/domains', 'dry-run/success');
      await rig.settle(rig.port.dryRunRegistration({ ...request, clientId: null }, rig.call()));
      expect(sent().body).not.toHaveProperty('resellee_id');
    });
  });

  describe('is followed', () => {
    const route = `GET ${DOMAIN}/createstatus`;
    const status = () =>
      rig.settle(rig.port.registration('Plum.Example.', rig.call({ lane: 'poll', maxWaitMs: 60_000 })));

    it('while it is under way and after it failed', async () => {
      rig.gandi.on(route, 'createstatus/under-way', 'createstatus/failed');
      expect(await status()).toEqual({
        kind: 'under-way',
        step: 'RUN',
        stepNumber: 2,
        errorType: null,
        errorLabel: null,
      });
      expect(await status()).toEqual({
        kind: 'under-way',
        step: 'ERROR',
        stepNumber: 2,
        errorType: 'registry_refused',
        errorLabel: 'The registry refused the registration.',
      });
      expect(sent()).toEqual({ line: route, query: [], body: null, dryRun: undefined });
    });

    it.each(['errors/303-created', 'createstatus/empty-with-location'])(
      'to the domain that Gandi points to, which is not read for it: %s',
      async (play) => {
        rig.gandi.on(route, play);
        expect(await status()).toEqual({ kind: 'registered' });
        expect(rig.gandi.calls).toHaveLength(1);
      },
    );

    it("as unknown only by a 404 in Gandi's own form", async () => {
      rig.gandi.on(route, 'errors/404-not-found');
      expect(await status()).toEqual({ kind: 'unknown' });
      for (const [play, kind] of [
        ['errors/404-one-key', 'contract'],
        ['errors/404-empty', 'contract'],
        ['errors/404-unknown-route', 'unavailable'],
        ['errors/403-forbidden', 'forbidden'],
        ['createstatus/empty', 'contract'],
        ['createstatus/without-a-step', 'contract'],
      ] as const) {
        rig.gandi.on(route, play);
        expect([play, await upstreamError(status())]).toMatchObject([play, { kind }]);
      }
    });
  });
});

describe('a renewal', () => {
  const route = `GET ${DOMAIN}/renew`;
  const options = () => rig.settle(rig.port.renewalOptions('Plum.Example.', rig.call()));
  const request = { name: 'Plum.Example.', payerId: ORG, years: 3 };
  const wire = { query: [['sharing_id', ORG]], body: { duration: 3 } };

  it('can be had for the years that Gandi lists', async () => {
    rig.gandi.on(route, 'renewal-options/ok');
    expect(await options()).toEqual({
      beginsAt: at('2029-04-02T10:00:00Z'),
      endsAt: at('2031-05-17T10:00:00Z'),
      durationsYears: [1, 2, 5],
      isProhibited: false,
    });
    expect(sent()).toEqual({ line: route, query: [], body: null, dryRun: undefined });
  });

  it('can be had for the years between two bounds, and is told in its older form', async () => {
    rig.gandi.on(route, 'renewal-options/wrapped');
    expect(await options()).toEqual({
      beginsAt: at('2029-04-02T10:00:00Z'),
      endsAt: null,
      durationsYears: [2, 3, 4],
      isProhibited: true,
    });
  });

  it('is ordered for its years, paid by the reseller', async () => {
    rig.gandi.on(`POST ${DOMAIN}/renew`, 'order/accepted');
    await rig.settle(rig.port.renew(request, rig.call({ lane: 'money' })));
    expect(sent()).toEqual({ line: `POST ${DOMAIN}/renew`, ...wire, dryRun: undefined });
  });

  describeOrder(`POST ${DOMAIN}/renew`, () => rig.port.renew(request, rig.call({ lane: 'money' })));

  describe('that is tried dry', () => {
    describeDryRun(`POST ${DOMAIN}/renew`, wire, () => rig.port.dryRunRenewal(request, rig.call()));
  });
});

describe('a restore', () => {
  const route = `GET ${DOMAIN}/restore`;
  const isRestorable = () => rig.settle(rig.port.isRestorable('Plum.Example.', rig.call({ maxWaitMs: 60_000 })));
  const restore = () => rig.port.restore({ name: 'Plum.Example.', payerId: ORG }, rig.call({ lane: 'money' }));

  it('can be had when Gandi says so, and not when it says no or does not know the domain', async () => {
    rig.gandi.on(route, 'restorable/yes', 'restorable/no', 'errors/404-not-found');
    expect([await isRestorable(), await isRestorable(), await isRestorable()]).toEqual([true, false, false]);
    expect(sent()).toEqual({ line: route, query: [], body: null, dryRun: undefined });
  });

  it('is not ruled out by an answer that is none', async () => {
    for (const [play, kind] of [
      ['errors/404-one-key', 'contract'],
      ['errors/404-unknown-route', 'unavailable'],
      ['errors/403-forbidden', 'forbidden'],
      ['errors/200-empty', 'contract'],
    ] as const) {
      rig.gandi.on(route, play);
      expect([play, await upstreamError(isRestorable())]).toMatchObject([play, { kind }]);
    }
  });

  it('is ordered with an empty body, paid by the reseller', async () => {
    rig.gandi.on(`POST ${DOMAIN}/restore`, 'order/accepted');
    await expect(rig.settle(restore())).resolves.toBeUndefined();
    expect(sent()).toEqual({
      line: `POST ${DOMAIN}/restore`,
      query: [['sharing_id', ORG]],
      body: {},
      dryRun: undefined,
    });
  });

  describeOrder(`POST ${DOMAIN}/restore`, restore);
});

describe('a change of registrant', () => {
  const request: RegistrantChangeRequest = { name: 'Plum.Example.', payerId: ORG, registrant: ada };
  const query = [['sharing_id', ORG]];
  const change = (more: Partial<RegistrantChangeRequest> = {}) =>
    rig.port.changeRegistrant({ ...request, ...more }, rig.call({ lane: 'money' }));
  const status = () =>
    rig.settle(rig.port.registrantChange('Plum.Example.', ORG, rig.call({ lane: 'poll', maxWaitMs: 60_000 })));

  it('is ordered with the new registrant alone: contacts left out stay', async () => {
    rig.gandi.on(`POST ${CHANGE}`, 'order/accepted');
    await expect(rig.settle(change())).resolves.toBeUndefined();
    expect(sent()).toEqual({ line: `POST ${CHANGE}`, query, body: { owner: adaSent }, dryRun: undefined });
  });

  it('is ordered with other contacts where they are given', async () => {
    rig.gandi.on(`POST ${CHANGE}`, 'order/accepted');
    await rig.settle(change({ admin: bo, tech: ada, billing: bo }));
    expect(sent().body).toEqual({ owner: adaSent, admin: boSent, tech: adaSent, bill: boSent });
  });

  describeOrder(`POST ${CHANGE}`, () => change());

  describe('that is tried dry', () => {
    describeDryRun(`POST ${CHANGE}`, { query, body: { owner: adaSent } }, () =>
      rig.port.dryRunRegistrantChange(request, rig.call()),
    );
  });

  it('is followed, with the answers of both parties', async () => {
    rig.gandi.on(`GET ${CHANGE}`, 'changeowner/waiting', 'changeowner/failed');
    expect(await status()).toEqual({
      name: 'plum.example',
      step: 'WAIT',
      stepNumber: 2,
      innerStep: 'checking_foa_response',
      errorType: null,
      errorLabel: null,
      oldRegistrantAnswer: 'T',
      newRegistrantAnswer: null,
      newRegistrantEmail: 'cy@pine.example',
      approvals: [
        { email: 'ada@olive.example', answer: 'T' },
        { email: 'cy@pine.example', answer: null },
      ],
      createdAt: at('2030-05-02T09:00:00Z'),
      updatedAt: at('2030-05-03T11:20:00Z'),
      startedAt: at('2030-05-02T09:00:05Z'),
    });
    expect(await status()).toMatchObject({
      step: 'ERROR',
      innerStep: 'foa',
      errorType: 'foa_refused',
      errorLabel: 'One of the parties refused.',
      approvals: [],
      createdAt: null,
    });
    expect(sent()).toEqual({ line: `GET ${CHANGE}`, query, body: null, dryRun: undefined });
  });

  it("is unknown only by a 404 in Gandi's own form", async () => {
    rig.gandi.on(`GET ${CHANGE}`, 'errors/404-not-found');
    expect(await status()).toBeNull();
    for (const [play, kind] of [
      ['errors/404-one-key', 'contract'],
      ['errors/404-unknown-route', 'unavailable'],
      ['errors/403-forbidden', 'forbidden'],
    ] as const) {
      rig.gandi.on(`GET ${CHANGE}`, play);
      expect([play, await upstreamError(status())]).toMatchObject([play, { kind }]);
    }
  });

  it('has its mail sent again to one address', async () => {
    rig.gandi.on(`POST ${CHANGE}/foa`, 'transfer-writes/accepted');
    await rig.settle(rig.port.resendRegistrantChangeApproval('Plum.Example.', 'cy@pine.example', rig.call()));
    expect(sent()).toEqual({
      line: `POST ${CHANGE}/foa`,
      query: [],
      body: { email: 'cy@pine.example' },
      dryRun: undefined,
    });
  });
});

describe('a domain', () => {
  const name = 'Plum.Example.';

  it('is given up by one call without a body', async () => {
    rig.gandi.on(`DELETE ${DOMAIN}`, 'transfer-writes/accepted');
    await expect(rig.settle(rig.port.deleteDomain(name, rig.call()))).resolves.toBeUndefined();
    expect(sent()).toEqual({ line: `DELETE ${DOMAIN}`, query: [], body: null, dryRun: undefined });
  });

  it('has its auto-renewal set, with years and payer only where they are given', async () => {
    rig.gandi.on(`PATCH ${DOMAIN}/autorenew`, 'transfer-writes/accepted');
    await rig.settle(rig.port.setAutoRenew({ name, enabled: true, years: 2, payerId: ORG }, rig.call()));
    await rig.settle(rig.port.setAutoRenew({ name, enabled: false }, rig.call()));
    const line = `PATCH ${DOMAIN}/autorenew`;
    expect([sent(0), sent(1)]).toEqual([
      { line, query: [], body: { enabled: true, duration: 2, org_id: ORG }, dryRun: undefined },
      { line, query: [], body: { enabled: false }, dryRun: undefined },
    ]);
  });

  it('has its nameservers set as an object, in A-labels, in their order', async () => {
    rig.gandi.on(`PUT ${DOMAIN}/nameservers`, 'transfer-writes/accepted');
    await rig.settle(rig.port.setNameservers(name, ['ns2.pêche.example', 'NS1.olive.example.'], rig.call()));
    expect(sent()).toEqual({
      line: `PUT ${DOMAIN}/nameservers`,
      query: [],
      body: { nameservers: ['ns2.xn--pche-gpa.example', 'ns1.olive.example'] },
      dryRun: undefined,
    });
  });

  it('has those contacts changed that are given, never its registrant', async () => {
    rig.gandi.on(`PATCH ${DOMAIN}/contacts`, 'transfer-writes/accepted');
    await rig.settle(rig.port.setContacts(name, { admin: ada, billing: bo }, rig.call()));
    await rig.settle(rig.port.setContacts(name, { tech: bo }, rig.call()));
    const line = `PATCH ${DOMAIN}/contacts`;
    expect([sent(0), sent(1)]).toEqual([
      { line, query: [], body: { admin: adaSent, bill: boSent }, dryRun: undefined },
      { line, query: [], body: { tech: boSent }, dryRun: undefined },
    ]);
  });

  it('gets a new auth code by one call without a body, whose answer holds none', async () => {
    rig.gandi.on(`PUT ${DOMAIN}/authinfo`, 'transfer-writes/accepted');
    await expect(rig.settle(rig.port.regenerateAuthCode(name, rig.call()))).resolves.toBeUndefined();
    expect(sent()).toEqual({ line: `PUT ${DOMAIN}/authinfo`, query: [], body: null, dryRun: undefined });
  });

  const writes: readonly (readonly [string, string, () => Promise<void>])[] = [
    ['deleteDomain', `DELETE ${DOMAIN}`, () => rig.port.deleteDomain(name, rig.call())],
    ['setAutoRenew', `PATCH ${DOMAIN}/autorenew`, () => rig.port.setAutoRenew({ name, enabled: true }, rig.call())],
    ['setNameservers', `PUT ${DOMAIN}/nameservers`, () => rig.port.setNameservers(name, ['ns1.a.example'], rig.call())],
    ['setContacts', `PATCH ${DOMAIN}/contacts`, () => rig.port.setContacts(name, { tech: bo }, rig.call())],
    ['regenerateAuthCode', `PUT ${DOMAIN}/authinfo`, () => rig.port.regenerateAuthCode(name, rig.call())],
    [
      'resendRegistrantChangeApproval',
      `POST ${CHANGE}/foa`,
      () => rig.port.resendRegistrantChangeApproval(name, 'ada@olive.example', rig.call()),
    ],
  ];

  it.each(writes)('%s is sent once, and is ambiguous without an answer', async (_, route, write) => {
    for (const [play, kind, ambiguous] of [
      ['reset', 'unreachable', true],
      ['errors/502-html', 'unavailable', true],
      ['errors/400-fields', 'invalid', false],
      ['errors/403-forbidden', 'forbidden', false],
      ['errors/409-conflict', 'conflict', false],
    ] as const) {
      const before = rig.gandi.calls.length;
      rig.gandi.on(route, play);
      expect([play, await upstreamError(rig.settle(write()))]).toMatchObject([play, { kind, ambiguous }]);
      await rig.clock.advance(300_000);
      expect(rig.gandi.calls).toHaveLength(before + 1);
    }
  });
});
