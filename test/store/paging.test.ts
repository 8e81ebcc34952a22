// Pages: whatever the rows, the sort and the filter, walking them gives each row once, in order, from either end, and never one outside the view.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CursorError, encodeCursor } from '../../src/lib/cursor.ts';
import type { DomainRecord, Presence } from '../../src/store/records.ts';
import type { DomainFilter, DomainSort, OrderBy, PageRequest, PageResult, Visibility } from '../../src/store/store.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { clientRow, DAY, domainRow, EVERYTHING, NOON, order, transfer } from './samples.ts';

const RUNS = { numRuns: 100 };

/** Every row, by pages from one end; checks what each page says about its neighbours. */
async function walk<T>(
  read: (page: PageRequest) => Promise<PageResult<T>>,
  size: number,
  backwards: boolean,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 200; pages++) {
    const limit = backwards ? { last: size } : { first: size };
    const position = cursor === undefined ? {} : backwards ? { before: cursor } : { after: cursor };
    const page = await read({ ...limit, ...position });
    const rows = page.rows.map(({ row }) => row);
    found.splice(backwards ? 0 : found.length, 0, ...rows);
    expect(backwards ? page.hasNextPage : page.hasPreviousPage).toBe(cursor !== undefined);
    if (!(backwards ? page.hasPreviousPage : page.hasNextPage)) return found;
    expect(rows).toHaveLength(size);
    cursor = (backwards ? page.rows[0] : page.rows.at(-1))?.cursor;
  }
  throw new Error('the pages never end');
}

const organizations = ['org-1', 'org-2', 'org-B'];
const clients = ['client-1', 'client-2'];
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 2 });
const instants = maybe(fc.integer({ min: 0, max: 3 }).map((day) => NOON + day * DAY));

const domains = fc.uniqueArray(
  fc.record({
    organizationId: fc.constantFrom(...organizations),
    name: fc.constantFrom('a.fr', 'a-b.fr', 'ab.fr', 'b.com', 'c_d.com', 'e.org', 'xn--caf-dma.fr', '0.net'),
    unicodeName: fc.constantFrom('a.fr', 'café.fr', '100%.fr'),
    registrantName: maybe(fc.constantFrom('Zoé ÉLU', 'under_score', 'percent%')),
    tags: fc.subarray(['vip', 'old']),
    eppStatuses: fc.subarray(['clientTransferProhibited', 'clientHold']),
    autoRenew: fc.boolean(),
    expiresAt: instants,
    createdAt: instants,
    updatedAt: instants,
    link: fc.constantFrom('unknown', 'none', ...clients),
    presence: fc.constantFrom<Presence[]>('PRESENT', 'ABSENT_CONFIRMED', 'UNKNOWN'),
  }),
  { selector: ({ organizationId, name }) => `${organizationId} ${name}`, maxLength: 18 },
);

const visibilities: fc.Arbitrary<Visibility> = fc.record({
  organizationId: maybe(fc.constantFrom(...organizations)),
  clientId: maybe(fc.constantFrom(...clients)),
});

const everyFilter = fc.record({
  organizationId: fc.constantFrom(...organizations),
  clientIds: fc.subarray(clients),
  withoutClient: fc.boolean(),
  expiresBefore: fc.constant(NOON + 2 * DAY),
  expiresAfter: fc.constant(NOON + DAY),
  autoRenew: fc.boolean(),
  eppStatuses: fc.subarray(['clientTransferProhibited', 'clientHold']),
  transferLocked: fc.boolean(),
  tlds: fc.subarray(['fr', 'com', 'org']),
  text: fc.constantFrom('A', 'É', 'caf', '%', '_', '\\', 'elu', 'vip', '\u0000', 'a.fr\nvip'),
  tags: fc.subarray(['vip', 'old']),
  presence: fc.subarray<Presence>(['PRESENT', 'ABSENT_CONFIRMED', 'UNKNOWN']),
});
type FilterName = keyof typeof NO_FILTERS;
const NO_FILTERS = {
  organizationId: 0,
  clientIds: 0,
  withoutClient: 0,
  expiresBefore: 0,
  expiresAfter: 0,
  autoRenew: 0,
  eppStatuses: 0,
  transferLocked: 0,
  tlds: 0,
  text: 0,
  tags: 0,
  presence: 0,
} satisfies Record<keyof DomainFilter, 0>;

