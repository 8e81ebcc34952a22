// The organizations of the credential: one call brings all of them.
import { ageLimit, type Demand } from './demand.ts';
import { ForeignAccountError, SuddenlyEmptyError } from './failure.ts';
import type { Caller } from './flights.ts';
import type { ListFreshness } from './freshness.ts';
import type { OwnerBook } from './known-owners.ts';
import { LIST_KEYS, type Parts } from './parts.ts';

const ENDPOINT = 'GET /organization/organizations';

export interface OrganizationList {
  bring(demand: Demand): Promise<ListFreshness>;
  /** The same for other shared work. `known`: any age will do. */
  bringFor(caller: Caller, age: 'young' | 'known'): Promise<ListFreshness>;
  /** Reads the list now, as a sign that the credential works. */
  readNow(caller: Caller): Promise<void>;
}

export function createOrganizationList(parts: Parts, owners: OwnerBook): OrganizationList {
  const { port, store, clock, ages, lists, wrote } = parts;

  const read = async (caller: Caller) => {
    const startedAt = clock.now();
    caller.plan(1);
    const rows = await caller.send((call) => port.organizations(call));
    const known = await store.organizations.all();
    if (rows.length === 0 && known.some(({ missingAt }) => missingAt === null))
      throw new SuddenlyEmptyError('organizations', ENDPOINT);
    const knownIds = new Set(known.map(({ id }) => id));
    if (rows.length > 0 && knownIds.size > 0 && !rows.some(({ id }) => knownIds.has(id)))
      throw new ForeignAccountError(ENDPOINT);
    await store.organizations.replaceAll(
      rows.map((row) => ({ ...row, asOf: startedAt })),
      startedAt,
    );
    owners.changed();
    wrote();
    await lists.complete(LIST_KEYS.organizations, { startedAt, fetched: rows.length, total: rows.length });
  };
  return {
    bring: (demand) =>
      lists.bring(LIST_KEYS.organizations, ageLimit(demand, ages, 'organizations', clock.now()), demand, read),
    bringFor(caller, age) {
      const maxAgeMs = age === 'known' ? Number.POSITIVE_INFINITY : ages.organizations * 1_000;
      const limit = { askedAt: clock.now(), maxAgeMs };
      return lists.bringFor(caller, LIST_KEYS.organizations, limit, read);
    },
    readNow: read,
  };
}
