// The whole list of the credential's domains: read page by page, written as it comes, continued after an interruption.

import type { Absences } from './absences.ts';
import { createCheckpoint } from './checkpoint.ts';
import type { ClientList } from './client-list.ts';
import type { Demand } from './demand.ts';
import type { DomainDetails } from './domain-detail.ts';
import { createRowWriter } from './domain-rows.ts';
import { isUpstreamFailure } from './failure.ts';
import type { Caller } from './flights.ts';
import type { AgeLimit, ListFreshness } from './freshness.ts';
import type { OwnerBook } from './known-owners.ts';
import type { OrganizationList } from './organization-list.ts';
import { LIST_KEYS, type Parts } from './parts.ts';
import type { ListEvidence } from './presence.ts';
import { together } from './side-by-side.ts';
import { type SweepResult, sweep } from './sweep.ts';
import { placeRows } from './unplaced.ts';

export interface DomainList {
  bring(limit: AgeLimit, demand: Demand): Promise<ListFreshness>;
  /** Whether rows name the client, as the last complete pass showed; null = not known. */
  rowsTellClient(): Promise<boolean | null>;
}

const ROWS_TELL = 'mirror:rows-tell-client';

export function createDomainList(
  parts: Parts,
  deps: {
    readonly owners: OwnerBook;
    readonly organizations: OrganizationList;
    readonly clients: ClientList;
    readonly details: DomainDetails;
    readonly absences: Absences;
  },
): DomainList {
  const { port, store, clock, lists, pageSize, atOnce } = parts;
  const { owners, organizations, clients, details, absences } = deps;
  const key = LIST_KEYS.domains;
  const checkpoint = createCheckpoint(store.facts, 'mirror:domains-pass');
  let usualSurplus = 0;

  const evidenceOf = ({ surplus, isSteady, keys }: SweepResult, isResumed: boolean): ListEvidence => {
    if (isResumed) return 'resumed';
    if (keys.size === 0) return 'empty';
    if (surplus === null) return 'uncounted';
    return isSteady && surplus === 0 ? 'clean' : 'shifted';
  };
  const completeLinks = async (told: ReadonlySet<string>, startedAt: number, fetched: number) => {
    const { organizations: known } = await owners.known();
    for (const organizationId of told)
      await lists.complete(LIST_KEYS.domainClients(organizationId), { startedAt, fetched, total: fetched });
    await store.facts.set(ROWS_TELL, told.size === known.size ? 'yes' : 'no');
  };

  /** Organizations must be known to place a domain; clients only help, and a credential may have no right to read them. */
  const bringOwners = async (caller: Caller) => {
    await organizations.bringFor(caller, 'young');
    await clients.bringFor(caller).catch((error: unknown) => {
      if (!isUpstreamFailure(error)) throw error;
    });
  };
  const read = async (caller: Caller, limit: AgeLimit) => {
    const wasComplete = (await lists.asOf(key)) !== null;
    const interrupted = await checkpoint.read({ pageSize, notBefore: wasComplete ? clock.now() - limit.maxAgeMs : 0 });
    const startedAt = interrupted?.startedAt ?? clock.now();
    const writer = createRowWriter(parts, owners);
    const ownersKnown = bringOwners(caller);
    const pages = sweep({
      caller,
      now: clock.now,
      pageSize,
      atOnce,
      usualSurplus,
      fromPage: interrupted?.nextPage ?? 1,
      fetchPage: (page, call) => port.domains({ page, perPage: pageSize }, call),
      keyOf: ({ name }) => name,
      async onPage(rows, asOf) {
        await ownersKnown;
        await writer.write(rows, asOf);
      },
      async onProgress({ fetched, total, contiguous }) {
        if (!wasComplete) await lists.progress(key, fetched, total);
        await checkpoint.write({ startedAt, pageSize, nextPage: contiguous + 1 });
      },
    });
    await together(ownersKnown, pages);
    const result = await pages;
    await placeRows(writer.unplaced, caller, { parts, owners, details });
    const told = await writer.finish();
    await checkpoint.clear();
    if (interrupted === null && result.surplus !== null && result.isSteady) usualSurplus = result.surplus;
    await absences.note({ startedAt, evidence: evidenceOf(result, interrupted !== null), names: result.keys });
    if (interrupted === null) await completeLinks(told, startedAt, result.keys.size);
    const skipped = ((interrupted?.nextPage ?? 1) - 1) * pageSize;
    await lists.complete(key, { startedAt, fetched: skipped + result.keys.size, total: result.total });
  };

  return {
    bring: (limit, demand) => lists.bring(key, limit, demand, (caller) => read(caller, limit)),
    async rowsTellClient() {
      const told = await store.facts.get(ROWS_TELL);
      return told === null ? null : told === 'yes';
    },
  };
}
