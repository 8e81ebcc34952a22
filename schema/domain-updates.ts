// The subscription that follows domains: whatever happens to them, resumable from any cursor.
import type { DomainUpdate, DomainWatch } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Domain } from './domain.ts';
import { domainNameOf } from './domain-name.ts';
import { Event } from './event.ts';
import { tldOf } from './event-filter.ts';
import { assertBounded } from './filters.ts';
import { MAX_PAGE_SIZE } from './limits.ts';
import { cursorArg, DomainMessage, Positioned, signalOf } from './messages.ts';
import { keyOf } from './node-id.ts';

builder.objectRef<DomainUpdate>('DomainUpdate').implement({
  description: 'Something that happened to a domain, or that it is there, when the subscription began.',
  interfaces: [Positioned, DomainMessage],
  fields: (t) => ({
    occurredAt: t.expose('occurredAt', {
      type: 'DateTime',
      description: 'When it happened, or when the domain was last seen.',
    }),
    domainName: t.expose('domainName', { type: 'DomainName', description: 'The domain.' }),
    event: t.expose('event', {
      type: Event,
      nullable: true,
      description: 'What happened to it, to its orders or to its transfers; null when it only tells that it is there.',
    }),
    domain: t.field({
      type: Domain,
      nullable: true,
      description: 'The domain as it is now; null when it is gone, not there yet, or not yours to see.',
      resolve: ({ organizationId, domainName }, _args, { services, scope }) =>
        organizationId === null ? null : services.domains.byKey(scope, { organizationId, name: domainName }),
    }),
  }),
});

const DomainUpdatesFilter = builder.inputType('DomainUpdatesFilter', {
  description: `Which domains to follow; every condition given must hold. Lists have up to ${MAX_PAGE_SIZE} entries.`,
  fields: (t) => ({
    names: t.field({ type: ['DomainName'], description: 'These domains.' }),
    tlds: t.stringList({ description: 'Domains under one of these TLDs, without a dot.' }),
    clientId: t.id({ description: 'Domains of this client.' }),
    organizationId: t.id({ description: 'Domains of this organization.' }),
  }),
});

builder.subscriptionField('domainUpdates', (t) =>
  t.field({
    type: DomainMessage,
    description:
      'Begins with each domain that is named in `names`, then tells whatever happens to matching domains, to their orders and to their transfers. With `after`, everything since that cursor instead; when some of it is no longer kept, a `GapNotice`, the named domains, and then what is.',
    args: {
      filter: t.arg({ type: DomainUpdatesFilter, description: 'Which domains; all when not given.' }),
      after: t.arg.string({ description: 'Cursor of the last update you handled.' }),
    },
    subscribe: (_root, { filter, after }, context) =>
      context.services.events.ofDomains(context.scope.session, {
        filter: toWatch(filter),
        after: cursorArg(after, context),
        signal: signalOf(context),
      }),
    resolve: (message) => message,
  }),
);

function toWatch(input: typeof DomainUpdatesFilter.$inferInput | null | undefined): DomainWatch {
  assertBounded(input);
  const { names, tlds, organizationId, clientId } = input ?? {};
  return {
    ...(names != null && { domainNames: names.map((name) => domainNameOf(name, 'filter.names')) }),
    ...(tlds != null && { tlds: tlds.map((tld) => tldOf(tld, 'filter.tlds')) }),
    ...(organizationId != null && { organizationId: keyOf('Organization', organizationId, 'filter.organizationId') }),
    ...(clientId != null && { clientId: keyOf('Client', clientId, 'filter.clientId') }),
  };
}
