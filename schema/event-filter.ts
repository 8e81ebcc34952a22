// Which events somebody asks for, as an argument.
import { badArgument } from '../src/services/bad-argument.ts';
import type { EventFilter } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import { EventType } from './event.ts';
import { assertBounded } from './filters.ts';
import { MAX_PAGE_SIZE } from './limits.ts';
import { decodeNodeId, keyOf, parseDomainKey } from './node-id.ts';

export const EventFilterInput = builder.inputType('EventFilter', {
  description: `Which events; every condition given must hold. Lists have up to ${MAX_PAGE_SIZE} entries.`,
  fields: (t) => ({
    types: t.field({ type: [EventType], description: 'Of one of these types.' }),
    organizationId: t.id({ description: 'Concerning this organization.' }),
    clientId: t.id({ description: 'Concerning this client.' }),
    domains: t.field({ type: ['DomainName'], description: 'About one of these domains, their orders or transfers.' }),
    tlds: t.stringList({ description: 'About domains under one of these TLDs, without a dot.' }),
    subjectIds: t.idList({
      description: 'Of one of these very things: ids of transfers, orders, plans, jobs, domains or clients.',
    }),
  }),
});

/** @throws {RequestFault} BAD_USER_INPUT naming the condition that cannot be used. */
export function toEventFilter(input: typeof EventFilterInput.$inferInput | null | undefined): EventFilter {
  assertBounded(input);
  const { types, organizationId, clientId, domains, tlds, subjectIds } = input ?? {};
  return {
    ...(types != null && { types }),
    ...(organizationId != null && { organizationId: keyOf('Organization', organizationId, 'filter.organizationId') }),
    ...(clientId != null && { clientId: keyOf('Client', clientId, 'filter.clientId') }),
    ...(domains != null && { domainNames: domains.map((name) => domainNameOf(name, 'filter.domains')) }),
    ...(tlds != null && { tlds: tlds.map((tld) => tldOf(tld, 'filter.tlds')) }),
    ...(subjectIds != null && { subjectIds: subjectIds.map(subjectOf) }),
  };
}

/** @throws {RequestFault} BAD_USER_INPUT naming `argument`. */
export function tldOf(text: string, argument: string): string {
  const tld = text.toLowerCase().replace(/^\./, '');
  if (!/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/.test(tld))
    throw badArgument(argument, text, 'a TLD as A-labels, such as com or co.uk');
  return tld;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the log calls the thing with this id. */
function subjectOf(id: string): string {
  if (UUID.test(id)) return id.toLowerCase();
  const { typename, id: key } = decodeNodeId(id, 'filter.subjectIds');
  if (typename !== 'Domain') return key;
  const { organizationId, name } = parseDomainKey(key);
  return `${organizationId}:${name}`;
}
