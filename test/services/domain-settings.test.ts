// Auto-renewal, nameservers, contacts and the auth code: what the caller gets, and what Gandi saw.
import { afterEach, describe, expect, test } from 'vitest';
import {
  ConfirmationNeededError,
  DomainLockedError,
  InvalidInputError,
  NotFoundError,
  type OutcomeError,
  RejectedByGandiError,
} from '../../src/services/errors.ts';
import type { ClientDataInput, SetContactsInput } from '../../src/services/services.ts';
import { UpstreamError } from '../../src/upstream/errors.ts';
import { type FakeDomain, failure, fakePortfolio } from '../helpers/fake-gandi.ts';
import { createFakeServices } from '../helpers/fake-services.ts';
import { runOperation } from '../helpers/run-operation.ts';
import { type ServicesTest, servicesTest } from './domains-setup.ts';

let t: ServicesTest;
afterEach(() => t.close());

const NAME = 'd0000.example';
const DAY = 86_400_000;
const NOW = Date.UTC(2030, 0, 1);
const BY_NAME = { filter: {}, orderBy: { field: 'NAME', direction: 'ASC' }, page: { first: 20 } } as const;
const LIVEDNS = ['ns-12-a.gandi.net', 'ns-34-b.gandi.net', 'ns-56-c.gandi.net'];
const OTHERS = ['ns1.example.net', 'ns2.example.net'];
const PLAN = { enabled: false, durationYears: 1, payerId: 'reseller', attemptsAt: [NOW + 30 * DAY, NOW + 60 * DAY] };
const LOST = new UpstreamError('lost', { kind: 'timeout', endpoint: 'PATCH /x', ambiguous: true });

const PERSON: ClientDataInput = {
  type: 'INDIVIDUAL',
  firstName: ' Ana ',
  lastName: 'García',
  email: 'ana@example.net',
  street: '1 rue de la Paix',
  zip: '75002',
  city: 'Paris',
  country: 'fr',
  phone: '+33 1 23 45 67 89',
  fax: '+33 1 23 45 67 80',
  reference: 'A-1',
};

/** Two clients with two domains each, and one organization beside; the mirror is full. */
async function setup(change: Partial<FakeDomain> = {}) {
  const world = fakePortfolio({ domains: 4, clients: 2 });
  world.domains = world.domains.map((domain) => (domain.name === NAME ? { ...domain, ...change } : domain));
  t = await servicesTest(world);
  await t.domains.list(t.scope(), BY_NAME);
  await t.mirror.ensureClients(null, t.demand());
  await t.clock.advance(1);
  t.gandi.clearCalls();
}
const settled = (promise: Promise<unknown>): Promise<unknown> => finish(promise.catch((error: unknown) => error));
async function outcome(promise: Promise<unknown>): Promise<OutcomeError> {
  return (await settled(promise)) as OutcomeError;
}
async function finish<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  promise.then(over, over);
  for (let turn = 0; turn < 400 && !isOver; turn++) await t.clock.advance(turn % 20 === 19 ? 500 : 0);
  return promise;
}
/** Gandi accepts this write and shows its effect only after so many looks at the domain. */
function slowGandi(write: 'setAutoRenew' | 'setNameservers', looks: number) {
  const { port } = t.gandi;
  const real = port[write] as (...args: unknown[]) => Promise<void>;
  let pending: (() => Promise<void>) | null = null;
  Object.assign(port, {
    [write]: async (...args: unknown[]) => {
      pending = () => real(...args);
    },
  });
  let seen = 0;
  t.gandi.onAnswer((what) => {
    if (pending !== null && what === `domain:${NAME}` && ++seen === looks) void pending();
  });
}
const writes = () => t.gandi.sent().filter((what) => /^(autorenew|nameservers|contacts|authinfo):/.test(what));
const bodies = () => t.gandi.calls.flatMap(({ body }) => (body === undefined ? [] : [body]));

