// The clients of each reseller organization, a page of up to a hundred in each call.

import { UpstreamError } from '../upstream/errors.ts';
import { ageLimit, type Demand } from './demand.ts';
import { SuddenlyEmptyError } from './failure.ts';
import type { Caller } from './flights.ts';
import { type ListFreshness, worstOf } from './freshness.ts';
import type { OwnerBook } from './known-owners.ts';
import type { OrganizationList } from './organization-list.ts';
import { LIST_KEYS, type Parts } from './parts.ts';
import { sweep } from './sweep.ts';

export interface ClientList {
  /** Of one organization, or of every reseller organization (null). An organization that is no reseller has no clients, which takes no call. */
  bring(organizationId: string | null, demand: Demand): Promise<ListFreshness>;
  /** Of every reseller organization, for other shared work, at the default age or younger. */
  bringFor(caller: Caller, maxAgeMs?: number): Promise<ListFreshness>;
}

export function createClientList(parts: Parts, owners: OwnerBook, organizations: OrganizationList): ClientList {
  const { port, store, clock, ages, lists, pageSize, atOnce, wrote } = parts;
  const surplusOf = new Map<string, number>();

  /** An empty list is believed when it was empty before, or when a client known until now is gone too. */
  const assertReallyEmpty = async (caller: Caller, organizationId: string) => {
    const [known] = await store.clients.ids(organizationId);
    if (known === undefined) return;
    caller.plan(1);
    try {
      await caller.send((call) => port.client(organizationId, known, call));
    } catch (error) {
      if (error instanceof UpstreamError && error.kind === 'not-found') return;
      throw error;
    }
    throw new SuddenlyEmptyError('clients', 'GET /organization/organizations/{id}/customers');
  };
  const read = (organizationId: string) => async (caller: Caller) => {
    const key = LIST_KEYS.clients(organizationId);
    const startedAt = clock.now();
    const usualSurplus = surplusOf.get(organizationId) ?? 0;
    const result = await sweep({
      caller,
      now: clock.now,
      pageSize,
      atOnce,
      usualSurplus,
      fetchPage: (page, call) => port.clients({ organizationId, page, perPage: pageSize }, call),
      keyOf: ({ id }) => id,
      async onPage(rows, rowAsOf) {
        const events = await store.clients.upsertRows(rows.map((row) => ({ ...row, organizationId, rowAsOf })));
        owners.changed();
        wrote(events);
      },
      async onProgress({ fetched, total }) {
        if ((await lists.asOf(key)) === null) await lists.progress(key, fetched, total);
      },
    });
    if (result.surplus !== null) surplusOf.set(organizationId, result.surplus);
    if (result.keys.size === 0) await assertReallyEmpty(caller, organizationId);
    const isWhole = result.isSteady && result.surplus === 0;
    const events = isWhole ? await store.clients.markUnseenMissing(organizationId, startedAt) : [];
    owners.changed();
    wrote(events);
    await lists.complete(key, { startedAt, fetched: result.keys.size, total: result.total });
  };
  const none = (): ListFreshness => ({
    asOf: clock.now(),
    state: 'MIRRORED',
    reason: null,
    isComplete: true,
    fetched: 0,
    total: 0,
  });

  return {
    async bring(organizationId, demand) {
      const freshness = await organizations.bring({ ...demand, maxAgeSeconds: null });
      const limit = ageLimit(demand, ages, 'clients', clock.now());
      const wanted = (await owners.resellers()).filter((id) => organizationId === null || id === organizationId);
      const [first, ...others] = await Promise.all(
        wanted.map((id) => lists.bring(LIST_KEYS.clients(id), limit, demand, read(id))),
      );
      return first === undefined
        ? { ...none(), asOf: freshness.asOf, state: freshness.state }
        : worstOf(first, ...others);
    },
    async bringFor(caller, maxAgeMs = ages.clients * 1_000) {
      const limit = { askedAt: clock.now(), maxAgeMs };
      const resellers = await owners.resellers();
      const [first, ...others] = await Promise.all(
        resellers.map((id) => lists.bringFor(caller, LIST_KEYS.clients(id), limit, read(id))),
      );
      return first === undefined ? none() : worstOf(first, ...others);
    },
  };
}
