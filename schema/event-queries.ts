// The log of events in pages, and as they happen.
import { builder } from './builder.ts';
import { Event } from './event.ts';
import { EventFilterInput, toEventFilter } from './event-filter.ts';
import { cursorArg, EventMessage, GapNotice, signalOf } from './messages.ts';
import { connectionOf, pageCost } from './paging.ts';

const EventConnection = builder.connectionObject(
  {
    type: Event,
    name: 'EventConnection',
    description:
      'A page of events. Their cursors are good for subscriptions too, and those of subscriptions for pages.',
    fields: (t) => ({
      gap: t.field({
        type: GapNotice,
        nullable: true,
        description:
          'Told when events after the cursor given as `after` are no longer kept; null when none is missing.',
        resolve: ({ gap }) => gap ?? null,
      }),
    }),
  },
  { name: 'EventEdge', description: 'An event and its place in the log.' },
);

builder.queryField('events', (t) =>
  t.connection(
    {
      type: Event,
      nullable: true,
      description:
        'What happened, in the order it was committed. `after` a cursor tells what came since; `last` tells the newest. The log keeps events for a time, then they go, oldest first.',
      complexity: (args) => pageCost(args),
      args: { filter: t.arg({ type: EventFilterInput, description: 'Which events; all when not given.' }) },
      async resolve(_root, { filter, ...page }, { services, scope }) {
        const conditions = toEventFilter(filter);
        let gap = null;
        const connection = await connectionOf(page, async (range) => {
          const found = await services.events.list(scope, { filter: conditions, page: range });
          gap = found.gap;
          return found;
        });
        return { ...connection, gap };
      },
    },
    EventConnection,
  ),
);

builder.subscriptionField('events', (t) =>
  t.field({
    type: EventMessage,
    description:
      'Every event from now on, once and in the order of the log. With `after`, everything since that cursor first; when some of it is no longer kept, a `GapNotice` and then what is.',
    args: {
      filter: t.arg({ type: EventFilterInput, description: 'Which events; all when not given.' }),
      after: t.arg.string({ description: 'Cursor of the last event you handled.' }),
    },
    subscribe: (_root, { filter, after }, context) =>
      context.services.events.updates(context.scope.session, {
        filter: toEventFilter(filter),
        after: cursorArg(after, context),
        signal: signalOf(context),
      }),
    resolve: (message) => message,
  }),
);