const autoRenew = (more: { enabled?: boolean; years?: number | null; domain?: string } = {}) => ({
  domain: NAME,
  enabled: true,
  years: null,
  ...more,
});
const nameservers = (list: readonly string[], acknowledge: ('LEAVES_LIVEDNS' | 'DNSSEC_MAY_BREAK')[] = []) => ({
  domain: NAME,
  nameservers: list,
  acknowledge,
});
const contacts = (more: Partial<SetContactsInput>): SetContactsInput => ({
  domain: NAME,
  admin: null,
  tech: null,
  billing: null,
  ...more,
});

/** Each change on the domain of {@link setup}, so that all of them keep the same rules. */
const CHANGES = [
  ['setAutoRenew', () => t.settings.setAutoRenew(t.scope(), autoRenew())],
  ['setNameservers', () => t.settings.setNameservers(t.scope(), nameservers(OTHERS, ['LEAVES_LIVEDNS']))],
  ['setContacts', () => t.settings.setContacts(t.scope(), contacts({ tech: { contact: PERSON } }))],
  ['regenerateAuthCode', () => t.settings.regenerateAuthCode(t.scope(), NAME)],
] as const;
const PREVIEWS = [
  ['previewAutoRenew', () => t.settings.previewAutoRenew(t.scope(), autoRenew())],
  ['previewNameservers', () => t.settings.previewNameservers(t.scope(), nameservers(OTHERS))],
  ['previewContacts', () => t.settings.previewContacts(t.scope(), contacts({ tech: { contact: PERSON } }))],
  ['previewAuthCode', () => t.settings.previewAuthCode(t.scope(), NAME)],
] as const;

describe.each(CHANGES)('%s', (action, change) => {
  test('reads, writes once, looks once, and is in the audit log', async () => {
    await setup();
    expect(await change()).toMatchObject({ domain: { name: NAME, freshness: { state: 'LIVE' } }, inEffect: true });
    expect(t.gandi.sent()).toEqual([`domain:${NAME}`, expect.stringMatching(`:${NAME}$`), `domain:${NAME}`]);
    expect(writes()).toHaveLength(1);
    expect(t.audited).toEqual([`key:k1 ${action} ${NAME} reseller`]);
  });

  test.each([
    ['pendingTransfer', /transfer to another registrar/],
    ['serverUpdateProhibited', /only the registry/],
    ['clientUpdateProhibited', /at Gandi/],
  ])('is refused in status %s, as Gandi shows it now, before anything is sent', async (status, words) => {
    await setup();
    t.gandi.world.domains[0] = { ...(t.gandi.world.domains[0] as FakeDomain), eppStatuses: ['ok', status] };
    const error = await outcome(change());
    expect(error).toBeInstanceOf(DomainLockedError);
    expect(error).toMatchObject({ code: 'DOMAIN_LOCKED', statuses: [status], path: ['input', 'domain'] });
    expect(error.message).toMatch(words);
    expect([writes(), t.audited]).toEqual([[], []]);
  });

  test('is made although the transfer lock is on', async () => {
    await setup({ eppStatuses: ['clientTransferProhibited', 'serverTransferProhibited'] });
    expect(await change()).toMatchObject({ inEffect: true });
  });

  test('a refusal is told with its reasons, and a domain Gandi does not know is not found', async () => {
    await setup();
    const problems = [{ field: 'x', message: '.example has none' }];
    const end = t.gandi.fail(
      /^(autorenew|nameservers|contacts|authinfo):/,
      new UpstreamError('no', { kind: 'invalid', status: 400, endpoint: 'PUT /x', problems }),
    );
    const refused = await outcome(change());
    expect(refused).toBeInstanceOf(RejectedByGandiError);
    expect(refused).toMatchObject({ problems, message: expect.stringContaining('.example has none') });
    end();
    t.gandi.fail(/^domain:/, failure('not-found', { status: 404 }));
    expect(await outcome(change())).toBeInstanceOf(NotFoundError);
    expect(writes()).toHaveLength(1);
  });

  test('nothing is sent when Gandi cannot be read', async () => {
    await setup();
    t.gandi.fail(/^domain:/, failure('busy', { retryAfterMs: 700 }));
    expect(await outcome(change())).toMatchObject({ code: 'UPSTREAM_BUSY', retryAfterMs: 700 });
    expect([writes(), t.audited]).toEqual([[], []]);
  });

  test('an accepted change that cannot be looked at is still one', async () => {
    await setup();
    t.gandi.onAnswer((what) => {
      if (what.startsWith('domain:')) t.gandi.fail(/^domain:/, failure('unavailable', { status: 503 }));
    });
    expect(await settled(change())).toMatchObject({
      inEffect: false,
      domain: { name: NAME, freshness: { state: 'STALE' } },
    });
    expect(writes()).toHaveLength(1);
  });

  test('a lost answer is not repeated, and a fault when Gandi does not show the change', async () => {
    await setup();
    t.gandi.fail(/^(autorenew|nameservers|contacts|authinfo):/, LOST);
    expect(await settled(change())).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(writes()).toHaveLength(1);
    expect(t.clock.pending).toBe(0);
  });

  test('a lost answer is success when Gandi shows the change', async () => {
    await setup();
    const { port } = t.gandi;
    const real = port[action] as (...args: unknown[]) => Promise<void>;
    Object.assign(port, {
      [action]: async (...args: unknown[]) => {
        await real(...args);
        throw LOST;
      },
    });
    expect(await settled(change())).toMatchObject({ inEffect: true });
    expect(writes()).toHaveLength(1);
  });
});

