// The ledger of the organizations that pay: every movement of money that the gateway knows of, and what it comes to.
import type { LedgerTotal } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { LedgerEntry, LedgerKind } from './ledger-entry.ts';
import { Money } from './money.ts';
import { keyOf } from './node-id.ts';
import { Order } from './order.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined } from './sorting.ts';

builder.objectField(LedgerEntry, 'order', (t) =>
  t.field({
    type: Order,
    nullable: true,
    description: 'The order it belongs to; null for a movement of something else.',
    resolve: ({ orderId }, _args, { services, scope }) =>
      orderId === null ? null : services.orders.byId(scope, orderId),
  }),
);

const LedgerTotalType = builder.objectRef<LedgerTotal>('LedgerTotal').implement({
  description: 'What the movements of one kind in one currency come to.',
  fields: (t) => ({
    kind: t.expose('kind', { type: LedgerKind, description: 'Which kind.' }),
    amount: t.expose('amount', { type: Money, description: 'The sum, after taxes.' }),
    count: t.exposeInt('count', { description: 'How many there are.' }),
  }),
});

const LedgerConnection = builder.connectionObject(
  {
    type: LedgerEntry,
    name: 'LedgerConnection',
    description: 'A page of the ledger.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All movements that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  },
  { name: 'LedgerEdge', description: 'A movement and its place in the list.' },
);

const FROM = 'Not before this.';
const UNTIL = 'Before this.';

builder.queryFields((t) => ({
  ledger: t.connection(
    {
      type: LedgerEntry,
      nullable: true,
      description: 'Every movement of money that the gateway knows of, newest first.',
      complexity: (args) => pageCost(args),
      args: {
        organizationId: t.arg.id({ description: 'Of this organization.' }),
        kinds: t.arg({ type: [LedgerKind], description: 'Of one of these kinds.' }),
        from: t.arg({ type: 'DateTime', description: FROM }),
        until: t.arg({ type: 'DateTime', description: UNTIL }),
      },
      resolve: (_root, { organizationId, kinds, from, until, ...page }, { services, scope }) => {
        const filter = defined({
          kinds,
          from,
          until,
          organizationId: organizationId == null ? undefined : keyOf('Organization', organizationId, 'organizationId'),
        });
        return connectionOf(page, (range) => services.orders.movements(scope, { filter, page: range }));
      },
    },
    LedgerConnection,
  ),
  ledgerTotals: t.field({
    type: [LedgerTotalType],
    nullable: true,
    description:
      'What an organization was charged and got back, for each kind and currency. Not for keys limited to one client.',
    args: {
      organizationId: t.arg.id({ description: 'The reseller organization; not needed when you have only one.' }),
      from: t.arg({ type: 'DateTime', description: FROM }),
      until: t.arg({ type: 'DateTime', description: UNTIL }),
    },
    resolve: (_root, { organizationId, from, until }, { services, scope }) =>
      services.orders.totals(scope, {
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'organizationId'),
        ...defined({ from, until }),
      }),
  }),
}));