/** Two at most: with more, hardly a row is left to page through. */
const domainFilters: fc.Arbitrary<DomainFilter> = fc
  .tuple(everyFilter, fc.subarray(Object.keys(NO_FILTERS) as FilterName[], { maxLength: 2 }))
  .map(([values, names]) => Object.fromEntries(names.map((name) => [name, values[name]])));

/** The filter in plain words: what the SQL must agree with. */
function matches(domain: DomainRecord, visibility: Visibility, filter: DomainFilter): boolean {
  const { text } = filter;
  const lines = [domain.name, domain.unicodeName, ...domain.tags, domain.registrantName ?? ''];
  return [
    visibility.organizationId === null || domain.organizationId === visibility.organizationId,
    visibility.clientId === null || domain.clientId === visibility.clientId,
    filter.organizationId === undefined || domain.organizationId === filter.organizationId,
    filter.clientIds === undefined || (domain.clientId !== null && filter.clientIds.includes(domain.clientId)),
    filter.withoutClient !== true || (domain.clientAsOf !== null && domain.clientId === null),
    filter.withoutClient !== false || domain.clientId !== null,
    filter.expiresBefore === undefined || (domain.expiresAt !== null && domain.expiresAt < filter.expiresBefore),
    filter.expiresAfter === undefined || (domain.expiresAt !== null && domain.expiresAt > filter.expiresAfter),
    filter.autoRenew === undefined || domain.autoRenew === filter.autoRenew,
    (filter.eppStatuses ?? []).every((status) => domain.eppStatuses.includes(status)),
    filter.transferLocked === undefined ||
      domain.eppStatuses.includes('clientTransferProhibited') === filter.transferLocked,
    filter.tlds === undefined || filter.tlds.includes(domain.tld),
    text === undefined || lines.some((line) => line.toLowerCase().includes(text.toLowerCase())),
    (filter.tags ?? []).every((tag) => domain.tags.includes(tag)),
    filter.presence === undefined || filter.presence.includes(domain.presence),
  ].every(Boolean);
}

const sortKeys: Record<DomainSort, (domain: DomainRecord) => readonly (string | number)[]> = {
  NAME: (domain) => [domain.name, domain.organizationId],
  EXPIRES_AT: (domain) => [domain.expiresAt ?? Number.POSITIVE_INFINITY, domain.organizationId, domain.name],
  CREATED_AT: (domain) => [domain.createdAt ?? Number.POSITIVE_INFINITY, domain.organizationId, domain.name],
  UPDATED_AT: (domain) => [domain.updatedAt ?? Number.POSITIVE_INFINITY, domain.organizationId, domain.name],
};

function sorted<T>(
  rows: readonly T[],
  keyOf: (row: T) => readonly (string | number)[],
  direction: 'ASC' | 'DESC',
): T[] {
  const compare = (a: T, b: T): number => {
    const [left, right] = [keyOf(a), keyOf(b)];
    for (const [index, value] of left.entries()) {
      const other = right[index] ?? '';
      if (value !== other) return value < other ? -1 : 1;
    }
    return 0;
  };
  return rows.toSorted(direction === 'ASC' ? compare : (a, b) => compare(b, a));
}

const directions = fc.constantFrom('ASC' as const, 'DESC' as const);

