// What the mirror tells of domains: exactly what changed, once, to whom it concerns, in the transaction of the change.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DomainChanged, DomainDrifted, DomainFacts } from '../../src/store/event-payloads.ts';
import { LIST_KEYS } from '../../src/store/list-keys.ts';
import type { ContactRecord, EventRecord } from '../../src/store/records.ts';
import type { DomainRowWrite } from '../../src/store/store.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { DAY, DETAIL, domainRow, NOON, order } from './samples.ts';

const KEY = { organizationId: 'org-1', name: 'a.fr' };
const LATER = NOON + DAY;

const REGISTRANT: ContactRecord = {
  type: 'INDIVIDUAL',
  givenName: 'Ada',
  familyName: 'Martin',
  companyName: null,
  email: 'ada@example.net',
  address: { street: '1 rue Haute', zip: '75001', city: 'Paris', country: 'FR', region: null },
  phone: '+33.123456789',
  mobile: null,
  fax: null,
  language: 'fr',
  isDataObfuscated: true,
  isMailObfuscated: true,
  sameAsRegistrant: null,
  validation: 'done',
  reachability: 'done',
  extraParameters: {},
};
const WITH_REGISTRANT = { ...DETAIL, contacts: { ...DETAIL.contacts, registrant: REGISTRANT } };

