// The schema builder: plugins, scalars' types, the context every resolver gets, and the words Relay's shared types are described with. Defines no types.
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import RelayPlugin from '@pothos/plugin-relay';
import { badArgument } from '../src/services/bad-argument.ts';
import type { GapNotice, ListFreshness, OperationScope, Services } from '../src/services/services.ts';
import { ANY_EVENT, isEventTypeName } from './event-names.ts';
import { MAX_PAGE_SIZE, PAGE_SIZE } from './limits.ts';
import { decodeNodeId, encodeNodeId, typeOfNode } from './node-id.ts';

/** What resolvers may use. A fresh one for each operation and for each event of a subscription. */
export interface Context {
  readonly services: Services;
  readonly scope: OperationScope;
  /** The cursor a transport brought along for a subscription that names none, such as `Last-Event-ID` of an SSE request. */
  readonly resumeAfter?: string | null;
}

interface Types {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultNodeNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  /** What our connections carry beside Relay's own fields. */
  Connection: {
    readonly totalCount: () => Promise<number>;
    readonly freshness: ListFreshness | null;
    /** Of events only: what was missed after the cursor asked for. */
    readonly gap?: GapNotice | null;
  };
  Scalars: {
    ID: { Input: string; Output: string };
    /** Epoch milliseconds inside, ISO 8601 outside. */
    DateTime: { Input: number; Output: number };
    DomainName: { Input: string; Output: string };
  };
}

const page = `a whole number from 1 to ${MAX_PAGE_SIZE}`;

export const builder = new SchemaBuilder<Types>({
  plugins: [ErrorsPlugin, RelayPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true },
  complexity: { disabled: true },
  relay: {
    brandLoadedObjects: false,
    encodeGlobalID: (typename, id) => encodeNodeId(isEventTypeName(typename) ? 'Event' : typename, String(id)),
    decodeGlobalID: (id) => {
      const decoded = decodeNodeId(id, 'id');
      // What kind of event it is shows when it is read; each kind can load them all.
      return decoded.typename === 'Event' ? { ...decoded, typename: ANY_EVENT } : decoded;
    },
    idFieldOptions: { description: 'Opaque id, unique over all types and stable for ever; take it to `node(id:)`.' },
    nodeTypeOptions: {
      description: 'Anything that has an id and can be asked for again by it.',
      resolveType: typeOfNode,
    },
    nodeQueryOptions: {
      description: 'One thing by its id, whatever its type. null: there is none, or it is not yours to see.',
      nullable: true,
      args: { id: { description: 'An `id` that the gateway gave earlier.' } },
    },
    nodesQueryOptions: {
      description: `Several things by their ids, in the order asked; null where there is none. At most ${MAX_PAGE_SIZE} ids.`,
      args: { ids: { description: `Up to ${MAX_PAGE_SIZE} ids, of any types.` } },
      complexity: ({ ids }) => ({ field: 1, multiplier: (ids as readonly unknown[]).length }),
      resolve: (_root, { ids }, _context, _info, resolveNodes) => {
        if (ids.length > MAX_PAGE_SIZE) throw badArgument('ids', `${ids.length} ids`, `at most ${MAX_PAGE_SIZE}`);
        return resolveNodes(ids);
      },
    },
    pageInfoTypeOptions: { description: 'Where a page stands in its list, by the Relay connection specification.' },
    hasNextPageFieldOptions: { description: 'True when more rows follow this page.' },
    hasPreviousPageFieldOptions: { description: 'True when rows come before this page.' },
    startCursorFieldOptions: { description: 'Cursor of the first row, for `before`; null on an empty page.' },
    endCursorFieldOptions: { description: 'Cursor of the last row, for `after`; null on an empty page.' },
    pageInfoFieldOptions: { description: 'Whether there is more, and the cursors to go on with.' },
    edgesFieldOptions: {
      description: 'The rows of this page, each with its cursor.',
      nullable: { list: false, items: false },
      complexity: { field: 0, multiplier: 1 },
    },
    cursorFieldOptions: { description: 'Position of this row in this very ordering, for `after` or `before`.' },
    nodeFieldOptions: { description: 'The row itself.', nullable: false },
    firstArgOptions: {
      description: `How many rows, from the start: ${page}; ${PAGE_SIZE} when neither \`first\` nor \`last\` is given.`,
    },
    afterArgOptions: { description: 'Only rows after this cursor, which comes from a page with the same `orderBy`.' },
    lastArgOptions: {
      description: `How many rows, from the end: ${page}. Not together with \`first\`.`,
    },
    beforeArgOptions: { description: 'Only rows before this cursor, which comes from a page with the same `orderBy`.' },
  },
});

builder.queryType({
  description: 'Everything that can be read. Answers come from the mirror of Gandi and say how old they are.',
});
builder.mutationType({
  description:
    'Everything that can be changed. What can go wrong in a way a caller can act on is part of the result type.',
});
builder.subscriptionType({ description: 'Changes as they happen, over WebSocket or Server-Sent Events.' });