describe.each(PREVIEWS)('%s', (_, preview) => {
  test('reads the domain once and sends nothing', async () => {
    await setup();
    expect(await preview()).toMatchObject({ domain: { name: NAME }, blockers: [], upstreamCalls: 3 });
    expect(t.gandi.sent()).toEqual([`domain:${NAME}`]);
    expect(t.audited).toEqual([]);
  });

  test('tells a lock as a blocker', async () => {
    await setup({ eppStatuses: ['serverUpdateProhibited'] });
    expect(await preview()).toMatchObject({ blockers: [{ code: 'DOMAIN_LOCKED', path: ['input', 'domain'] }] });
  });
});

describe('who may', () => {
  const sessions = [
    ['another organization', { organizationId: 'elsewhere' }],
    ['another client', { organizationId: 'reseller', clientId: 'c01' }],
  ] as const;

  test.each(sessions)('a key of %s finds no such domain, and Gandi is not asked', async (_, session) => {
    await setup();
    const scope = () => t.scope({ session });
    const all = await Promise.allSettled([
      t.settings.setAutoRenew(scope(), autoRenew()),
      t.settings.setNameservers(scope(), nameservers(OTHERS)),
      t.settings.setContacts(scope(), contacts({ admin: { contact: PERSON } })),
      t.settings.regenerateAuthCode(scope(), NAME),
      t.settings.previewAutoRenew(scope(), autoRenew()),
      t.settings.previewNameservers(scope(), nameservers(OTHERS)),
      t.settings.previewContacts(scope(), contacts({ admin: { contact: PERSON } })),
      t.settings.previewAuthCode(scope(), NAME),
    ]);
    for (const end of all) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } });
    expect(t.gandi.sent().filter((what) => what.includes(NAME))).toEqual([]);
    expect(t.audited).toEqual([]);
  });

  test('a domain that has gone to another client meanwhile is not found', async () => {
    await setup();
    t.gandi.world.domains[0] = { ...(t.gandi.world.domains[0] as FakeDomain), clientId: 'c01' };
    const scope = t.scope({ session: { organizationId: 'reseller', clientId: 'c00' } });
    expect(await outcome(t.settings.setAutoRenew(scope, autoRenew()))).toBeInstanceOf(NotFoundError);
    expect(writes()).toEqual([]);
  });

  test('the client whose domain it is may', async () => {
    await setup();
    const scope = t.scope({ session: { organizationId: 'reseller', clientId: 'c00' } });
    expect(await t.settings.setAutoRenew(scope, autoRenew())).toMatchObject({ inEffect: true });
  });

  test('a key without the scope may not', async () => {
    await setup();
    const scope = () => t.scope({ session: { scopes: new Set(['portfolio:read', 'authcode:read'] as const) } });
    await expect(t.settings.setAutoRenew(scope(), autoRenew())).rejects.toThrow('domain:manage');
    await expect(t.settings.setNameservers(scope(), nameservers([]))).rejects.toThrow('domain:manage');
    await expect(t.settings.setContacts(scope(), contacts({}))).rejects.toThrow('domain:manage');
    await expect(t.settings.regenerateAuthCode(scope(), NAME)).rejects.toThrow('domain:manage');
    await expect(t.settings.previewAuthCode(scope(), NAME)).rejects.toThrow('domain:manage');
    expect(t.gandi.calls).toHaveLength(0);
  });
});

