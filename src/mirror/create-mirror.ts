// Puts the parts of the mirror together.
import type { DomainRecord } from '../store/records.ts';
import { UpstreamError } from '../upstream/errors.ts';
import { createAbsences } from './absences.ts';
import type { Mirror } from './api.ts';
import { createClientDetails } from './client-details.ts';
import { createClientDomains } from './client-domains.ts';
import { createClientList } from './client-list.ts';
import { ageLimit, type Demand, type MirrorAges } from './demand.ts';
import { createDomainDepths } from './domain-depths.ts';
import { createDomainDetails } from './domain-detail.ts';
import { createDomainList } from './domain-list.ts';
import { createDomainListing } from './domain-listing.ts';
import { createFlights } from './flights.ts';
import { isTooOld } from './freshness.ts';
import { createOwnerBook } from './known-owners.ts';
import { createLists } from './lists.ts';
import { createOrganizationList } from './organization-list.ts';
import { LIST_KEYS, type MirrorOptions, type Parts } from './parts.ts';
import { createViewer } from './viewer.ts';

/** Of organizations an hour, of lists a quarter of an hour, of details an hour. */
export const DEFAULT_AGES: MirrorAges = {
  organizations: 3_600,
  clients: 900,
  clientDetail: 3_600,
  domains: 900,
  domainDetail: 3_600,
};

/** Within this time an answer from the same credential shows that it still works. */
const CREDENTIAL_PROOF_SECONDS = 60;

export function createMirror(options: MirrorOptions): Mirror {
  const { port, store, clock, waits = {}, pageSize = 100, atOnce = 16 } = options;
  const { coldMs = 20_000, refreshMs = 10_000, detailMs = 10_000 } = waits;
  let generation = 0;
  const flights = createFlights({ clock });
  const parts: Parts = {
    port,
    store,
    clock,
    ages: { ...DEFAULT_AGES, ...options.ages },
    flights,
    lists: createLists({ clock, store: store.mirrorLists, flights, waits: { coldMs, refreshMs } }),
    pageSize,
    atOnce,
    detailWaitMs: detailMs,
    wrote: (events = []) => {
      generation += 1;
      if (events.length > 0) options.onEvents?.();
    },
  };
  const { ages, lists } = parts;
  const owners = createOwnerBook(store, clock);
  const organizations = createOrganizationList(parts, owners);
  const clients = createClientList(parts, owners, organizations);
  const clientDetails = createClientDetails(parts, owners);
  const details = createDomainDetails(parts, owners, organizations);
  const absences = createAbsences(parts, { details, organizations });
  const list = createDomainList(parts, { owners, organizations, clients, details, absences });
  const clientDomains = createClientDomains(parts, clients, details);
  const depths = createDomainDepths(parts, { owners, list, details, clientDomains });
  const listing = createDomainListing(parts, { owners, list, depths, clientDomains });

  const readOne = async (name: string, demand: Demand): Promise<readonly DomainRecord[] | null> => {
    const reading = await depths.readOne(name, demand);
    if (reading === 'late')
      throw new UpstreamError(`${name} was not read in time.`, {
        kind: 'timeout',
        endpoint: 'GET /domain/domains/{d}',
      });
    return reading.kind === 'not-found' ? null : store.domains.byNames([name]);
  };

  return {
    ages,
    generation: () => generation,
    user: createViewer(parts),
    async organizations(demand) {
      const freshness = await organizations.bring(demand);
      return { rows: await owners.organizations(), freshness };
    },
    ensureClients: clients.bring,
    clientDetails: clientDetails.bring,
    wroteClient: (organizationId, client) => clientDetails.write(organizationId, client, clock.now()),
    clientChanged: clientDetails.readAgain,
    ensureDomains: listing.bring,
    ensureDomainRows: depths.rows,
    domainDepths: depths.depths,
    async findDomain(name, demand) {
      const limit = ageLimit(demand, ages, 'domains', clock.now());
      if (!isTooOld(await lists.asOf(LIST_KEYS.domains), limit)) return [];
      try {
        return (await readOne(name, demand)) ?? [];
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.kind !== 'forbidden') throw error;
        const proof = await organizations.bring({ ...demand, maxAgeSeconds: CREDENTIAL_PROOF_SECONDS });
        if (proof.state === 'STALE') throw error;
        return [];
      }
    },
    async domainChanged(name, demand) {
      flights.forget(details.flightKey(name));
      const found = (await readOne(name, demand)) ?? (await store.domains.byNames([name]));
      return found.find(({ presence }) => presence === 'PRESENT') ?? found[0] ?? null;
    },
    checkAbsences: absences.check,
    async refreshDetails({ limit, olderThan, expiringBefore }, demand) {
      const due = await store.domains.detailsDue({ olderThan, expiringBefore, limit });
      const found = await depths.depths({ links: [], details: due }, { ...demand, maxAgeSeconds: 0 });
      const stale = [...found.details.values()].filter(({ freshness }) => freshness.state === 'STALE');
      return {
        due: due.length,
        failed: due.length - found.details.size + stale.length,
        reason: stale[0]?.freshness.reason ?? null,
      };
    },
    idle: flights.idle,
    progress() {
      const record = lists.peek(LIST_KEYS.domains);
      return {
        isComplete: record?.completeAt != null,
        domains: record?.fetched ?? 0,
        total: record?.total ?? null,
        lastError: record?.lastError ?? null,
      };
    },
  };
}
