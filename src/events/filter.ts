// Which events somebody wants to hear of; the same rule for the log, subscriptions and webhooks.
import type { EventRecord } from '../store/records.ts';
import type { EventFilter } from '../store/store.ts';

/** True when every condition of the filter holds for the event. Says nothing about who may see it. */
export function isWantedEvent(event: EventRecord, filter: EventFilter): boolean {
  const { types, organizationId, clientId, domainName, domainNames, tlds, subjectIds } = filter;
  const named = event.domainName;
  return (
    (types === undefined || types.includes(event.type)) &&
    (organizationId === undefined || event.organizationId === organizationId) &&
    (clientId === undefined || event.clientId === clientId) &&
    (domainName === undefined || named === domainName) &&
    (domainNames === undefined || (named !== null && domainNames.includes(named))) &&
    (tlds === undefined || (named !== null && tlds.some((tld) => named.endsWith(`.${tld}`)))) &&
    (subjectIds === undefined || subjectIds.includes(event.subjectId))
  );
}
