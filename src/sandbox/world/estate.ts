// The domains under management, indexed for lists: by name, by organization, by customer.
import type { Domain } from './records.ts';

export interface Estate {
  /** A listed domain by its A-label name. */
  get(fqdn: string): Domain | undefined;
  /** A domain past its hold: not listed any more, restorable for a while. */
  getUnlisted(fqdn: string): Domain | undefined;
  /** Adds a domain to the lists. @throws Error when the name is taken. */
  add(domain: Domain): void;
  /** Adds many at once: sorts once instead of for each. */
  addAll(domains: readonly Domain[]): void;
  /** Moves a domain out of the lists, keeping it restorable. */
  unlist(domain: Domain): void;
  /** Moves a restored domain back into the lists. @throws Error when the name was taken meanwhile. */
  relist(domain: Domain): void;
  /** Gives a listed domain to another customer of its organization, or to the organization itself. */
  giveTo(domain: Domain, customerId: string | undefined): void;
  /** Forgets a domain wherever it is. */
  remove(domain: Domain): void;
  /** A change of something that lists filter or sort by. */
  touch(domain: Domain, now: number): void;
  /** Listed domains of an organization, its customers' included, by name. */
  ofOrganization(id: string): readonly Domain[];
  ofCustomer(id: string): readonly Domain[];
  unlisted(): IterableIterator<Domain>;
  readonly size: number;
  /** Grows with every change; what was computed at the same version still holds. */
  readonly version: number;
}

const byName = (a: Domain, b: Domain) => (a.fqdn < b.fqdn ? -1 : a.fqdn > b.fqdn ? 1 : 0);
const nothing: readonly Domain[] = [];

function positionOf(list: readonly Domain[], fqdn: string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = list[middle];
    if (there && there.fqdn < fqdn) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function createEstate(): Estate {
  const listed = new Map<string, Domain>();
  const unlisted = new Map<string, Domain>();
  const organizations = new Map<string, Domain[]>();
  const customers = new Map<string, Domain[]>();
  /** Lists that still hold domains no longer listed: cleaned when they are next read. */
  const outdated = new Set<Domain[]>();
  let version = 0;

  function listsOf(domain: Domain): Domain[][] {
    const lists = [ensure(organizations, domain.organizationId)];
    if (domain.customerId !== undefined) lists.push(ensure(customers, domain.customerId));
    return lists;
  }
  function unindex(domain: Domain): void {
    listed.delete(domain.fqdn);
    for (const list of listsOf(domain)) outdated.add(list);
    version++;
  }
  function clean(list: Domain[] | undefined): readonly Domain[] {
    if (!list) return nothing;
    if (outdated.delete(list)) {
      let kept = 0;
      for (const domain of list) if (listed.get(domain.fqdn) === domain) list[kept++] = domain;
      list.length = kept;
    }
    return list;
  }
  function insert(list: Domain[], domain: Domain): void {
    clean(list);
    list.splice(positionOf(list, domain.fqdn), 0, domain);
  }
  function claimName(domain: Domain): void {
    if (listed.has(domain.fqdn)) throw new Error(`${domain.fqdn} is already under management`);
    listed.set(domain.fqdn, domain);
    version++;
  }

  return {
    get: (fqdn) => listed.get(fqdn),
    getUnlisted: (fqdn) => unlisted.get(fqdn),
    add(domain) {
      claimName(domain);
      for (const list of listsOf(domain)) insert(list, domain);
    },
    addAll(domains) {
      const changed = new Set<Domain[]>();
      for (const domain of domains) {
        claimName(domain);
        for (const list of listsOf(domain)) {
          list.push(domain);
          changed.add(list);
        }
      }
      for (const list of changed) list.sort(byName);
    },
    unlist(domain) {
      if (listed.get(domain.fqdn) === domain) unindex(domain);
      unlisted.set(domain.fqdn, domain);
    },
    relist(domain) {
      // Lists that still hold it from before must forget it first.
      for (const list of listsOf(domain)) clean(list);
      claimName(domain);
      unlisted.delete(domain.fqdn);
      for (const list of listsOf(domain)) insert(list, domain);
    },
    giveTo(domain, customerId) {
      if (domain.customerId === customerId) return;
      const left = domain.customerId === undefined ? undefined : ensure(customers, domain.customerId);
      clean(left);
      left?.splice(positionOf(left, domain.fqdn), 1);
      domain.customerId = customerId;
      if (customerId !== undefined) insert(ensure(customers, customerId), domain);
      version++;
    },
    remove(domain) {
      if (listed.get(domain.fqdn) === domain) unindex(domain);
      if (unlisted.get(domain.fqdn) === domain) unlisted.delete(domain.fqdn);
    },
    touch(domain, now) {
      domain.updatedAt = now;
      version++;
    },
    ofOrganization: (id) => clean(organizations.get(id)),
    ofCustomer: (id) => clean(customers.get(id)),
    unlisted: () => unlisted.values(),
    get size() {
      return listed.size;
    },
    get version() {
      return version;
    },
  };
}

function ensure(map: Map<string, Domain[]>, key: string): Domain[] {
  let list = map.get(key);
  if (!list) {
    list = [];
    map.set(key, list);
  }
  return list;
}