describeStore('what is told of domains', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  const complete = (key: string) =>
    test.store.mirrorLists.put({
      key,
      completeAt: NOON,
      startedAt: NOON,
      total: 1,
      fetched: 1,
      lastError: null,
      lastErrorAt: null,
    });
  const log = async () => {
    const events: EventRecord[] = [];
    for (let page = await test.store.events.after(0n, 1000); page.length > 0; ) {
      events.push(...page);
      page = await test.store.events.after(page.at(-1)?.sequence ?? 0n, 1000);
    }
    return events;
  };
  const summary = (events: readonly EventRecord[]) =>
    events.map(({ type, clientId, payload }) => ({
      type,
      clientId,
      ...('fields' in payload && { fields: payload.fields }),
      ...('movement' in payload && payload.movement !== null && { movement: payload.movement }),
    }));
  /** A mirror whose list was complete, with one domain in it. */
  const given = async (row: Partial<DomainRowWrite> = {}, detail: typeof DETAIL | null = null) => {
    const first = { ...domainRow(KEY), clientId: 'client-1', ...row };
    await test.store.domains.upsertRows([first]);
    if (detail !== null) await test.store.domains.upsertDetail(first, detail, first.clientId ?? null, NOON);
    await complete(LIST_KEYS.domains);
    return first;
  };

  it('is nothing while the list was never complete', async () => {
    await test.store.domains.upsertRows([{ ...domainRow(KEY), clientId: 'client-1' }]);
    await test.store.domains.upsertRows([
      { ...domainRow({ ...KEY, tags: ['x'], rowAsOf: LATER }), clientId: 'client-2' },
    ]);
    await test.store.domains.upsertDetail(domainRow({ ...KEY, rowAsOf: LATER }), DETAIL, 'client-1', LATER);
    await test.store.domains.setPresence([KEY], 'ABSENT_CONFIRMED', 'gone', LATER);
    expect(await log()).toEqual([]);
  });

  it('is nothing when nothing changed but the time it was looked at and the order of lists', async () => {
    const row = await given({ tags: ['a', 'b'], eppStatuses: ['ok', 'clientTransferProhibited'] }, WITH_REGISTRANT);
    const again = {
      ...row,
      tags: ['b', 'a'],
      eppStatuses: ['clientTransferProhibited', 'ok'],
      rowAsOf: LATER,
      updatedAt: LATER,
    };
    expect(await test.store.domains.upsertRows([again])).toEqual([]);
    const turned = { ...WITH_REGISTRANT, nameservers: ['NS2.example.net.', 'ns1.example.net'] };
    await test.store.domains.upsertDetail(again, turned, 'client-1', LATER);
    await test.store.domains.linkClients([{ ...KEY, clientId: 'client-1' }], LATER);
    await test.store.domains.linkUnclaimed('org-1', NOON, NOON);
    expect(await log()).toEqual([]);
    expect(await test.store.domains.byNames(['a.fr'])).toMatchObject([{ rowAsOf: LATER, clientAsOf: LATER }]);
  });

  it('tells of a domain that is new, with its client, of its changes, and of its end; and of its return', async () => {
    await given();
    const row = { ...domainRow({ name: 'b.fr', rowAsOf: LATER }), clientId: 'client-1' };
    await test.store.domains.upsertRows([row]);
    await test.store.domains.upsertRows([{ ...row, autoRenew: true, expiresAt: null, rowAsOf: LATER + 1 }]);
    const key = { organizationId: 'org-1', name: 'b.fr' };
    await test.store.domains.setPresence([key], 'UNKNOWN', 'not seen', LATER + 2);
    await test.store.domains.setPresence([key], 'ABSENT_CONFIRMED', 'it is gone', LATER + 3);
    await test.store.domains.setPresence([key], 'ABSENT_CONFIRMED', 'it is gone', LATER + 4);
    await test.store.domains.upsertRows([{ ...row, rowAsOf: LATER + 5 }]);
    const events = await log();
    expect(events.map(({ type }) => type)).toEqual([
      'DOMAIN_ADDED',
      'DOMAIN_CHANGED',
      'DOMAIN_REMOVED',
      'DOMAIN_ADDED',
    ]);
    expect(events[0]).toMatchObject({
      organizationId: 'org-1',
      clientId: 'client-1',
      domainName: 'b.fr',
      subjectType: 'Domain',
      subjectId: 'org-1:b.fr',
      occurredAt: LATER,
      payload: { domain: { name: 'b.fr', clientId: 'client-1', autoRenew: false, nameservers: null } },
    });
    expect(events[1]?.payload).toMatchObject({
      fields: ['EXPIRES_AT', 'AUTO_RENEW'],
      changes: {
        autoRenew: { before: false, after: true },
        expiresAt: { before: row.expiresAt, after: null },
      },
      movement: null,
    });
    expect(events[2]?.payload).toMatchObject({ domain: { name: 'b.fr', autoRenew: true }, reason: 'it is gone' });
  });

  it('tells each of two clients its own part of a move, and what changed besides to neither', async () => {
    const row = await given({}, WITH_REGISTRANT);
    const moved = { ...row, rowAsOf: LATER, tags: ['vip'] };
    await test.store.domains.upsertDetail(
      moved,
      { ...WITH_REGISTRANT, nameservers: ['ns.new-owner.example'] },
      'client-2',
      LATER,
    );
    const events = await log();
    expect(summary(events)).toEqual([
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['CLIENT'], movement: 'LEFT' },
      { type: 'DOMAIN_CHANGED', clientId: 'client-2', fields: ['CLIENT'], movement: 'JOINED' },
      { type: 'DOMAIN_CHANGED', clientId: null, fields: ['TAGS', 'NAMESERVERS'] },
      { type: 'DOMAIN_DRIFTED', clientId: null, fields: ['NAMESERVERS'] },
    ]);
    const seenBy = (clientId: string) =>
      JSON.stringify(
        events.filter((event) => event.clientId === clientId),
        asText,
      );
    expect(seenBy('client-1')).not.toMatch(/client-2|new-owner|vip/);
    expect(seenBy('client-2')).not.toMatch(/client-1|ns1\.example/);
    await test.store.domains.linkClients([{ ...KEY, clientId: null }], LATER + 1);
    expect(summary((await log()).slice(4))).toEqual([
      { type: 'DOMAIN_CHANGED', clientId: 'client-2', fields: ['CLIENT'], movement: 'LEFT' },
    ]);
  });

  it('tells a client of a domain whose client becomes known, once the clients of domains were known', async () => {
    await test.store.domains.upsertRows([domainRow(KEY), domainRow({ name: 'b.fr' })]);
    await complete(LIST_KEYS.domains);
    await test.store.domains.linkClients([{ ...KEY, clientId: 'client-1' }], NOON);
    expect(await log()).toEqual([]);
    await complete(LIST_KEYS.domainClients('org-1'));
    await test.store.domains.linkClients([{ ...KEY, name: 'b.fr', clientId: 'client-1' }], NOON);
    await test.store.domains.linkUnclaimed('org-1', NOON + 1, NOON + 1);
    expect(summary(await log())).toEqual([
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['CLIENT'], movement: 'JOINED' },
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['CLIENT'], movement: 'LEFT' },
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['CLIENT'], movement: 'LEFT' },
    ]);
  });

  it('tells what of contacts changed and how verification goes, without what is in them', async () => {
    const row = await given({}, WITH_REGISTRANT);
    const registrant = {
      ...REGISTRANT,
      companyName: 'Haute SAS',
      email: 'someone-else@example.net',
      validation: 'pending',
    };
    const contacts = { registrant, admin: null, tech: REGISTRANT, billing: null };
    const next = { ...DETAIL, contacts, reachability: 'failed' };
    await test.store.domains.upsertDetail({ ...row, rowAsOf: LATER }, next, 'client-1', LATER);
    await test.store.domains.upsertDetail(
      { ...row, rowAsOf: LATER + 1 },
      { ...next, contacts: { ...contacts, tech: registrant } },
      'client-1',
      LATER + 1,
    );
    const events = await log();
    expect(summary(events)).toEqual([
      { type: 'REGISTRANT_CHANGED', clientId: 'client-1', fields: ['COMPANY', 'EMAIL'] },
      { type: 'CONTACT_VERIFICATION_CHANGED', clientId: 'client-1' },
      { type: 'DOMAIN_DRIFTED', clientId: 'client-1', fields: ['REGISTRANT'] },
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['TECH_CONTACT'] },
    ]);
    expect(events[0]?.payload).toMatchObject({ domainName: 'a.fr', registrantName: 'Haute SAS' });
    expect(events[1]?.payload).toMatchObject({
      reachability: { before: 'done', after: 'failed' },
      validation: { before: 'done', after: 'pending' },
    });
    expect(JSON.stringify(events, asText)).not.toMatch(/@example|rue Haute|33\.12/);
  });

  it('calls nameservers and locks drift unless they are what the gateway last set', async () => {
    const row = await given({}, DETAIL);
    await test.store.domains.noteOwnWrite(
      { ...asOwn(KEY), aspect: 'NAMESERVERS', wanted: ['ns.mine.example', 'ns.mine2.example'] },
      LATER,
    );
    await test.store.domains.noteOwnWrite({ ...asOwn(KEY), aspect: 'TRANSFER_LOCK', wanted: ['locked'] }, LATER);
    const look = async (at: number, nameservers: readonly string[], eppStatuses: readonly string[]) => {
      await test.store.domains.upsertDetail(
        { ...row, eppStatuses, rowAsOf: at },
        { ...DETAIL, nameservers },
        'client-1',
        at,
      );
      return summary((await log()).filter(({ occurredAt }) => occurredAt === at));
    };
    expect(await look(LATER, ['NS.mine2.example', 'ns.mine.example'], ['clientTransferProhibited'])).toEqual([
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['EPP_STATUSES', 'NAMESERVERS'] },
    ]);
    expect(await look(LATER + 60_000, ['ns.stranger.example'], [])).toEqual([
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['EPP_STATUSES', 'NAMESERVERS'] },
      { type: 'DOMAIN_DRIFTED', clientId: 'client-1', fields: ['TRANSFER_LOCK', 'NAMESERVERS'] },
    ]);
    const drift = (await log()).at(-1)?.payload as unknown as DomainDrifted;
    expect(drift).toMatchObject({
      lastSeenAt: LATER,
      changes: { nameservers: { after: ['ns.stranger.example'] }, eppStatuses: { after: [] } },
    });
    expect(await look(LATER + 120_000, ['ns.stranger.example'], ['serverHold'])).toEqual([
      { type: 'DOMAIN_CHANGED', clientId: 'client-1', fields: ['EPP_STATUSES'] },
    ]);
  });

  it('calls a new term drift unless Gandi renews by itself or an order of ours was at work', async () => {
    const row = await given({}, WITH_REGISTRANT);
    const names = ['bought.fr', 'ordered.fr', 'failed.fr', 'old.fr', 'auto.fr', 'hours.fr'];
    await test.store.domains.upsertRows(
      names.map((name) => domainRow({ name, autoRenew: name === 'auto.fr', rowAsOf: NOON + 1 })),
    );
    const renewal = (name: string, more: Parameters<typeof order>[0]) =>
      test.store.orders.claim(order({ kind: 'RENEW', domainName: name, ...more }), null);
    await renewal('ordered.fr', { state: 'COMPLETED', endedAt: NOON });
    await renewal('failed.fr', { state: 'FAILED', endedAt: NOON });
    await renewal('old.fr', { state: 'COMPLETED', endedAt: NOON - DAY });
    await test.store.orders.claim(order({ kind: 'CHANGE_REGISTRANT', domainName: 'a.fr', state: 'WAITING' }), null);
    const before = (await log()).length;
    await test.store.domains.upsertRows(
      names.map((name) =>
        domainRow({
          name,
          autoRenew: name === 'auto.fr',
          expiresAt: NOON + 30 * DAY + (name === 'hours.fr' ? 3_600_000 : 365 * DAY),
          rowAsOf: LATER,
        }),
      ),
    );
    const registrant = { ...REGISTRANT, familyName: 'Durand' };
    await test.store.domains.upsertDetail(
      { ...row, rowAsOf: LATER },
      { ...DETAIL, contacts: { ...DETAIL.contacts, registrant } },
      'client-1',
      LATER,
    );
    const events = (await log()).slice(before);
    const changed = (type: string) => events.filter((event) => event.type === type).map(({ domainName }) => domainName);
    expect(changed('DOMAIN_CHANGED').sort()).toEqual([...names].sort());
    expect(changed('DOMAIN_DRIFTED').sort()).toEqual(['bought.fr', 'failed.fr', 'old.fr']);
    expect(changed('REGISTRANT_CHANGED')).toEqual(['a.fr']);
  });

  it('tells a change once when many replicas see it at the same time, and older looks nothing', async () => {
    const row = await given();
    const fresh = { ...domainRow({ name: 'new.fr', rowAsOf: LATER }), clientId: 'client-1' };
    const seen = [{ ...row, autoRenew: true, rowAsOf: LATER }, fresh];
    await Promise.all(Array.from({ length: 8 }, () => test.store.domains.upsertRows(seen)));
    await Promise.all(
      Array.from({ length: 4 }, () => test.store.domains.setPresence([KEY], 'ABSENT_CONFIRMED', 'gone', LATER + 1)),
    );
    await test.store.domains.upsertRows([{ ...row, tags: ['old'], rowAsOf: LATER - 1 }]);
    expect((await log()).map(({ type, domainName }) => `${type} ${domainName}`).sort()).toEqual([
      'DOMAIN_ADDED new.fr',
      'DOMAIN_CHANGED a.fr',
      'DOMAIN_REMOVED a.fr',
    ]);
  });

  it('replayed over what the first list showed gives what the last one shows, for any lists in between', async () => {
    const names = ['a.fr', 'b.fr', 'c.fr', 'd.fr'];
    const listed = fc.record({
      expiresAt: fc.constantFrom(NOON + DAY, NOON + 400 * DAY, null),
      autoRenew: fc.boolean(),
      eppStatuses: fc.subarray(['ok', 'clientTransferProhibited', 'serverHold']),
      tags: fc.subarray(['x', 'y']),
      clientId: fc.constantFrom('client-1', 'client-2', null),
    });
    const list = fc.array(fc.option(listed, { nil: null, freq: 5 }), {
      minLength: names.length,
      maxLength: names.length,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(list, { minLength: 2, maxLength: 5 }), async (lists) => {
        await test.close();
        test = await createTestStore(backend);
        const replayed = new Map<string, unknown>();
        for (const [index, states] of lists.entries()) {
          const asOf = NOON + index * 1_000;
          const rows = states.flatMap((state, at) =>
            state === null ? [] : [{ ...domainRow({ name: names[at] ?? '', rowAsOf: asOf }), ...state }],
          );
          const gone = names.filter((name) => rows.every((row) => row.name !== name));
          const events = [
            ...(await test.store.domains.upsertRows(rows)),
            ...(await test.store.domains.setPresence(
              gone.map((name) => ({ organizationId: 'org-1', name })),
              'ABSENT_CONFIRMED',
              'gone',
              asOf,
            )),
          ];
          if (index === 0) {
            expect(events).toEqual([]);
            await complete(LIST_KEYS.domains);
            for (const row of rows) replayed.set(row.name, comparable(row));
          }
          for (const { type, payload, domainName } of events) {
            const { domain, movement } = payload as unknown as DomainChanged;
            const known = replayed.get(domainName ?? '');
            if (type === 'DOMAIN_REMOVED') replayed.delete(domainName ?? '');
            else if (type === 'DOMAIN_ADDED') replayed.set(domainName ?? '', comparable(domain as DomainFacts));
            else if (movement === 'LEFT') replayed.set(domainName ?? '', { ...(known as object), clientId: null });
            else if (domain !== null) replayed.set(domainName ?? '', comparable(domain));
          }
          expect(Object.fromEntries(replayed)).toEqual(
            Object.fromEntries(rows.map((row) => [row.name, comparable(row)])),
          );
        }
      }),
      { numRuns: 10 },
    );
  });
});

const asText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

const asOwn = ({ organizationId, name }: typeof KEY) => ({ organizationId, domainName: name });

function comparable({
  clientId,
  expiresAt,
  autoRenew,
  eppStatuses,
  tags,
}: Pick<DomainFacts, 'expiresAt' | 'autoRenew' | 'eppStatuses' | 'tags'> & { readonly clientId?: string | null }) {
  return {
    clientId: clientId ?? null,
    expiresAt,
    autoRenew,
    eppStatuses: [...eppStatuses].sort(),
    tags: [...tags].sort(),
  };
}
