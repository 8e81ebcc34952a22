// The TLDs Gandi sells, and what is special about each.
import { decodeCursor, encodeCursor } from '../src/lib/cursor.ts';
import type { CatalogService, ConnectionResult, PageRequest, TldRecord } from '../src/services/services.ts';
import { builder, type Context } from './builder.ts';
import { Freshness } from './freshness.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { connectionOf, pageCost } from './paging.ts';

type TldValue = Awaited<ReturnType<CatalogService['tlds']>>[number];
type Detail = NonNullable<TldRecord['detail']>;

const TldCategory = builder.enumType('TldCategory', {
  description: 'Kind of a TLD.',
  values: {
    CCTLD: { description: 'Of a country or territory.' },
    GTLD: { description: 'Generic.' },
  } as const,
});

async function fromDetail<K extends keyof Detail>(
  tld: TldValue,
  { services, scope }: Context,
  key: K,
): Promise<Detail[K] | null> {
  const detail = await services.catalog.tldDetail(scope, tld);
  return detail === null ? null : detail.value[key];
}

const complexity = { field: UPSTREAM_CALL_COST };
const CALL = 'Takes a call to Gandi of its own when not mirrored; null when it could not be had or Gandi does not say.';

export const Tld = builder.objectRef<TldValue>('Tld').implement({
  description: 'A TLD Gandi sells.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The TLD, without a dot: `com`, `co.uk`.' }),
    category: t.field({
      type: TldCategory,
      nullable: true,
      description: `Its kind. ${CALL}`,
      complexity,
      resolve: (tld, _args, context) => fromDetail(tld, context, 'category'),
    }),
    hasTransferLock: t.boolean({
      nullable: true,
      description: `True when its domains can be locked against transfer. ${CALL}`,
      complexity,
      resolve: (tld, _args, context) => fromDetail(tld, context, 'hasTransferLock'),
    }),
    canChangeRegistrant: t.boolean({
      nullable: true,
      description: `True when the registrant can be changed. ${CALL}`,
      complexity,
      resolve: (tld, _args, context) => fromDetail(tld, context, 'canChangeRegistrant'),
    }),
    needsAuthCodeForTransfer: t.boolean({
      nullable: true,
      description: `True when a transfer needs an auth code. ${CALL}`,
      complexity,
      resolve: (tld, _args, context) => fromDetail(tld, context, 'needsAuthCodeForTransfer'),
    }),
    isCorporate: t.boolean({
      nullable: true,
      description: `True when only Gandi's corporate services sell it. ${CALL}`,
      complexity,
      resolve: (tld, _args, context) => fromDetail(tld, context, 'isCorporate'),
    }),
    freshness: t.expose('freshness', { type: Freshness, description: 'How old it is that Gandi sells this TLD.' }),
  }),
});

const TldConnection = builder.connectionObject(
  {
    type: Tld,
    name: 'TldConnection',
    description: 'A page of TLDs.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All TLDs that match, over all pages.',
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  },
  { name: 'TldEdge', description: 'A TLD and its place in the list.' },
);

const SORT = 'tlds:NAME:ASC';

/** One page of a list that is at hand as a whole and ordered by name. @throws {CursorError} */
function pageOfNames(rows: readonly TldValue[], page: PageRequest): ConnectionResult<TldValue> {
  const after = nameIn(page.after);
  const before = nameIn(page.before);
  const between = rows.filter(({ name }) => (after === null || name > after) && (before === null || name < before));
  const kept = page.last === undefined ? between.slice(0, page.first) : between.slice(-page.last);
  const [first, last] = [kept[0], kept.at(-1)];
  return {
    edges: kept.map((node) => ({ node, cursor: encodeCursor(SORT, [node.name]) })),
    hasNextPage: last !== undefined && rows.at(-1) !== last,
    hasPreviousPage: first !== undefined && rows[0] !== first,
    totalCount: () => Promise.resolve(rows.length),
    freshness: null,
  };
}

function nameIn(cursor: string | undefined): string | null {
  return cursor === undefined ? null : String(decodeCursor(cursor, SORT, 1)[0]);
}

builder.queryFields((t) => ({
  tld: t.field({
    type: Tld,
    nullable: true,
    description: 'One TLD; null when Gandi does not sell it.',
    complexity,
    args: { name: t.arg.string({ required: true, description: 'The TLD, with or without a leading dot.' }) },
    resolve: (_root, { name }, { services, scope }) => services.catalog.tld(scope, name),
  }),
  tlds: t.connection(
    {
      type: Tld,
      nullable: true,
      description: 'The TLDs Gandi sells, by name. null when the list could not be had at all.',
      complexity: (args) => pageCost(args),
      args: { text: t.arg.string({ description: 'Only TLDs with this text in their name.' }) },
      resolve: (_root, { text, ...page }, { services, scope }) =>
        connectionOf(page, async (range) => {
          const rows = await services.catalog.tlds(scope);
          const wanted = text == null ? rows : rows.filter(({ name }) => name.includes(text.toLowerCase()));
          return pageOfNames(wanted, range);
        }),
    },
    TldConnection,
  ),
}));
