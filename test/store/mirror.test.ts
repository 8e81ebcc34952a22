// What the mirror writes: newer facts replace older ones, never the other way round, and each fact keeps its own age.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OrganizationRecord } from '../../src/store/records.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { clientRow, DAY, DETAIL, domainRow, EVERYTHING, NOON } from './samples.ts';

const CLIENT_DETAIL = {
  address: { street: '1 rue de la Paix', zip: '75002', city: 'Paris', country: 'FR', region: null },
  phone: '+33.123456789',
  fax: null,
  reference: 'R-1',
  language: 'fr',
};

describeStore('the mirror', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());
  const domain = async (name: string) => (await test.store.domains.byNames([name]))[0];

  it('gives back domains exactly as they were written', async () => {
    const row = domainRow({
      name: 'xn--caf-dma.fr',
      unicodeName: 'café.fr',
      eppStatuses: ['clientTransferProhibited', 'clientHold'],
      tags: ['with "quotes", commas and \\', ''],
      registrantName: 'Zoé',
      nameserverKind: null,
      expiresAt: NOON + 1,
      updatedAt: NOON - 1,
    });
    await test.store.domains.upsertRows([row]);
    expect(await domain(row.name)).toEqual({
      ...row,
      clientId: null,
      clientAsOf: null,
      presence: 'PRESENT',
      presenceReason: null,
      presenceAsOf: NOON,
      detailAsOf: null,
    });
  });

  it('never lets an older row of a domain overwrite a newer one, also within one batch', async () => {
    const newer = domainRow({ name: 'a.fr', autoRenew: true, rowAsOf: NOON + 1 });
    await test.store.domains.upsertRows([newer, domainRow({ name: 'a.fr', autoRenew: false, rowAsOf: NOON })]);
    expect(await domain('a.fr')).toMatchObject({ autoRenew: true, rowAsOf: NOON + 1 });
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr', autoRenew: false, rowAsOf: NOON })]);
    expect(await domain('a.fr')).toMatchObject({ autoRenew: true, rowAsOf: NOON + 1 });
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr', autoRenew: false, rowAsOf: NOON + 1 })]);
    expect(await domain('a.fr')).toMatchObject({ autoRenew: false });
  });

  it('keeps client and detail when a new row comes', async () => {
    const row = domainRow({ name: 'a.fr' });
    await test.store.domains.upsertDetail(row, DETAIL, 'client-1', NOON);
    await test.store.domains.upsertRows([{ ...row, rowAsOf: NOON + DAY, registrantName: 'New' }]);
    expect(await domain('a.fr')).toMatchObject({
      clientId: 'client-1',
      clientAsOf: NOON,
      detailAsOf: NOON,
      registrantName: 'New',
    });
    expect(await test.store.domains.details([{ organizationId: 'org-1', name: 'a.fr' }])).toEqual([
      { organizationId: 'org-1', name: 'a.fr', detail: DETAIL, asOf: NOON },
    ]);
    expect(await test.store.domains.details([{ organizationId: 'org-2', name: 'a.fr' }])).toEqual([]);
  });

  it('keeps the newest detail and the newest link, each for itself', async () => {
    const row = domainRow({ name: 'a.fr' });
    await test.store.domains.upsertDetail(row, DETAIL, 'client-1', NOON + 10);
    await test.store.domains.linkClients([{ organizationId: 'org-1', name: 'a.fr', clientId: 'client-2' }], NOON + 20);
    await test.store.domains.upsertDetail(row, { ...DETAIL, reachability: 'pending' }, 'client-1', NOON + 15);
    expect(await domain('a.fr')).toMatchObject({ clientId: 'client-2', clientAsOf: NOON + 20, detailAsOf: NOON + 15 });
    await test.store.domains.upsertDetail(row, DETAIL, null, NOON + 5);
    await test.store.domains.linkClients([{ organizationId: 'org-1', name: 'a.fr', clientId: null }], NOON + 19);
    expect(await domain('a.fr')).toMatchObject({ clientId: 'client-2', detailAsOf: NOON + 15 });
    const [detail] = await test.store.domains.details([{ organizationId: 'org-1', name: 'a.fr' }]);
    expect(detail?.detail.reachability).toBe('pending');
  });

  it('makes a domain present again only by a row read after its absence was decided', async () => {
    const key = { organizationId: 'org-1', name: 'a.fr' };
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr', rowAsOf: NOON })]);
    await test.store.domains.setPresence([key], 'ABSENT_CONFIRMED', 'gone', NOON + 10);
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr', rowAsOf: NOON + 9, tags: ['late'] })]);
    expect(await domain('a.fr')).toMatchObject({
      presence: 'ABSENT_CONFIRMED',
      presenceReason: 'gone',
      tags: ['late'],
    });
    await test.store.domains.setPresence([key], 'UNKNOWN', 'older verdict', NOON + 5);
    expect(await domain('a.fr')).toMatchObject({ presence: 'ABSENT_CONFIRMED' });
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr', rowAsOf: NOON + 11 })]);
    expect(await domain('a.fr')).toMatchObject({ presence: 'PRESENT', presenceReason: null, presenceAsOf: NOON + 11 });
  });

  it('names what a complete list no longer had, and counts what lacks a link', async () => {
    const rows = ['a.fr', 'b.fr', 'c.fr'].map((name, n) => domainRow({ name, rowAsOf: NOON + n }));
    await test.store.domains.upsertRows([...rows, domainRow({ name: 'a.fr', organizationId: 'org-2', rowAsOf: NOON })]);
    await test.store.domains.setPresence(
      [{ organizationId: 'org-1', name: 'b.fr' }],
      'ABSENT_CONFIRMED',
      null,
      NOON + 9,
    );
    expect(await test.store.domains.unseenSince('org-1', NOON + 2)).toEqual([
      { organizationId: 'org-1', name: 'a.fr' },
    ]);
    expect(await test.store.domains.unseenSince(null, NOON + 2)).toHaveLength(2);
    expect(await test.store.domains.countUnlinked('org-1', NOON)).toBe(2);
    await test.store.domains.linkClients([{ organizationId: 'org-1', name: 'a.fr', clientId: null }], NOON);
    expect(await test.store.domains.countUnlinked('org-1', NOON)).toBe(1);
    expect(await test.store.domains.countUnlinked('org-1', NOON + 1)).toBe(2);
  });

  it('links to no client what the lists of all clients left over', async () => {
    const names = ['linked.fr', 'left.fr', 'new.fr', 'gone.fr'];
    await test.store.domains.upsertRows(
      names.map((name) => domainRow({ name, rowAsOf: name === 'new.fr' ? NOON + 9 : NOON })),
    );
    await test.store.domains.setPresence(
      [{ organizationId: 'org-1', name: 'gone.fr' }],
      'ABSENT_CONFIRMED',
      null,
      NOON,
    );
    await test.store.domains.linkClients([{ organizationId: 'org-1', name: 'left.fr', clientId: 'client-1' }], NOON);
    await test.store.domains.linkClients(
      [{ organizationId: 'org-1', name: 'linked.fr', clientId: 'client-1' }],
      NOON + 5,
    );
    await test.store.domains.linkUnclaimed('org-1', NOON + 1, NOON + 6);
    expect(await domain('linked.fr')).toMatchObject({ clientId: 'client-1', clientAsOf: NOON + 5 });
    expect(await domain('left.fr')).toMatchObject({ clientId: null, clientAsOf: NOON + 6 });
    expect(await domain('new.fr')).toMatchObject({ clientAsOf: null });
    expect(await domain('gone.fr')).toMatchObject({ clientAsOf: null });
  });

  it('names details to read: soon to expire first, then never read, then the oldest', async () => {
    const expires = {
      soon: NOON + 2 * DAY,
      sooner: NOON + DAY,
      never: null,
      old: NOON + 90 * DAY,
      older: null,
      fresh: NOON + DAY,
    };
    for (const [name, expiresAt] of Object.entries(expires))
      await test.store.domains.upsertRows([domainRow({ name: `${name}.fr`, expiresAt })]);
    const read = (name: string, asOf: number) =>
      test.store.domains.upsertDetail(
        domainRow({ name: `${name}.fr`, expiresAt: expires[name as keyof typeof expires] }),
        DETAIL,
        null,
        asOf,
      );
    await read('old', NOON - 1);
    await read('older', NOON - 2);
    await read('soon', NOON - 3);
    await read('fresh', NOON);
    const due = await test.store.domains.detailsDue({ olderThan: NOON, expiringBefore: NOON + 30 * DAY, limit: 10 });
    expect(due.map(({ name }) => name)).toEqual(['sooner.fr', 'soon.fr', 'never.fr', 'older.fr', 'old.fr']);
    expect(await test.store.domains.detailsDue({ olderThan: NOON, expiringBefore: NOON, limit: 1 })).toHaveLength(1);
  });

  it('keeps clients with their details, and lists neither missing ones nor their names twice', async () => {
    const row = clientRow({
      id: 'client-1',
      name: 'Émile & fils',
      firstName: 'Marie',
      lastName: 'Curie',
      companyName: 'Radium',
    });
    await test.store.clients.upsertDetail(row, CLIENT_DETAIL, NOON + 1);
    await test.store.clients.upsertRows([{ ...row, rowAsOf: NOON - 1, name: 'older' }, clientRow({ id: 'client-2' })]);
    expect(await test.store.clients.byIds(['client-1'])).toEqual([
      { ...row, detail: CLIENT_DETAIL, detailAsOf: NOON + 1, missingAt: null },
    ]);
    await test.store.clients.upsertDetail(row, { ...CLIENT_DETAIL, reference: 'older' }, NOON);
    expect((await test.store.clients.byIds(['client-1']))[0]?.detail?.reference).toBe('R-1');

    const found = (text: string) => test.store.clients.count({ visibility: EVERYTHING, filter: { text } });
    for (const text of ['ÉMILE', 'marie curie', 'radium', 'CLIENT-1@']) expect(await found(text)).toBe(1);
    for (const text of ['%', '_', 'client_1', 'r%m', '\\', 'curie\nradium', '\u0000'])
      expect(await found(text)).toBe(0);

    await test.store.clients.upsertRows([clientRow({ id: 'client-2', rowAsOf: NOON + 5 })]);
    await test.store.clients.markUnseenMissing('org-1', NOON + 5);
    expect(await test.store.clients.ids('org-1')).toEqual(['client-2']);
    expect(await test.store.clients.count({ visibility: EVERYTHING, filter: {} })).toBe(1);
    expect(await test.store.clients.byIds(['client-1'])).toMatchObject([{ missingAt: NOON + 5 }]);
    await test.store.clients.markUnseenMissing('org-1', NOON + 5.5);
    expect(await test.store.clients.byIds(['client-1'])).toMatchObject([{ missingAt: NOON + 5 }]);
    await test.store.clients.upsertRows([{ ...row, rowAsOf: NOON + 6 }]);
    expect(await test.store.clients.ids('org-1')).toEqual(['client-1', 'client-2']);
  });

  it('tells clients with domains from those without', async () => {
    await test.store.clients.upsertRows([clientRow({ id: 'client-1' }), clientRow({ id: 'client-2' })]);
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr' })]);
    await test.store.domains.linkClients([{ organizationId: 'org-1', name: 'a.fr', clientId: 'client-1' }], NOON);
    const ids = async (hasDomains: boolean) => {
      const page = await test.store.clients.list({
        visibility: EVERYTHING,
        filter: { hasDomains },
        orderBy: { field: 'NAME', direction: 'ASC' },
        page: { first: 10 },
      });
      return page.rows.map(({ row }) => row.id);
    };
    expect(await ids(true)).toEqual(['client-1']);
    expect(await ids(false)).toEqual(['client-2']);
    await test.store.domains.setPresence([{ organizationId: 'org-1', name: 'a.fr' }], 'ABSENT_CONFIRMED', null, NOON);
    expect(await ids(true)).toEqual([]);
  });

  it('marks organizations missing once, and takes it back when they are there again', async () => {
    const organization = (id: string, asOf: number): Omit<OrganizationRecord, 'missingAt'> => ({
      id,
      name: id,
      type: 'RESELLER',
      companyName: 'Ltd',
      firstName: null,
      lastName: null,
      email: null,
      isReseller: true,
      isCorporate: false,
      vatNumber: null,
      asOf,
    });
    await test.store.organizations.replaceAll([organization('a', NOON), organization('b', NOON)], NOON);
    await test.store.organizations.replaceAll([organization('a', NOON + 1)], NOON + 1);
    await test.store.organizations.replaceAll([organization('a', NOON + 2)], NOON + 2);
    expect(await test.store.organizations.all()).toEqual([
      { ...organization('a', NOON + 2), missingAt: null },
      { ...organization('b', NOON), missingAt: NOON + 1 },
    ]);
    await test.store.organizations.replaceAll([organization('b', NOON + 3)], NOON + 3);
    expect(await test.store.organizations.all()).toMatchObject([{ missingAt: NOON + 3 }, { missingAt: null }]);
  });

  it('replaces the set of TLDs and keeps the details of those that stay', async () => {
    const detail = {
      category: 'CCTLD',
      hasTransferLock: false,
      canChangeRegistrant: true,
      needsAuthCodeForTransfer: true,
      isCorporate: false,
    } as const;
    await test.store.tlds.replaceNames(['fr', 'com', 'fr'], NOON);
    await test.store.tlds.putDetail('fr', detail, NOON + 1);
    await test.store.tlds.putDetail('fr', { ...detail, hasTransferLock: true }, NOON);
    await test.store.tlds.replaceNames(['fr', 'org'], NOON + 2);
    expect(await test.store.tlds.all()).toEqual([
      { name: 'fr', detail, rowAsOf: NOON + 2, detailAsOf: NOON + 1 },
      { name: 'org', detail: null, rowAsOf: NOON + 2, detailAsOf: null },
    ]);
  });

  it('keeps prices by organization, currency, TLD and process', async () => {
    const price = {
      minYears: 1,
      maxYears: 1,
      beforeTaxes: { minor: 1_550, currency: 'EUR' },
      afterTaxes: { minor: 1_860, currency: 'EUR' },
      normalBeforeTaxes: null,
      normalAfterTaxes: null,
      isDiscounted: false,
      isPremium: false,
    };
    const row = {
      organizationId: 'org-1',
      currency: 'EUR',
      tld: 'fr',
      process: 'TRANSFER' as const,
      prices: [price],
      asOf: NOON,
    };
    await test.store.prices.put([
      row,
      { ...row, tld: 'com' },
      { ...row, process: 'RENEW' },
      { ...row, currency: 'USD' },
    ]);
    await test.store.prices.put([{ ...row, prices: [], asOf: NOON - 1 }]);
    const get = (given: { tlds?: string[]; processes: string[] }) =>
      test.store.prices.get({ organizationId: 'org-1', currency: 'EUR', ...given });
    expect(await get({ tlds: ['fr'], processes: ['TRANSFER'] })).toEqual([row]);
    expect((await get({ processes: ['RENEW', 'TRANSFER'] })).map(({ tld, process }) => [tld, process])).toEqual([
      ['com', 'TRANSFER'],
      ['fr', 'RENEW'],
      ['fr', 'TRANSFER'],
    ]);
  });

  it('keeps the state of lists, facts and audit entries', async () => {
    const list = {
      key: 'domains',
      completeAt: null,
      startedAt: NOON,
      total: 1_000,
      fetched: 100,
      lastError: null,
      lastErrorAt: null,
    };
    await test.store.mirrorLists.put(list);
    await test.store.mirrorLists.put({
      ...list,
      fetched: 1_000,
      completeAt: NOON + 1,
      lastError: '502',
      lastErrorAt: NOON,
    });
    expect(await test.store.mirrorLists.get('domains')).toEqual({
      ...list,
      fetched: 1_000,
      completeAt: NOON + 1,
      lastError: '502',
      lastErrorAt: NOON,
    });
    expect(await test.store.mirrorLists.get('tlds')).toBeNull();
    expect(await test.store.mirrorLists.all()).toHaveLength(1);

    expect(await test.store.facts.get('account')).toBeNull();
    await test.store.facts.set('account', 'a');
    await test.store.facts.set('account', 'b');
    expect(await test.store.facts.get('account')).toBe('b');

    await test.store.audit.append({
      organizationId: null,
      actor: 'key',
      action: 'read',
      subject: 'a.fr',
      requestId: 'r',
      occurredAt: NOON,
    });
    expect(await test.query('SELECT actor, action, subject, request_id, occurred_at FROM audit_entries')).toEqual([
      { actor: 'key', action: 'read', subject: 'a.fr', request_id: 'r', occurred_at: new Date(NOON) },
    ]);
  });

  it('does nothing, and fails on nothing, when given nothing', async () => {
    await test.store.domains.upsertRows([]);
    await test.store.domains.linkClients([], NOON);
    await test.store.domains.setPresence([], 'UNKNOWN', null, NOON);
    await test.store.clients.upsertRows([]);
    await test.store.prices.put([]);
    expect(await test.store.domains.details([])).toEqual([]);
    expect(await test.store.domains.byNames([])).toEqual([]);
    expect(await test.store.clients.byIds([])).toEqual([]);
    await test.store.ping();
  });
});
