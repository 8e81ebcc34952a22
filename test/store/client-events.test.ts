// What the mirror tells of clients: what changed of which, once, and never what is in it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LIST_KEYS } from '../../src/store/list-keys.ts';
import type { ClientDetailRecord } from '../../src/store/records.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { clientRow, NOON } from './samples.ts';

const CLIENT_DETAIL: ClientDetailRecord = {
  address: { street: '1 rue Haute', zip: '75001', city: 'Paris', country: 'FR', region: null },
  phone: '+33.123456789',
  fax: null,
  reference: 'R-1',
  language: 'fr',
};

describeStore('what is told of clients', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  const complete = () =>
    test.store.mirrorLists.put({
      key: LIST_KEYS.clients('org-1'),
      completeAt: NOON,
      startedAt: NOON,
      total: 1,
      fetched: 1,
      lastError: null,
      lastErrorAt: null,
    });
  const log = () => test.store.events.after(0n, 1000);

  it('is nothing while the list was never complete', async () => {
    await test.store.clients.upsertRows([clientRow({ id: 'c1' }), clientRow({ id: 'c2', organizationId: 'org-2' })]);
    await test.store.clients.upsertRows([clientRow({ id: 'c1', name: 'Other', rowAsOf: NOON + 1 })]);
    await test.store.clients.upsertDetail(clientRow({ id: 'c1', rowAsOf: NOON + 2 }), CLIENT_DETAIL, NOON + 2);
    await test.store.clients.markUnseenMissing('org-1', NOON + 3);
    expect(await log()).toEqual([]);
  });

  it('is which fields changed, who is new and who is gone; and nothing when nothing changed', async () => {
    await test.store.clients.upsertRows([clientRow({ id: 'c1', companyName: null })]);
    await complete();
    const at = (later: number, more = {}) => clientRow({ id: 'c1', rowAsOf: NOON + later, ...more });
    await test.store.clients.upsertRows([at(1)]);
    await test.store.clients.upsertDetail(at(2), CLIENT_DETAIL, NOON + 2);
    expect(await log()).toEqual([]);
    const changed = { name: 'Haute SAS', email: 'new@example.net' };
    await test.store.clients.upsertRows([at(3, changed), clientRow({ id: 'c2', rowAsOf: NOON + 3 })]);
    await test.store.clients.upsertDetail(at(4, changed), { ...CLIENT_DETAIL, phone: '+33.987654321' }, NOON + 4);
    await test.store.clients.upsertRows([at(2, { name: 'late' })]);
    await test.store.clients.markUnseenMissing('org-1', NOON + 4);
    await test.store.clients.markUnseenMissing('org-1', NOON + 4);
    await test.store.clients.upsertRows([clientRow({ id: 'c2', rowAsOf: NOON + 5 })]);
    const events = await log();
    expect(events.map(({ type, clientId, payload }) => [type, clientId, payload.fields])).toEqual([
      ['CLIENT_CHANGED', 'c1', ['NAME', 'EMAIL']],
      ['CLIENT_ADDED', 'c2', undefined],
      ['CLIENT_CHANGED', 'c1', ['PHONE']],
      ['CLIENT_REMOVED', 'c2', undefined],
      ['CLIENT_ADDED', 'c2', undefined],
    ]);
    expect(events[0]).toMatchObject({
      organizationId: 'org-1',
      subjectType: 'Client',
      subjectId: 'c1',
      domainName: null,
      occurredAt: NOON + 3,
      payload: { client: { organizationId: 'org-1', id: 'c1', name: 'Haute SAS', type: 'COMPANY' } },
    });
    expect(JSON.stringify(events.map(({ payload }) => payload))).not.toMatch(/@example|33\.9|rue Haute|Martin/);
  });

  it('is told once when many replicas see it at the same time', async () => {
    await test.store.clients.upsertRows([clientRow({ id: 'c1' })]);
    await complete();
    const seen = [clientRow({ id: 'c1', name: 'New', rowAsOf: NOON + 1 }), clientRow({ id: 'c2', rowAsOf: NOON + 1 })];
    await Promise.all(Array.from({ length: 8 }, () => test.store.clients.upsertRows(seen)));
    await Promise.all(Array.from({ length: 4 }, () => test.store.clients.markUnseenMissing('org-1', NOON + 2)));
    expect((await log()).map(({ type, subjectId }) => `${type} ${subjectId}`).sort()).toEqual([
      'CLIENT_ADDED c2',
      'CLIENT_CHANGED c1',
      'CLIENT_REMOVED c1',
      'CLIENT_REMOVED c2',
    ]);
  });
});