describe('auto-renewal', () => {
  test('sends only what was asked, so that the payer and the years stay', async () => {
    await setup({ detail: { autoRenewal: PLAN } });
    const scope = t.scope();
    const changed = await t.settings.setAutoRenew(scope, autoRenew());
    expect(bodies()).toEqual([{ enabled: true }]);
    expect(changed.domain.autoRenew).toBe(true);
    expect((await t.domains.detail(scope, changed.domain))?.value.autoRenewal).toEqual({ ...PLAN, enabled: true });
  });

  test('sends the years that were asked, and looks until they are there', async () => {
    await setup({ detail: { autoRenewal: { ...PLAN, enabled: true } } });
    slowGandi('setAutoRenew', 2);
    const changed = await finish(t.settings.setAutoRenew(t.scope(), autoRenew({ years: 3 })));
    expect(bodies()).toEqual([{ enabled: true, years: 3 }]);
    expect(changed.inEffect).toBe(true);
    expect(t.gandi.sent().filter((what) => what === `domain:${NAME}`)).toHaveLength(4);
  });

  test('answers with what Gandi shows when that takes longer', async () => {
    await setup({ detail: { autoRenewal: PLAN } });
    slowGandi('setAutoRenew', 9);
    const changed = await finish(t.settings.setAutoRenew(t.scope(), autoRenew()));
    expect(changed).toMatchObject({ inEffect: false, domain: { autoRenew: false } });
    expect(t.clock.pending).toBe(0);
  });

  test('is sent also when Gandi shows it already', async () => {
    await setup({ detail: { autoRenewal: PLAN } });
    expect(await t.settings.setAutoRenew(t.scope(), autoRenew({ enabled: false }))).toMatchObject({ inEffect: true });
    expect(bodies()).toEqual([{ enabled: false }]);
  });

  test.each([0, 10, 1.5, Number.NaN])('%s years are refused without a call', async (years) => {
    await setup();
    const error = await outcome(t.settings.setAutoRenew(t.scope(), autoRenew({ years })));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'years'] });
    expect(t.gandi.calls).toHaveLength(0);
  });

  const effects = async (attemptsAt: readonly number[], more: Parameters<typeof autoRenew>[0] = {}) => {
    await setup({ detail: { autoRenewal: { ...PLAN, attemptsAt } } });
    const preview = await t.settings.previewAutoRenew(t.scope(), autoRenew(more));
    expect(preview.attemptsAt).toEqual(attemptsAt);
    return preview.effects.join(' ');
  };

  test("the dry run tells the dates of Gandi's attempts", async () => {
    const text = await effects(PLAN.attemptsAt, { years: 2 });
    expect(text).toContain('2030-01-31, 2030-03-02');
    expect(text).toContain('adds 2 years');
    expect(text).not.toContain('passed');
  });

  test('an attempt that has passed is told, with the next one', async () => {
    expect(await effects([NOW - DAY, NOW + 15 * DAY])).toMatch(/of 2029-12-31 has passed.*next one is on 2030-01-16/);
  });

  test('when all have passed nothing is renewed in this term', async () => {
    expect(await effects([NOW - 2 * DAY, NOW - DAY])).toMatch(/Every attempt .* has passed.*renewDomain/);
  });

  test('switched off, the domain runs out', async () => {
    expect(await effects(PLAN.attemptsAt, { enabled: false })).toMatch(/expires on 2031-01-01 unless.*are not made/);
  });

  test('in French for those who read it', async () => {
    await setup({ detail: { autoRenewal: PLAN } });
    const { effects: words } = await t.settings.previewAutoRenew(t.scope({ session: { language: 'fr' } }), autoRenew());
    expect(words[0]).toContain('Gandi tente de renouveler');
  });
});

