// Decides which calls bring what is wanted of many domains: pages of the whole list, one list for each client, or single details, whichever is fewest.

/** What is wanted of domains beyond details: their rows, or which client each belongs to. */
export type Wanted = 'rows' | 'clients';

/** What the mirror knows of the portfolio when it plans. */
export interface Portfolio {
  /** Domains in Gandi's list; null = not known yet. */
  readonly domains: number | null;
  /** Pages that the lists of all clients have, as far as known: at least one for each client. null = the clients are not known. */
  readonly clientListPages: number | null;
  /** List rows name the client (`sharing_id`, an optional field of Gandi v5). */
  readonly rowsTellClient: boolean;
  readonly pageSize: number;
}

export type PlanKind = 'nothing' | 'details' | 'list' | 'client-lists';

export interface Plan {
  readonly kind: PlanKind;
  readonly calls: number;
}

/** Pages that a list of `items` has; an empty list has one. */
export function pagesOf(items: number, pageSize: number): number {
  return Math.max(1, Math.ceil(items / pageSize));
}

/**
 * The cheapest way to bring `wanted` for `count` domains. Of equally cheap ways the one that brings more wins: details carry everything of the domains
 * asked for, the list carries the rows of all, client lists carry links of all.
 */
export function planDomains(wanted: Wanted, count: number, portfolio: Portfolio): Plan {
  if (count === 0) return { kind: 'nothing', calls: 0 };
  const { domains, clientListPages, rowsTellClient, pageSize } = portfolio;
  const ways: Plan[] = [{ kind: 'details', calls: count }];
  if (domains !== null && (wanted === 'rows' || rowsTellClient))
    ways.push({ kind: 'list', calls: pagesOf(domains, pageSize) });
  if (clientListPages !== null && wanted === 'clients') ways.push({ kind: 'client-lists', calls: clientListPages });
  return ways.reduce((best, way) => (way.calls < best.calls ? way : best));
}

/** Which lists answer a question about the domains of some clients only: theirs, or the whole one. */
export function planListing(portfolio: Portfolio, clientLists: number | null): 'list' | 'client-lists' {
  if (clientLists === null) return 'list';
  const { domains, pageSize } = portfolio;
  return domains !== null && clientLists < pagesOf(domains, pageSize) ? 'client-lists' : 'list';
}

/** A question put to an empty mirror. */
export interface ColdQuestion {
  readonly domains: number;
  readonly clients: number;
  /** Pages that the lists of all clients have; one for each, and more where a client has more domains than a page holds. Default: one each. */
  readonly clientListPages?: number;
  readonly pageSize: number;
  readonly rowsTellClient: boolean;
  /** How many of the domains are asked for their client. */
  readonly links: number;
  /** How many of the domains are asked for their detail. */
  readonly details: number;
}

/**
 * The fewest calls that can answer it over Gandi's v5 API (docs, domain and organization): the list of organizations, the pages of the clients and of the
 * domains, and then the cheapest way to what rows do not carry.
 */
export function minimumCalls(question: ColdQuestion): number {
  const { domains, clients, clientListPages = clients, pageSize, rowsTellClient, links, details } = question;
  const lists = 1 + pagesOf(clients, pageSize) + pagesOf(domains, pageSize);
  const linked = rowsTellClient ? 0 : Math.max(0, links - details);
  const rest = planDomains('clients', linked, { domains: null, clientListPages, rowsTellClient, pageSize });
  return lists + details + rest.calls;
}
