// Brings what single domains are wanted for beyond the list: rows, clients, details; by whichever calls are fewest.
import type { DomainDetailRecord, DomainRecord } from '../store/records.ts';
import type { ClientDomains } from './client-domains.ts';
import { ageLimit, type Demand, type MirroredKind } from './demand.ts';
import type { DetailReading, DomainDetails } from './domain-detail.ts';
import type { DomainList } from './domain-list.ts';
import { failureReason, isUpstreamFailure } from './failure.ts';
import { type AgeLimit, type Depth, type Freshness, freshnessAfter, isTooOld } from './freshness.ts';
import { type DomainKey, domainKeyText } from './keys.ts';
import type { OwnerBook } from './known-owners.ts';
import { LIST_KEYS, type Parts } from './parts.ts';
import { type Plan, type Portfolio, pagesOf, planDomains } from './planner.ts';

/** The client of a domain as far as is known; `clientId` null = it belongs to none. */
export interface DomainLink {
  readonly clientId: string | null;
  readonly freshness: Freshness;
}

/** What is wanted of some domains beyond their rows, planned together. */
export interface DomainWants {
  readonly links: readonly DomainKey[];
  readonly details: readonly DomainKey[];
}

/** By {@link domainKeyText}; without an entry nothing is known. */
export interface DomainDepths {
  readonly links: ReadonlyMap<string, DomainLink>;
  readonly details: ReadonlyMap<string, Depth<DomainDetailRecord>>;
}

/** Why domains, by name, could not be brought to the demanded age. */
type Reasons = ReadonlyMap<string, string>;

export interface DomainDepthReader {
  depths(wants: DomainWants, demand: Demand): Promise<DomainDepths>;
  /** @returns why rows could not be brought to the demanded age, by name. */
  rows(domains: readonly DomainRecord[], demand: Demand): Promise<Reasons>;
  /** Pages that the list of one client has of which nothing is known. */
  typicalPages(): Promise<number>;
  /** What the planner knows; `organizationIds` are those whose clients' lists are considered. */
  portfolio(organizationIds: readonly string[]): Promise<Portfolio>;
  /** One detail, shared with whoever wants the same. @throws {UpstreamError} */
  readOne(name: string, demand: Demand): Promise<DetailReading | 'late'>;
}