describe('nameservers', () => {
  const liveDns = { detail: { nameservers: LIVEDNS, nameserverKind: 'LIVEDNS', services: ['gandilivedns'] } } as const;

  test('are sent as A-labels, and shown in whatever order', async () => {
    await setup(liveDns);
    const scope = t.scope();
    const list = ['NS1.Bücher.example.', 'ns2.example.org'];
    const changed = await t.settings.setNameservers(scope, nameservers(list, ['LEAVES_LIVEDNS']));
    expect(bodies()).toEqual([['ns1.xn--bcher-kva.example', 'ns2.example.org']]);
    expect(changed.inEffect).toBe(true);
    expect((await t.domains.detail(scope, changed.domain))?.value.nameservers).toEqual([
      'ns2.example.org',
      'ns1.xn--bcher-kva.example',
    ]);
  });

  test('leaving LiveDNS needs a word for each of its effects, and all are told', async () => {
    await setup({ detail: { ...liveDns.detail, services: ['gandilivedns', 'dnssec', 'mailboxv2', 'redirection'] } });
    const names = ['LEAVES_LIVEDNS', 'DNSSEC_MAY_BREAK', 'SERVICES_MAY_STOP'] as const;
    for (const acknowledge of [[], names.slice(0, 2), names.slice(1)]) {
      const error = await outcome(t.settings.setNameservers(t.scope(), { ...nameservers(OTHERS), acknowledge }));
      expect(error).toBeInstanceOf(ConfirmationNeededError);
      expect(error).toMatchObject({ code: 'CONFIRMATION_NEEDED', path: ['input', 'acknowledge'] });
      expect((error as ConfirmationNeededError).effects.map(({ name }) => name)).toEqual(names);
      expect((error as ConfirmationNeededError).effects[2]?.message).toContain('mailboxv2, redirection');
    }
    expect([writes(), t.audited]).toEqual([[], []]);
    const all = { ...nameservers(OTHERS), acknowledge: names };
    expect(await t.settings.setNameservers(t.scope(), all)).toMatchObject({ inEffect: true });
  });

  const preview = async (today: Partial<FakeDomain['detail']>, list: readonly string[]) => {
    await setup({ detail: { ...today } });
    const { effects } = await t.settings.previewNameservers(t.scope(), nameservers(list));
    return effects.map(({ name }) => name);
  };

  test('other LiveDNS hosts have no side effect', async () => {
    const today = { ...liveDns.detail, services: ['gandilivedns', 'dnssec', 'mailboxv2'] };
    expect(await preview(today, ['ns-1-a.gandi.net', 'ns-2-b.gandi.net'])).toEqual([]);
  });

  test('from other hosts to others only signatures can break', async () => {
    const today = { nameservers: ['a.example.org', 'b.example.org'], nameserverKind: 'OTHER' } as const;
    expect(await preview({ ...today, services: ['dnssec', 'mailboxv2'] }, OTHERS)).toEqual(['DNSSEC_MAY_BREAK']);
    await t.close();
    expect(await preview({ ...today, services: ['dnssec'] }, ['B.example.org', 'a.example.org'])).toEqual([]);
    await t.close();
    expect(await preview({ ...today, services: [] }, OTHERS)).toEqual([]);
  });

  test('from the classic ones, services that need their records may stop', async () => {
    const today = { nameservers: ['a.dns.gandi.net', 'b.dns.gandi.net'], nameserverKind: 'CLASSIC' } as const;
    expect(await preview({ ...today, services: ['gandidns', 'mailboxv2'] }, OTHERS)).toEqual(['SERVICES_MAY_STOP']);
    await t.close();
    expect(await preview({ ...today, services: ['gandidns', 'mailboxv2'] }, LIVEDNS)).toEqual([]);
  });

  test('every host at fault is told at once, without a call', async () => {
    await setup();
    const list = ['ns1.example.net', 'NS1.example.net.', 'localhost', '192.0.2.1', 'ns_1.example.net', 'a..b.example'];
    const error = (await outcome(t.settings.setNameservers(t.scope(), nameservers(list)))) as InvalidInputError;
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.fields.map(({ path }) => path.join('.'))).toEqual([
      'input.nameservers.1',
      'input.nameservers.2',
      'input.nameservers.3',
      'input.nameservers.4',
      'input.nameservers.5',
    ]);
    expect(t.gandi.calls).toHaveLength(0);
  });

  test.each([[[]], [['ns1.example.net']], [Array.from({ length: 14 }, (_, index) => `ns${index}.example.net`)]])(
    'there are two to thirteen: %j',
    async (list) => {
      await setup();
      const error = await outcome(t.settings.setNameservers(t.scope(), nameservers(list)));
      expect(error).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: ['input', 'nameservers'] }] });
      expect(t.gandi.calls).toHaveLength(0);
    },
  );

  test('a host within the domain needs to be in use already', async () => {
    await setup({
      detail: { nameservers: [`ns1.${NAME}`, 'ns2.example.net'], nameserverKind: 'OTHER', services: [] },
    });
    const list = [`NS1.${NAME}`, `ns3.${NAME}`, NAME];
    const error = (await outcome(t.settings.setNameservers(t.scope(), nameservers(list)))) as InvalidInputError;
    expect(error.fields.map(({ path }) => path.at(-1))).toEqual(['1', '2']);
    expect(error.message).toContain('glue');
    expect(await t.settings.previewNameservers(t.scope(), nameservers(list))).toMatchObject({
      blockers: [{ code: 'INVALID_INPUT', path: ['input', 'nameservers', '1'] }],
    });
    expect(writes()).toEqual([]);
    const inUse = nameservers([`NS1.${NAME}`, 'ns4.example.net']);
    expect(await t.settings.setNameservers(t.scope(), inUse)).toMatchObject({ inEffect: true });
  });
});

