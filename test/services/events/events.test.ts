// The log as its readers get it: by id, in pages, live; only their own, under cursors that fit everywhere.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RequestFault } from '../../../src/services/errors.ts';
import type { EventFilter, PageRequest } from '../../../src/services/services.ts';
import { eventsIn } from '../../../src/store/events.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { domainRow, NOON } from '../../store/samples.ts';
import { next, type Rights, setup, take } from './setup.ts';

let database: TestStore;
let stage: ReturnType<typeof setup>;

const start = async (backend?: Parameters<typeof createTestStore>[0]) => {
  database = await createTestStore(backend);
  stage = setup(database);
};
const end = async () => {
  stage.stop();
  await database.close();
};
const list = (page: PageRequest, filter: EventFilter = {}, rights: Rights = {}) =>
  stage.service.list(stage.scope(rights), { filter, page });
const numbers = async (page: PageRequest, filter: EventFilter = {}, rights: Rights = {}) =>
  (await list(page, filter, rights)).edges.map(({ node }) => Number(node.sequence));
const follow = (after: string | null = null, filter: EventFilter = {}, rights: Rights = {}) =>
  stage.service.updates(stage.scope(rights).session, { filter, after, signal: stage.signal });

describeStore('pages of events', (backend) => {
  beforeEach(() => start(backend));
  afterEach(end);

  test('go forward from a cursor to the end, and back from the end to the start', async () => {
    await stage.append(...Array.from({ length: 7 }, () => ({})));
    const seen: number[] = [];
    let after: string | undefined;
    for (let page = 0; page < 3; page++) {
      const { edges, hasNextPage, hasPreviousPage } = await list({ first: 3, ...(after && { after }) });
      seen.push(...edges.map(({ node }) => Number(node.sequence)));
      after = edges.at(-1)?.cursor;
      expect([hasPreviousPage, hasNextPage]).toEqual([page > 0, page < 2]);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const newest = await list({ last: 3 });
    expect(newest.edges.map(({ node }) => Number(node.sequence))).toEqual([5, 6, 7]);
    expect([newest.hasPreviousPage, newest.hasNextPage]).toEqual([true, false]);
    const before = newest.edges[0]?.cursor ?? '';
    expect(await numbers({ last: 2, before })).toEqual([3, 4]);
    expect((await list({ last: 2, before })).hasNextPage).toBe(true);
    expect(await numbers({ first: 9, after: after ?? '' })).toEqual([]);
  });

  test('hold what every condition of the filter wants', async () => {
    const subjectId = crypto.randomUUID();
    await stage.append(
      { type: 'ORDER_CHANGED', subjectType: 'Order', subjectId, domainName: 'b.co.uk', clientId: 'client-2' },
      { type: 'DOMAIN_ADDED', domainName: 'c.fr', organizationId: 'org-2' },
      { type: 'BUDGET_DEGRADED', domainName: null, organizationId: null, clientId: null },
      {},
    );
    const cases: [EventFilter, number[]][] = [
      [{ types: ['ORDER_CHANGED', 'DOMAIN_ADDED'] }, [1, 2]],
      [{ organizationId: 'org-2' }, [2]],
      [{ clientId: 'client-2' }, [1]],
      [{ domainNames: ['a.com', 'c.fr'] }, [2, 4]],
      [{ tlds: ['uk', 'fr'] }, [1, 2]],
      [{ tlds: ['co.uk'] }, [1]],
      [{ subjectIds: [subjectId] }, [1]],
      [{ types: [] }, []],
      [{ types: ['DOMAIN_ADDED', 'DOMAIN_ADDED'] }, [2]],
      [{ types: ['ORDER_CHANGED', 'BUDGET_DEGRADED', 'DOMAIN_CHANGED'] }, [1, 3, 4]],
      [{ tlds: ['%'] }, []],
      [{ tlds: ['c_m'] }, []],
      [{ tlds: [] }, []],
      [{ types: ['ORDER_CHANGED'], clientId: 'client-1' }, []],
      [{}, [1, 2, 3, 4]],
    ];
    for (const [filter, expected] of cases) {
      expect({ filter, found: await numbers({ first: 10 }, filter) }).toEqual({ filter, found: expected });
      const cursor = stage.log.cursorsFor(stage.scope().session).cursorAt(0n);
      const told = await take(follow(cursor, filter), expected.length);
      expect(told.map(({ sequence }) => Number(sequence))).toEqual(expected);
    }
  });

  test('hold only what the caller may see, and so do nodes and subscriptions', async () => {
    const appended = await stage.append(
      {},
      { organizationId: 'org-2', clientId: null },
      { organizationId: null, clientId: null },
      { clientId: 'client-2' },
    );
    const cases: [Rights, number[]][] = [
      [{}, [1, 2, 3, 4]],
      [{ organizationId: 'org-1' }, [1, 4]],
      [{ organizationId: 'org-1', clientId: 'client-2' }, [4]],
      [{ organizationId: 'org-3' }, []],
    ];
    for (const [rights, expected] of cases) {
      expect(await numbers({ first: 10 }, {}, rights)).toEqual(expected);
      expect(await numbers({ first: 10 }, { organizationId: 'org-2' }, rights)).toEqual(
        expected.filter((sequence) => sequence === 2),
      );
      const nodes = await Promise.all(appended.map(({ id }) => stage.service.byId(stage.scope(rights), id)));
      expect(nodes.flatMap((node) => (node === null ? [] : [Number(node.sequence)]))).toEqual(expected);
      const cursor = stage.log.cursorsFor(stage.scope(rights).session).cursorAt(0n);
      const told = await take(follow(cursor, {}, rights), expected.length);
      expect(told.map(({ sequence }) => Number(sequence))).toEqual(expected);
    }
    expect(await stage.service.byId(stage.scope(), crypto.randomUUID())).toBeNull();
    expect(await stage.service.byId(stage.scope(), 'nonsense')).toBeNull();
  });

  test('are read by an index, whatever is asked for, when the log is long', async () => {
    if (backend !== 'postgresql') return;
    await database.query(
      `INSERT INTO events (id, organization_id, client_id, domain_name, type, subject_type, subject_id, payload, occurred_at)
       SELECT gen_random_uuid(), 'org-' || (n % 2), 'client-' || (n % 500), 'd' || (n % 10000) || CASE n % 5000 WHEN 0 THEN '.fr' ELSE '.com' END,
         CASE n % 5000 WHEN 1 THEN 'PRICE_SHOCK' ELSE 'DOMAIN_CHANGED' END, 'Domain', 'd' || (n % 10000), '{}', now() FROM generate_series(1, 20000) n`,
    );
    await database.query('ANALYZE events');
    const filters: EventFilter[] = [
      {},
      { types: ['PRICE_SHOCK'] },
      { types: ['PRICE_SHOCK', 'DOMAIN_CHANGED', 'WEBHOOK_DISABLED'] },
      { types: ['PRICE_SHOCK'], organizationId: 'org-1' },
      { clientId: 'client-9', organizationId: 'org-1' },
      { domainNames: ['d7.com', 'd8.com'] },
      { tlds: ['fr'] },
      { tlds: ['com'] },
      { subjectIds: ['d7', 'd8'] },
    ];
    const visibility = { organizationId: null, clientId: null };
    for (const filter of filters)
      for (const from of ['start', 'end'] as const) {
        const query = eventsIn({ visibility, filter, range: { after: 100n, before: null, from, limit: 21 } });
        const [explained] = await database.prisma.$queryRaw<
          { 'QUERY PLAN': unknown }[]
        >`EXPLAIN (ANALYZE, FORMAT JSON) SELECT e.* ${query}`;
        const plan = JSON.stringify(explained);
        const skipped = [...plan.matchAll(/"Rows Removed by Filter":(\d+)/g)].reduce(
          (sum, [, rows]) => sum + Number(rows),
          0,
        );
        expect([filter, plan.includes('Seq Scan'), skipped < 1_000]).toEqual([filter, false, true]);
      }
  });
});

describe('cursors', () => {
  beforeEach(() => start());
  afterEach(end);

  test('of pages resume subscriptions, and those of subscriptions pages', async () => {
    await stage.append({}, {}, {});
    const { edges } = await list({ first: 1 });
    const live = await take(follow(edges[0]?.cursor ?? null), 2);
    expect(live.map(({ sequence }) => sequence)).toEqual([2n, 3n]);
    expect(await numbers({ first: 5, after: live[0]?.cursor ?? '' })).toEqual([3]);
    expect((await list({ first: 3 })).edges.map(({ node, cursor }) => node.cursor === cursor)).toEqual([
      true,
      true,
      true,
    ]);
    expect((await list({ first: 3 })).edges[1]?.cursor).toBe(live[0]?.cursor);
  });

  test('of another caller, of nobody, or from beyond the end are refused with the argument they came in', async () => {
    await stage.append({}, {});
    const [{ cursor } = { cursor: '' }] = (await list({ first: 1 })).edges;
    const rights = { organizationId: 'org-1' };
    expect(() => follow(cursor, {}, rights)).toThrow(RequestFault);
    for (const [argument, page] of [
      ['after', { first: 1, after: cursor }],
      ['before', { last: 1, before: cursor }],
    ] as const)
      await expect(list(page, {}, rights)).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        argument: { name: argument },
      });
    const beyond = stage.log.cursorsFor(stage.scope().session).cursorAt(3n);
    await expect(list({ first: 1, after: beyond })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(follow(beyond).next()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('older than what is kept give a notice and what is left, in pages and subscriptions alike', async () => {
    await stage.append({}, { occurredAt: NOON + 1_000 }, {});
    const [{ cursor } = { cursor: '' }] = (await list({ first: 1 })).edges;
    await stage.prune(1);
    const page = await list({ first: 5, after: cursor });
    const notice = { gap: 'EXPIRED', missedUntil: NOON + 1_000 };
    expect(page.gap).toMatchObject(notice);
    expect(page.edges.map(({ node }) => node.sequence)).toEqual([3n]);
    const messages = follow(cursor);
    const { value } = await messages.next();
    expect(value).toMatchObject(notice);
    expect((await next(messages)).sequence).toBe(3n);
    expect((await list({ first: 5, after: value?.cursor ?? '' })).gap).toBeNull();
    expect((await next(follow(value?.cursor))).sequence).toBe(3n);
    expect((await list({ first: 5 })).gap).toBeNull();
  });
});

describe('domains', () => {
  beforeEach(() => start());
  afterEach(end);
  const domains = (
    filter: Parameters<typeof stage.service.ofDomains>[1]['filter'],
    after: string | null = null,
    rights: Rights = {},
  ) => stage.service.ofDomains(stage.scope(rights).session, { filter, after, signal: stage.signal });

  test('tell everything that happens to those that match, and nothing of others', async () => {
    const updates = domains({ tlds: ['com'] }, stage.log.cursorsFor(stage.scope().session).cursorAt(0n));
    await stage.append(
      { domainName: 'b.fr' },
      { domainName: null },
      { type: 'ORDER_CHANGED', domainName: 'x.com' },
      { domainName: 'a.com' },
    );
    const told = await take(updates, 2);
    expect(told.map(({ domainName, event }) => [domainName, event?.type])).toEqual([
      ['x.com', 'ORDER_CHANGED'],
      ['a.com', 'DOMAIN_CHANGED'],
    ]);
  });

  test('begin with those named that are there and yours, and a cut among them begins anew', async () => {
    await database.store.domains.upsertRows([
      domainRow({ name: 'a.com' }),
      domainRow({ name: 'b.com' }),
      domainRow({ name: 'c.com', organizationId: 'org-2' }),
    ]);
    const filter = { domainNames: ['b.com', 'a.com', 'c.com', 'nowhere.com'] };
    const rights = { organizationId: 'org-1' };
    const updates = domains(filter, null, rights);
    const [a, b] = await take(updates, 2);
    expect([a, b].map((update) => [update?.domainName, update?.event])).toEqual([
      ['a.com', null],
      ['b.com', null],
    ]);
    expect((await take(domains(filter, a?.cursor ?? null, rights), 2)).map(({ domainName }) => domainName)).toEqual([
      'a.com',
      'b.com',
    ]);
    const resumed = domains(filter, b?.cursor ?? null, rights);
    await stage.append({ domainName: 'b.com' });
    for (const each of [updates, resumed])
      expect(await next(each)).toMatchObject({ domainName: 'b.com', event: { type: 'DOMAIN_CHANGED' } });
  });
});