describeStore('pages', (backend) => {
  let test: TestStore;
  beforeAll(async () => {
    test = await createTestStore(backend);
  });
  afterAll(() => test.close());

  it('give each domain once, in order, from either end, and only what may be seen', async () => {
    const sorts = fc.constantFrom<DomainSort[]>('NAME', 'EXPIRES_AT', 'CREATED_AT', 'UPDATED_AT');
    await fc.assert(
      fc.asyncProperty(
        domains,
        visibilities,
        domainFilters,
        fc.record({ field: sorts, direction: directions }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, visibility, filter, orderBy: OrderBy<DomainSort>, size) => {
          await test.query('DELETE FROM domains');
          await test.store.domains.upsertRows(rows.map(({ link: _, presence: __, ...row }) => domainRow(row)));
          for (const { link, presence, organizationId, name } of rows) {
            const clientId = link === 'none' ? null : link;
            if (link !== 'unknown') await test.store.domains.linkClients([{ organizationId, name, clientId }], NOON);
            await test.store.domains.setPresence([{ organizationId, name }], presence, null, NOON);
          }
          const all = await test.store.domains.byNames(rows.map(({ name }) => name));
          expect(all).toHaveLength(rows.length);
          const expected = sorted(
            all.filter((domain) => matches(domain, visibility, filter)),
            sortKeys[orderBy.field],
            orderBy.direction,
          );
          const read = (page: PageRequest) => test.store.domains.list({ visibility, filter, orderBy, page });
          expect(await walk(read, size, false)).toEqual(expected);
          expect(await walk(read, size, true)).toEqual(expected);
          expect(await test.store.domains.count({ visibility, filter })).toBe(expected.length);
        },
      ),
      RUNS,
    );
  });

  it('give each client once, sorted by name without case and accents', async () => {
    const rows = fc.uniqueArray(
      fc.record({
        organizationId: fc.constantFrom(...organizations),
        id: fc.constantFrom(...clients, 'client-3', 'client-4', 'client-5'),
        name: fc.constantFrom('Émile', 'emile', 'EMILE', 'Zoo', 'ångström', 'apple'),
        type: fc.constantFrom('COMPANY' as const, 'INDIVIDUAL' as const, null),
      }),
      { selector: ({ organizationId, id }) => `${organizationId} ${id}`, maxLength: 12 },
    );
    const plain = { Émile: 'emile', emile: 'emile', EMILE: 'emile', Zoo: 'zoo', ångström: 'angstrom', apple: 'apple' };
    await fc.assert(
      fc.asyncProperty(
        rows,
        visibilities,
        directions,
        fc.integer({ min: 1, max: 4 }),
        async (given, visibility, direction, size) => {
          await test.query('DELETE FROM clients');
          await test.store.clients.upsertRows(given.map((row) => clientRow(row)));
          const seen = (await test.store.clients.byIds(given.map(({ id }) => id))).filter(
            (client) =>
              (visibility.organizationId === null || client.organizationId === visibility.organizationId) &&
              (visibility.clientId === null || client.id === visibility.clientId),
          );
          const expected = sorted(
            seen,
            (client) => [plain[client.name as keyof typeof plain], client.organizationId, client.id],
            direction,
          );
          const query = { visibility, filter: {}, orderBy: { field: 'NAME' as const, direction } };
          const read = (page: PageRequest) => test.store.clients.list({ ...query, page });
          expect(await walk(read, size, false)).toEqual(expected);
          expect(await walk(read, size, true)).toEqual(expected);
          expect(await test.store.clients.count(query)).toBe(expected.length);
        },
      ),
      RUNS,
    );
  });

  it('give each order and each transfer once, by time', async () => {
    const given = fc.array(
      fc.record({
        organizationId: fc.constantFrom(...organizations),
        clientId: maybe(fc.constantFrom(...clients)),
        createdAt: fc.integer({ min: 0, max: 2 }).map((n) => NOON + n),
      }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        given,
        visibilities,
        directions,
        fc.integer({ min: 1, max: 3 }),
        async (rows, visibility, direction, size) => {
          await test.query('DELETE FROM transfers');
          await test.query('DELETE FROM orders');
          const orders = rows.map((row) => order(row));
          const transfers = orders.map((one) => transfer(one));
          for (const [index, one] of orders.entries()) {
            const moving = transfers[index];
            if (moving !== undefined) await test.store.orders.claim(one, moving);
          }
          const visible = (row: { organizationId: string; clientId: string | null }) =>
            (visibility.organizationId === null || row.organizationId === visibility.organizationId) &&
            (visibility.clientId === null || row.clientId === visibility.clientId);
          const query = { visibility, filter: {} };
          const expectedOrders = sorted(orders.filter(visible), (one) => [one.createdAt, one.id], direction);
          const readOrders = (page: PageRequest) =>
            test.store.orders.list({ ...query, orderBy: { field: 'CREATED_AT', direction }, page });
          expect(await walk(readOrders, size, false)).toEqual(expectedOrders);
          expect(await walk(readOrders, size, true)).toEqual(expectedOrders);
          expect(await test.store.orders.count(query)).toBe(expectedOrders.length);
          const expected = sorted(transfers.filter(visible), (one) => [one.startedAt, one.id], direction);
          const read = (page: PageRequest) =>
            test.store.transfers.list({ ...query, orderBy: { field: 'STARTED_AT', direction }, page });
          expect(await walk(read, size, false)).toEqual(expected);
          expect(await walk(read, size, true)).toEqual(expected);
          expect(await test.store.transfers.count({ ...query, filter: { open: true } })).toBe(expected.length);
          expect(await test.store.transfers.count({ ...query, filter: { open: false } })).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('refuse cursors of another listing or sort, damaged ones, and sizes out of range', async () => {
    await test.query('DELETE FROM domains');
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr' }), domainRow({ name: 'b.fr' })]);
    const list = (field: DomainSort, page: PageRequest) =>
      test.store.domains.list({ visibility: EVERYTHING, filter: {}, orderBy: { field, direction: 'ASC' }, page });
    const cursor = (await list('NAME', { first: 1 })).rows[0]?.cursor ?? '';
    expect((await list('NAME', { first: 1, after: cursor })).rows).toHaveLength(1);
    await expect(list('EXPIRES_AT', { first: 1, after: cursor })).rejects.toThrow(CursorError);
    for (const after of [
      'nonsense',
      encodeCursor('clients:NAME:ASC', ['a', 'org-1', 'client-1']),
      encodeCursor('domains:NAME:ASC', ['a.fr']),
      encodeCursor('domains:NAME:ASC', ['a.fr', 7]),
      encodeCursor('domains:NAME:ASC', ['a\u0000.fr', 'org-1']),
    ])
      await expect(list('NAME', { first: 1, after })).rejects.toThrow(CursorError);
    for (const date of ['soon', 1.5, 1e17, true])
      await expect(
        list('EXPIRES_AT', { first: 1, after: encodeCursor('domains:EXPIRES_AT:ASC', [date, 'org-1', 'a.fr']) }),
      ).rejects.toThrow(CursorError);
    for (const page of [{}, { first: 0 }, { first: 101 }, { last: 1.5 }, { first: 1, last: 1 }])
      await expect(list('NAME', page)).rejects.toThrow(RangeError);
  });

  it('stay where they were when rows come and go around the cursor', async () => {
    await test.query('DELETE FROM domains');
    const names = ['b.fr', 'd.fr', 'f.fr'];
    await test.store.domains.upsertRows(names.map((name) => domainRow({ name })));
    const list = (page: PageRequest) =>
      test.store.domains.list({
        visibility: EVERYTHING,
        filter: {},
        orderBy: { field: 'NAME', direction: 'ASC' },
        page,
      });
    const after = (await list({ first: 2 })).rows[1]?.cursor ?? '';
    await test.query("DELETE FROM domains WHERE name = 'd.fr'");
    await test.store.domains.upsertRows([domainRow({ name: 'a.fr' }), domainRow({ name: 'e.fr' })]);
    expect((await list({ first: 5, after })).rows.map(({ row }) => row.name)).toEqual(['e.fr', 'f.fr']);
    expect((await list({ last: 5, before: after })).rows.map(({ row }) => row.name)).toEqual(['a.fr', 'b.fr']);
  });
});