export function createDomainDepths(
  parts: Parts,
  deps: {
    readonly owners: OwnerBook;
    readonly list: DomainList;
    readonly details: DomainDetails;
    readonly clientDomains: ClientDomains;
  },
): DomainDepthReader {
  const { store, clock, ages, flights, lists, pageSize, detailWaitMs } = parts;
  const { owners, list, details, clientDomains } = deps;
  const limitOf = (demand: Demand, kind: MirroredKind) => ageLimit(demand, ages, kind, clock.now());

  const fly = (name: string, demand: Demand) => {
    const options = { maxWaitMs: demand.maxWaitMs ?? detailWaitMs, finishLate: false };
    return flights.run(details.flightKey(name), demand, options, details.read(name));
  };
  const readAll = async (names: readonly string[], demand: Demand): Promise<Reasons> => {
    const reasons = new Map<string, string>();
    await Promise.all(
      names.map(async (name) => {
        const outcome = await fly(name, demand);
        if (outcome.kind === 'late') reasons.set(name, 'Gandi was not asked in time.');
        if (outcome.kind === 'failed') reasons.set(name, `${failureReason(outcome.error)}.`);
        if (outcome.kind === 'done' && outcome.value.kind === 'not-found') reasons.set(name, 'Gandi answered 404.');
      }),
    );
    return reasons;
  };
  const portfolio = async (organizationIds: readonly string[]): Promise<Portfolio> => {
    const known = await lists.state(LIST_KEYS.domains);
    const isWhole = (await Promise.all(organizationIds.map((id) => lists.asOf(LIST_KEYS.clients(id))))).every(
      (asOf) => asOf !== null,
    );
    const { clients } = await owners.known();
    const clientIds = [...clients].filter(([, owner]) => organizationIds.includes(owner)).map(([id]) => id);
    const domains = known?.completeAt == null ? null : known.fetched;
    return {
      domains,
      clientListPages: isWhole ? clientDomains.pagesOf(clientIds, typicalPages(domains, clients.size)) : null,
      rowsTellClient: (await list.rowsTellClient()) === true,
      pageSize,
    };
  };
  /** Carries a plan out and says which names it could not serve. */
  const execute = async (
    { kind }: Plan,
    wanted: readonly DomainKey[],
    limit: AgeLimit,
    demand: Demand,
  ): Promise<Reasons> => {
    if (kind === 'nothing') return new Map();
    if (kind === 'details') return readAll([...new Set(wanted.map(({ name }) => name))], demand);
    const fresh = { askedAt: limit.askedAt, maxAgeMs: 0 };
    const organizationIds = [...new Set(wanted.map(({ organizationId }) => organizationId))];
    const outcomes =
      kind === 'list'
        ? [await list.bring(fresh, demand)]
        : await Promise.all(
            organizationIds.map((id) =>
              lists.bring(LIST_KEYS.domainClients(id), fresh, demand, clientDomains.readAll(id)),
            ),
          );
    const reason = outcomes.find(({ state }) => state === 'STALE')?.reason ?? null;
    return new Map(reason === null ? [] : wanted.map(({ name }) => [name, reason]));
  };
  /** The rows are in the mirror, so a list that cannot be read at all is a reason too, not the end. */
  const bring = async (
    wanted: 'rows' | 'clients',
    keys: readonly DomainKey[],
    limit: AgeLimit,
    demand: Demand,
  ): Promise<Reasons> => {
    const organizationIds = [...new Set(keys.map(({ organizationId }) => organizationId))];
    const plan = planDomains(wanted, keys.length, await portfolio(organizationIds));
    try {
      return await execute(plan, keys, limit, demand);
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error;
      return new Map(keys.map(({ name }) => [name, `${failureReason(error)}.`]));
    }
  };

  /** As if every client had as many domains as the others. */
  const typicalPages = (domains: number | null, clients: number) =>
    domains === null || clients === 0 ? 1 : pagesOf(domains / clients, pageSize);

  return {
    portfolio,
    async typicalPages() {
      const known = await lists.state(LIST_KEYS.domains);
      return typicalPages(known?.fetched ?? null, (await owners.known()).clients.size);
    },
    async readOne(name, demand) {
      const outcome = await fly(name, demand);
      if (outcome.kind === 'failed') throw outcome.error;
      return outcome.kind === 'late' ? 'late' : outcome.value;
    },
    rows(domains, demand) {
      const limit = limitOf(demand, 'domains');
      return bring(
        'rows',
        domains.filter(({ rowAsOf }) => isTooOld(rowAsOf, limit)),
        limit,
        demand,
      );
    },
    async depths(wants, demand) {
      const detailLimit = limitOf(demand, 'domainDetail');
      const linkLimit = limitOf(demand, 'domains');
      const names = [...new Set([...wants.details, ...wants.links].map(({ name }) => name))];
      const before = indexed(await store.domains.byNames(names));
      const isOldDetail = (key: DomainKey) => isTooOld(before.get(domainKeyText(key))?.detailAsOf ?? null, detailLimit);
      const oldDetails = new Set(wants.details.filter(isOldDetail).map(({ name }) => name));
      const oldLinks = wants.links.filter(
        (key) => !oldDetails.has(key.name) && isTooOld(before.get(domainKeyText(key))?.clientAsOf ?? null, linkLimit),
      );
      demand.meter.fromMirror +=
        wants.details.length + wants.links.length - oldLinks.length - wants.details.filter(isOldDetail).length;
      const [detailReasons, linkReasons] = await Promise.all([
        readAll([...oldDetails], demand),
        bring('clients', oldLinks, linkLimit, demand),
      ]);
      const changed = oldDetails.size > 0 || oldLinks.length > 0;
      const after = changed && wants.links.length > 0 ? indexed(await store.domains.byNames(names)) : before;
      const links = new Map<string, DomainLink>();
      for (const key of wants.links) {
        const record = after.get(domainKeyText(key));
        if (record?.clientAsOf == null) continue;
        const reason = linkReasons.get(key.name) ?? detailReasons.get(key.name) ?? null;
        const known = before.get(domainKeyText(key))?.clientAsOf ?? null;
        const freshness = freshnessAfter(known, record.clientAsOf, linkLimit, reason);
        links.set(domainKeyText(key), { clientId: record.clientId, freshness });
      }
      const found = wants.details.length === 0 ? [] : await store.domains.details(wants.details);
      const depths = found.map(({ organizationId, name, detail, asOf }) => {
        const text = domainKeyText({ organizationId, name });
        const reason = detailReasons.get(name) ?? null;
        const freshness = freshnessAfter(before.get(text)?.detailAsOf ?? null, asOf, detailLimit, reason);
        return [text, { value: detail, freshness }] as const;
      });
      return { links, details: new Map(depths) };
    },
  };
}

function indexed(records: readonly DomainRecord[]): ReadonlyMap<string, DomainRecord> {
  return new Map(records.map((record) => [domainKeyText(record), record]));
}
