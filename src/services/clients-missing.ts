// Clients whose stored data is not enough for an extension: reads the ordinary listing of clients and keeps those with a gap.
import {
  type ContactFacts,
  type ContactRequirement,
  type ContactType,
  contactRequirements,
  isNeeded,
} from '../policy/contact-fields.ts';
import type {
  ClientGap,
  ClientNode,
  ClientsService,
  ConnectionResult,
  OperationScope,
  PageRequest,
} from './services.ts';

type Edge = ConnectionResult<ClientNode>['edges'][number];
type GapEdge = ConnectionResult<ClientGap>['edges'][number];

/** Rows of one reading of the listing, its largest. */
const CHUNK = 100;
const TYPES: readonly string[] = ['INDIVIDUAL', 'COMPANY', 'ASSOCIATION', 'PUBLIC_BODY'] satisfies ContactType[];

/**
 * One page of the clients with a gap. Cursors are those of the listing of clients by name. As many clients are read as it takes to fill the page and
 * to know whether there is more, so a page of a portfolio without gaps reads all of it.
 * @param tld A-label, lower case, no dot in front.
 * @throws {CursorError}
 */
export async function listGaps(
  clients: Pick<ClientsService, 'list'>,
  scope: OperationScope,
  { tld, page }: { readonly tld: string; readonly page: PageRequest },
): Promise<ConnectionResult<ClientGap>> {
  const gapOf = gapFinder(tld);
  let freshness: ConnectionResult<ClientNode>['freshness'] = null;

  /** All clients between two cursors, from one end to the other. */
  async function* read(range: Pick<PageRequest, 'after' | 'before'>, backwards: boolean): AsyncGenerator<Edge> {
    let { after, before } = range;
    for (;;) {
      scope.signal?.throwIfAborted();
      const ends = { ...(after !== undefined && { after }), ...(before !== undefined && { before }) };
      const listed = await clients.list(scope, {
        filter: {},
        orderBy: { field: 'NAME', direction: 'ASC' },
        page: { ...(backwards ? { last: CHUNK } : { first: CHUNK }), ...ends },
      });
      freshness ??= listed.freshness;
      const edges = backwards ? listed.edges.toReversed() : listed.edges;
      yield* edges;
      const last = edges.at(-1);
      if (last === undefined || edges.length < CHUNK) return;
      if (backwards) before = last.cursor;
      else after = last.cursor;
    }
  }
  /** The first `limit` gaps between two cursors. */
  const gaps = async (
    range: Pick<PageRequest, 'after' | 'before'>,
    backwards: boolean,
    limit: number,
  ): Promise<readonly GapEdge[]> => {
    const found: GapEdge[] = [];
    for await (const { node: client, cursor } of read(range, backwards)) {
      const gap = gapOf(client);
      if (gap !== null) found.push({ node: gap, cursor });
      if (found.length >= limit) break;
    }
    return found;
  };

  const backwards = page.last !== undefined;
  const size = page.last ?? page.first ?? 1;
  const found = await gaps(page, backwards, size + 1);
  const edges = backwards ? found.slice(0, size).toReversed() : found.slice(0, size);
  const more = found.length > size;
  /** Whether a gap lies beyond the end that the caller's own cursor set. */
  const beyond = async (cursor: string | undefined, edge: GapEdge | undefined, towardsStart: boolean) => {
    if (cursor === undefined) return false;
    const from = edge?.cursor ?? (towardsStart ? page.before : page.after);
    const range = from === undefined ? {} : towardsStart ? { before: from } : { after: from };
    return (await gaps(range, towardsStart, 1)).length > 0;
  };
  return {
    edges,
    hasNextPage: backwards
      ? await beyond(page.before, edges.at(-1), false)
      : more || (await beyond(page.before, edges.at(-1), false)),
    hasPreviousPage: backwards
      ? more || (await beyond(page.after, edges[0], true))
      : await beyond(page.after, edges[0], true),
    totalCount: async () => (await gaps({}, false, Number.POSITIVE_INFINITY)).length,
    freshness,
  };
}

/** @returns for each client what it lacks; null when nothing does. */
function gapFinder(tld: string): (client: ClientNode) => ClientGap | null {
  const byType = new Map<ContactType | null, ReturnType<typeof contactRequirements>>();
  const requirementsOf = (type: ContactType | null) => {
    const known = byType.get(type);
    if (known !== undefined) return known;
    const all = contactRequirements({ tlds: [tld], operation: 'REGISTER', type: type ?? 'INDIVIDUAL' });
    const made = type === null ? { ...all, fields: all.fields.filter(({ field }) => field.kind === 'BASE') } : all;
    byType.set(type, made);
    return made;
  };
  return (client) => {
    const type = TYPES.includes(client.type ?? '') ? (client.type as ContactType) : null;
    const { fields, tlds } = requirementsOf(type);
    const stored = storedOf(client, type);
    const facts: ContactFacts = {
      type: type ?? 'INDIVIDUAL',
      country: client.detail?.address.country ?? null,
      parameters: new Map(),
    };
    const missing: ContactRequirement[] = [];
    const undecided: ContactRequirement[] = [];
    for (const requirement of fields) {
      const { field } = requirement;
      const value = field.kind === 'BASE' ? stored[field.name] : null;
      if (value != null && value.trim() !== '') continue;
      const needed = isNeeded(field, facts);
      if (needed === false) continue;
      if (needed === null || value === undefined) undecided.push(requirement);
      else missing.push(requirement);
    }
    const isKnown = tlds.every(({ known }) => known) && type !== null;
    if (missing.length === 0 && undecided.length === 0 && isKnown) return null;
    const state = missing.length > 0 ? 'LACKING' : 'UNKNOWN';
    return { client, state, missing, undecided, detailAsOf: client.detailAsOf };
  };
}

/** Base fields by name: null = Gandi has none, undefined = never read. */
function storedOf(client: ClientNode, type: ContactType | null): Readonly<Record<string, string | null | undefined>> {
  const { detail, firstName, lastName, companyName, email } = client;
  const address = detail?.address;
  return {
    type,
    firstName,
    lastName,
    companyName,
    email,
    street: address?.street,
    zip: address?.zip,
    city: address?.city,
    region: address?.region,
    country: address?.country,
    phone: detail?.phone,
  };
}
