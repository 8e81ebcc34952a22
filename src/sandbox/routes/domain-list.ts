// GET /domain/domains: filters, order and pages over the whole portfolio.

import { refuseInput } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { queryError, wordFrom } from '../http/input.ts';
import { csvAnswer, listAnswer, matcher, pageOf } from '../http/paging.ts';
import { domainRow } from '../render.ts';
import type { SandboxState } from '../state.ts';
import type { Estate } from '../world/estate.ts';
import type { Domain } from '../world/records.ts';
import { canonicalName } from '../world/tlds.ts';

type Key = 'fqdn' | 'tld' | 'created_at' | 'updated_at' | 'registry_created_at' | 'registry_ends_at';
const sortKeys: Record<Key, (domain: Domain) => string | number> = {
  fqdn: (domain) => domain.fqdn,
  tld: (domain) => domain.tld.name,
  created_at: (domain) => domain.createdAt,
  updated_at: (domain) => domain.updatedAt,
  registry_created_at: (domain) => domain.registeredAt,
  registry_ends_at: (domain) => domain.expiresAt,
};
const sortWords = (Object.keys(sortKeys) as Key[]).flatMap((key) => [key, `-${key}` as const]);

/** Sorts a list that comes ordered by name; equal keys stay in that order. */
function sorted(domains: readonly Domain[], word: (typeof sortWords)[number] | undefined): readonly Domain[] {
  if (word === undefined || word === 'fqdn') return domains;
  if (word === '-fqdn') return domains.toReversed();
  const down = word.startsWith('-');
  const key = sortKeys[word.replace('-', '') as Key];
  const order = (a: Domain, b: Domain) => {
    const [left, right] = [key(a), key(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  return domains.toSorted(down ? (a, b) => order(b, a) : order);
}

function filtered(query: URLSearchParams, domains: readonly Domain[]): readonly Domain[] {
  const tests: ((domain: Domain) => boolean)[] = [];
  const fqdn = query.get('fqdn');
  if (fqdn !== null) {
    const matches = matcher(fqdn.includes('*') ? fqdn : (canonicalName(fqdn) ?? fqdn));
    tests.push((domain) => matches(domain.fqdn) || (domain.unicode !== domain.fqdn && matches(domain.unicode)));
  }
  const tld = query.get('tld')?.toLowerCase();
  if (tld !== undefined) tests.push((domain) => domain.tld.name === tld);
  const kind = wordFrom(query, 'nameserver', ['abc', 'livedns', 'other']);
  if (kind !== undefined) tests.push((domain) => domain.nameserverKind === kind);
  return tests.length === 0 ? domains : domains.filter((domain) => tests.every((test) => test(domain)));
}

/** Domains of the caller's organizations, or of the one or the customer that `sharing_id` names. */
function scope(call: Call, sharingId: string | undefined, resellee: string | null): readonly Domain[] {
  const { estate, customers } = call.world;
  const ofOne = (id: string) => (customers.get(id) ? estate.ofCustomer(id) : estate.ofOrganization(id));
  const visible = sharingId === undefined ? visibleTo(call) : ofOne(sharingId);
  if (resellee === null) return visible;
  const organizationId = customers.get(resellee)?.organizationId;
  if (organizationId === undefined || !call.principal.organizationIds.has(organizationId)) return [];
  const theirs = estate.ofCustomer(resellee);
  if (sharingId === undefined || sharingId === organizationId || sharingId === resellee) return theirs;
  return [];
}

function visibleTo(call: Call): readonly Domain[] {
  const lists = [...call.principal.organizationIds]
    .map((id) => call.world.estate.ofOrganization(id))
    .filter((list) => list.length > 0);
  const [only, ...others] = lists;
  if (others.length === 0) return only ?? [];
  return lists.flat().sort((a, b) => (a.fqdn < b.fqdn ? -1 : 1));
}

const visibleCount = (call: Call) =>
  [...call.principal.organizationIds].reduce((sum, id) => sum + call.world.estate.ofOrganization(id).length, 0);

/** Lists are asked for page by page: the filtered, ordered list is kept until the portfolio changes. */
const keptLists = 16;

export function createDomainList(state: SandboxState) {
  let from: Estate | undefined;
  let version = -1;
  const kept = new Map<string, readonly Domain[]>();

  function matching(call: Call): readonly Domain[] {
    const { query, principal, world } = call;
    const sharingId = call.sharingId();
    const word = wordFrom(query, 'sort_by', sortWords);
    if (from !== world.estate || version !== world.estate.version) {
      kept.clear();
      from = world.estate;
      version = world.estate.version;
    }
    const asked = ['fqdn', 'tld', 'nameserver', 'resellee_id', 'sharing_id', 'sort_by'].map((name) => query.get(name));
    const key = JSON.stringify([[...principal.organizationIds], asked]);
    const known = kept.get(key);
    if (known) return known;
    const list = sorted(filtered(query, scope(call, sharingId, query.get('resellee_id'))), word);
    if (kept.size >= keptLists) kept.clear();
    kept.set(key, list);
    return list;
  }

  return (call: Call): Response => {
    const empty = ['fqdn', 'tld', 'resellee_id'].find((name) => call.query.get(name) === '');
    if (empty !== undefined) throw refuseInput(queryError(empty, 'must not be empty'));
    const page = pageOf(matching(call), { url: call.url, total: visibleCount(call) });
    const rows = page.rows.map((domain) => domainRow(state, call.world, call.base, domain, call.now));
    if (!/^text\/csv\b/.test(call.request.headers.get('accept') ?? '')) return listAnswer(rows, page.headers);
    const columns = [
      'fqdn',
      'fqdn_unicode',
      'tld',
      'id',
      'status',
      'autorenew',
      'owner',
      'tags',
      'registry_created_at',
      'registry_ends_at',
    ];
    const cells = rows.map((row) => [
      ...[row.fqdn, row.fqdn_unicode, row.tld, row.id, row.status, row.autorenew, row.owner, row.tags],
      ...[row.dates.registry_created_at, row.dates.registry_ends_at],
    ]);
    return csvAnswer(columns, cells, page.headers);
  };
}