describe('contacts', () => {
  test('are checked and sent in the form of Gandi, with privacy on, and no others', async () => {
    await setup();
    const scope = t.scope();
    const changed = await t.settings.setContacts(scope, contacts({ tech: { contact: PERSON } }));
    const sent = {
      type: 'INDIVIDUAL',
      givenName: 'Ana',
      familyName: 'García',
      email: 'ana@example.net',
      street: '1 rue de la Paix',
      zip: '75002',
      city: 'Paris',
      country: 'FR',
      phone: '+33.123456789',
      isDataObfuscated: true,
      isMailObfuscated: true,
    };
    expect(bodies()).toEqual([{ tech: sent }]);
    expect(changed.inEffect).toBe(true);
    expect((await t.domains.detail(scope, changed.domain))?.value.contacts.tech?.givenName).toBe('Ana');
  });

  test('can be copies of clients', async () => {
    await setup();
    await t.settings.setContacts(t.scope(), contacts({ admin: { clientId: 'c01' }, billing: { clientId: 'c01' } }));
    const copy = expect.objectContaining({
      companyName: 'Company c01',
      email: 'c01@example.net',
      phone: '+358.401234567',
      isDataObfuscated: true,
      isMailObfuscated: true,
    });
    expect(bodies()).toEqual([{ admin: copy, billing: copy }]);
    expect(t.gandi.sent().filter((what) => what.startsWith('client:'))).toHaveLength(1);
  });

  test('every field of every contact at fault is told at once, without a call', async () => {
    await setup();
    const wrong = { ...PERSON, email: 'nobody', phone: '12' };
    const error = (await outcome(
      t.settings.setContacts(t.scope(), contacts({ admin: { contact: wrong }, billing: { contact: wrong } })),
    )) as InvalidInputError;
    expect(error.fields.map(({ path }) => path.join('.'))).toEqual([
      'input.admin.contact.email',
      'input.admin.contact.phone',
      'input.billing.contact.email',
      'input.billing.contact.phone',
    ]);
    expect(t.gandi.calls).toHaveLength(0);
  });

  test('at least one has to be given; the registrant changes elsewhere', async () => {
    await setup();
    const error = await outcome(t.settings.setContacts(t.scope(), contacts({})));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toContain('changeRegistrant');
    expect(t.gandi.calls).toHaveLength(0);
  });

  test('a client that is not there, or not the caller’s to see, is not found', async () => {
    await setup();
    const change = contacts({ tech: { clientId: 'nobody' } });
    const error = await outcome(t.settings.setContacts(t.scope(), change));
    expect(error).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'tech', 'clientId'] });
    const scope = t.scope({ session: { organizationId: 'reseller', clientId: 'c00' } });
    const hidden = await outcome(t.settings.setContacts(scope, contacts({ tech: { clientId: 'c01' } })));
    expect(hidden).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'tech', 'clientId'], message: error.message });
    expect([writes(), t.audited]).toEqual([[], []]);
  });

  test('a client whose data is not enough is told', async () => {
    await setup();
    const [, entry] = t.gandi.world.clients;
    if (entry) entry.client = { ...entry.client, address: { ...entry.client.address, street: null } };
    const error = await outcome(t.settings.setContacts(t.scope(), contacts({ tech: { clientId: 'c01' } })));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'tech', 'clientId'] });
    expect(error.message).toContain('street');
  });
});

