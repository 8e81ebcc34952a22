// The subscription that follows orders, resumable from any cursor.
import type { OrderUpdate, OrderWatch } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import { assertBounded } from './filters.ts';
import { MAX_PAGE_SIZE } from './limits.ts';
import { cursorArg, OrderMessage, Positioned, signalOf } from './messages.ts';
import { keyOf } from './node-id.ts';
import { Order, OrderKind, OrderState } from './order.ts';

builder.objectRef<OrderUpdate>('OrderUpdate').implement({
  description: 'One change of an order, or its state when the subscription began.',
  interfaces: [Positioned, OrderMessage],
  fields: (t) => ({
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it changed.' }),
    order: t.expose('order', { type: Order, description: 'The order as it was after this very change.' }),
    state: t.field({ type: OrderState, description: 'Where it then stood.', resolve: ({ order }) => order.state }),
  }),
});

const OrderUpdatesFilter = builder.inputType('OrderUpdatesFilter', {
  description: 'Which orders to follow; every condition given must hold.',
  fields: (t) => ({
    orderIds: t.idList({ description: `These orders, up to ${MAX_PAGE_SIZE}.` }),
    domain: t.field({ type: 'DomainName', description: 'Orders about this domain.' }),
    clientId: t.id({ description: 'Orders for this client.' }),
    organizationId: t.id({ description: 'Orders this organization pays for.' }),
    kinds: t.field({ type: [OrderKind], description: 'Orders of one of these kinds.' }),
  }),
});

builder.subscriptionField('orderUpdates', (t) =>
  t.field({
    type: OrderMessage,
    description:
      'Begins with the present state of each matching order that has not ended, those named by id also when they have, then tells every change once and in order for each. With `after`, everything since that cursor instead of the present state; when some of it is no longer kept, a `GapNotice` and then the present state.',
    args: {
      filter: t.arg({ type: OrderUpdatesFilter, description: 'Which orders; all when not given.' }),
      after: t.arg.string({ description: 'Cursor of the last update you handled.' }),
    },
    subscribe: (_root, { filter, after }, context) =>
      context.services.events.ofOrders(context.scope.session, {
        filter: toWatch(filter),
        after: cursorArg(after, context),
        signal: signalOf(context),
      }),
    resolve: (message) => message,
  }),
);

function toWatch(input: typeof OrderUpdatesFilter.$inferInput | null | undefined): OrderWatch {
  assertBounded(input);
  const { orderIds, organizationId, clientId, domain, kinds } = input ?? {};
  return {
    ...(orderIds != null && { orderIds: orderIds.map((id) => keyOf('Order', id, 'filter.orderIds')) }),
    ...(organizationId != null && { organizationId: keyOf('Organization', organizationId, 'filter.organizationId') }),
    ...(clientId != null && { clientId: keyOf('Client', clientId, 'filter.clientId') }),
    ...(domain != null && { domainName: domainNameOf(domain, 'filter.domain') }),
    ...(kinds != null && { kinds }),
  };
}
