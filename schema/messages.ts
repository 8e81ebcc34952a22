// What every message of a subscription has, and the notice that some were missed.
import { type GapNotice as GapNoticeValue, isGap } from '../src/services/events-types.ts';
import type { EventNode, Positioned as PositionedValue } from '../src/services/services.ts';
import { builder, type Context } from './builder.ts';
import { eventTypeName } from './event-names.ts';

const cursorDescription = 'Keep the latest one: given as `after`, it resumes without a gap.';

export const Positioned = builder.interfaceRef<PositionedValue>('Positioned').implement({
  description: 'A message of any subscription. A client that only keeps its place needs nothing else.',
  fields: (t) => ({ cursor: t.exposeString('cursor', { description: cursorDescription }) }),
});

/** The interface of what one subscription sends. @param typename of a message that is no notice. */
function messageInterface<T extends PositionedValue>(
  name: string,
  { of, typename }: { readonly of: string; readonly typename: (message: T) => string },
) {
  return builder.interfaceRef<T | GapNoticeValue>(name).implement({
    description: `A message of \`${of}\`. Select \`cursor\` on it, and the rest with \`... on\` the type you want.`,
    interfaces: [Positioned],
    resolveType: (message) => (isGap(message) ? 'GapNotice' : typename(message as T)),
  });
}

export const TransferMessage = messageInterface('TransferMessage', {
  of: 'transferUpdates',
  typename: () => 'TransferUpdate',
});
export const PlanMessage = messageInterface('PlanMessage', { of: 'planProgress', typename: () => 'PlanProgress' });
export const OrderMessage = messageInterface('OrderMessage', { of: 'orderUpdates', typename: () => 'OrderUpdate' });
export const DomainMessage = messageInterface('DomainMessage', { of: 'domainUpdates', typename: () => 'DomainUpdate' });
export const EventMessage = messageInterface('EventMessage', {
  of: 'events',
  typename: ({ type }: EventNode) => eventTypeName(type),
});

const GapReason = builder.enumType('GapReason', {
  description: 'Why events were missed.',
  values: {
    EXPIRED: { description: 'The cursor is older than what the gateway keeps of the past.' },
  } as const,
});

export const GapNotice = builder.objectRef<GapNoticeValue>('GapNotice').implement({
  description:
    'Events were missed: those after your cursor that are no longer kept. It is the first message of the subscription. Then come the present states, where the subscription has them, or else what is still kept, so that you can mend your copy.',
  interfaces: [Positioned, TransferMessage, PlanMessage, OrderMessage, DomainMessage, EventMessage],
  fields: (t) => ({
    reason: t.expose('gap', { type: GapReason, description: 'Why.' }),
    missedUntil: t.expose('missedUntil', {
      type: 'DateTime',
      description: 'When the last of the events happened that are no longer kept. What came later is told.',
    }),
  }),
});

/** Where a subscription goes on: after the cursor in its argument, or else the one its transport brought along; null = from now on. */
export function cursorArg(after: string | null | undefined, { resumeAfter }: Context): string | null {
  return after ?? resumeAfter ?? null;
}

/** Ends a subscription when its caller leaves. */
export function signalOf({ scope }: Context): AbortSignal {
  return scope.signal ?? NEVER;
}

const NEVER = new AbortController().signal;