describe('the auth code', () => {
  test('is never part of the answer; its expiry is', async () => {
    await setup();
    const before = Date.UTC(2030, 1, 1);
    expect(await t.settings.regenerateAuthCode(t.scope(), NAME)).toEqual({
      domain: expect.objectContaining({ name: NAME }),
      inEffect: true,
      authCodeExpiresAt: before + DAY,
    });
    expect(t.gandi.sent()).not.toContain(`authcode:${NAME}`);
  });

  test('each time is a new one, also when asked at once again', async () => {
    await setup();
    await t.settings.regenerateAuthCode(t.scope(), NAME);
    await t.clock.advance(1);
    await t.settings.regenerateAuthCode(t.scope(), NAME);
    expect(writes()).toHaveLength(2);
  });

  test('the old expiry is not told for a code that Gandi has not made yet', async () => {
    await setup();
    Object.assign(t.gandi.port, { regenerateAuthCode: async () => undefined });
    const changed = await finish(t.settings.regenerateAuthCode(t.scope(), NAME));
    expect(changed).toMatchObject({ inEffect: false, authCodeExpiresAt: null });
  });
});

describe('over the schema', () => {
  const run = (source: string, variables: Record<string, unknown> = {}) => {
    const { services } = createFakeServices();
    const real = { ...services, settings: t.settings, domains: t.domains, clients: services.clients };
    return runOperation({ ...real, scope: () => t.scope() }, source, variables);
  };

  test('setNameservers asks for confirmation, then does it', async () => {
    await setup({ detail: { nameservers: LIVEDNS } });
    const source = `mutation ($input: SetNameserversInput!) { setNameservers(input: $input) {
      __typename
      ... on ConfirmationNeeded { toAcknowledge { name message } }
      ... on SetNameserversPreview { nameservers effects { name message } blockers { code } upstreamCalls domain { nameservers } }
      ... on SetNameserversSuccess { inEffect domain { name nameservers } }
      ... on Error { code path }
    } }`;
    const input = { domain: 'D0000.example', nameservers: OTHERS };
    const dry = await run(source, { input: { ...input, dryRun: true } });
    const effects = [{ name: 'LEAVES_LIVEDNS', message: expect.stringContaining('stops answering') }];
    expect([dry.errors, dry.data.setNameservers]).toEqual([
      [],
      {
        __typename: 'SetNameserversPreview',
        nameservers: OTHERS,
        effects,
        blockers: [],
        upstreamCalls: 3,
        domain: { nameservers: LIVEDNS },
      },
    ]);
    expect((await run(source, { input })).data.setNameservers).toEqual({
      __typename: 'ConfirmationNeeded',
      code: 'CONFIRMATION_NEEDED',
      path: ['input', 'acknowledge'],
      toAcknowledge: effects,
    });
    expect(writes()).toEqual([]);
    const done = await run(source, { input: { ...input, acknowledge: ['LEAVES_LIVEDNS'] } });
    expect(done.data.setNameservers).toEqual({
      __typename: 'SetNameserversSuccess',
      inEffect: true,
      domain: { name: NAME, nameservers: OTHERS.toReversed() },
    });
  });

  test('setAutoRenew, setContacts and regenerateAuthCode answer with their members', async () => {
    await setup({ detail: { autoRenewal: PLAN } });
    const source = `mutation ($contact: ClientDataInput!, $dryRun: Boolean!) {
      setAutoRenew(input: { domain: "${NAME}", enabled: true, years: 2, dryRun: $dryRun }) {
        __typename ... on SetAutoRenewPreview { attemptsAt effects } ... on SetAutoRenewSuccess { effects domain { autoRenew autoRenewal { durationYears } } }
      }
      setContacts(input: { domain: "${NAME}", billing: { contact: $contact }, dryRun: $dryRun }) {
        __typename ... on SetContactsPreview { effects } ... on SetContactsSuccess { domain { billingContact { familyName } } }
      }
      regenerateAuthCode(input: { domain: "${NAME}", dryRun: $dryRun }) {
        __typename ... on RegenerateAuthCodePreview { effects } ... on RegenerateAuthCodeSuccess { authCodeExpiresAt inEffect }
      }
    }`;
    const contact = { ...PERSON, country: 'FR' };
    const dry = await run(source, { contact, dryRun: true });
    expect(dry.errors).toEqual([]);
    expect(dry.data).toMatchObject({
      setAutoRenew: { __typename: 'SetAutoRenewPreview', attemptsAt: [expect.anything(), expect.anything()] },
      setContacts: { __typename: 'SetContactsPreview', effects: [expect.any(String), expect.any(String)] },
      regenerateAuthCode: { __typename: 'RegenerateAuthCodePreview', effects: [expect.any(String)] },
    });
    expect(writes()).toEqual([]);
    const { data, errors } = await run(source, { contact, dryRun: false });
    expect(errors).toEqual([]);
    expect(data).toMatchObject({
      setAutoRenew: {
        __typename: 'SetAutoRenewSuccess',
        domain: { autoRenew: true, autoRenewal: { durationYears: 2 } },
      },
      setContacts: { __typename: 'SetContactsSuccess', domain: { billingContact: { familyName: 'García' } } },
      regenerateAuthCode: { __typename: 'RegenerateAuthCodeSuccess', inEffect: true },
    });
    expect(writes()).toEqual([`autorenew:${NAME}`, `contacts:${NAME}`, `authinfo:${NAME}`]);
  });

  test('a locked domain tells its statuses', async () => {
    await setup({ eppStatuses: ['serverUpdateProhibited'] });
    const { data } = await run(`mutation { regenerateAuthCode(input: { domain: "${NAME}" }) {
      ... on DomainLocked { statuses } ... on Error { code message } } }`);
    expect(data.regenerateAuthCode).toMatchObject({ code: 'DOMAIN_LOCKED', statuses: ['serverUpdateProhibited'] });
  });
});
