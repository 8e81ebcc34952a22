// Domains by key and by name, and what is wanted of them beyond their rows; the planner sees each batch as a whole.
import DataLoader from 'dataloader';
import { toError } from '../lib/to-error.ts';
import { isVisible } from '../lib/visible.ts';
import { ageLimit } from '../mirror/demand.ts';
import { isUpstreamFailure } from '../mirror/failure.ts';
import { type Depth, type Freshness, freshnessAfter } from '../mirror/freshness.ts';
import { type DomainKey, domainKeyText } from '../mirror/keys.ts';
import type { DomainLink } from '../mirror/mirror.ts';
import type { DomainDetailRecord, DomainRecord } from '../store/records.ts';
import type { Operation } from './operation.ts';
import { sharedReadsOf } from './shared-reads.ts';

export type MirroredDomain = DomainRecord & { readonly freshness: Freshness };

export interface DomainLoaders {
  readonly domains: DataLoader<DomainKey, MirroredDomain | null, string>;
  /**
   * By A-label, in every organization the caller sees, PRESENT ones first. A name the mirror does not have costs one call, or none while the complete list
   * is young enough.
   */
  readonly domainsByName: DataLoader<string, readonly MirroredDomain[]>;
  /** null when nothing is known. */
  domainDetail(key: DomainKey): Promise<Depth<DomainDetailRecord> | null>;
  /** null when nothing is known. */
  domainLink(key: DomainKey): Promise<DomainLink | null>;
  /** After a write: what this operation read of the domain before is not true any more. */
  forgetDomain(key: DomainKey): void;
}

interface DepthKey extends DomainKey {
  readonly depth: 'detail' | 'link';
}

const depthKeyText = (key: DepthKey) => `${key.depth} ${domainKeyText(key)}`;
const BEST_FIRST = ['PRESENT', 'UNKNOWN', 'ABSENT_CONFIRMED'];

export function createDomainLoaders({ visibility, demand, mirror, store, clock }: Operation): DomainLoaders {
  const reads = sharedReadsOf(store, mirror).domains;

  const visibleByName = async (names: readonly string[]) => {
    const rows = await reads.byNames([...new Set(names)].toSorted());
    return Map.groupBy(
      rows.filter((row) => isVisible(visibility, row)),
      ({ name }) => name,
    );
  };
  /** Rows at the demanded age. What was confirmed to be gone is looked for as if the mirror did not have it: it may have come back. */
  const read = async (names: readonly string[]): Promise<ReadonlyMap<string, readonly MirroredDomain[]>> => {
    const asked = demand();
    const limit = ageLimit(asked, mirror.ages, 'domains', clock.now());
    const before = await visibleByName(names);
    const wanted = [...before.values()].flat().filter(({ presence }) => presence !== 'ABSENT_CONFIRMED');
    const generation = mirror.generation();
    const gone = [...before].filter(([, rows]) => rows.every(({ presence }) => presence === 'ABSENT_CONFIRMED'));
    const [reasons] = await Promise.all([
      mirror.ensureDomainRows(wanted, asked),
      ...gone.map(([name]) => mirror.findDomain(name, asked).catch(ignoreFailure)),
    ]);
    const after = generation === mirror.generation() ? before : await visibleByName(names);
    const ages = new Map([...before.values()].flat().map((row) => [domainKeyText(row), row.rowAsOf]));
    const nodes = new Map<string, readonly MirroredDomain[]>();
    for (const [name, rows] of after) {
      const found = rows.map((row) => {
        const reason = reasons.get(name) ?? row.presenceReason;
        return { ...row, freshness: freshnessAfter(ages.get(domainKeyText(row)) ?? null, row.rowAsOf, limit, reason) };
      });
      nodes.set(
        name,
        found.toSorted((a, b) => BEST_FIRST.indexOf(a.presence) - BEST_FIRST.indexOf(b.presence)),
      );
    }
    return nodes;
  };

  const domains = new DataLoader<DomainKey, MirroredDomain | null, string>(
    async (keys) => {
      const byName = await read(keys.map(({ name }) => name));
      return keys.map(
        ({ organizationId, name }) => byName.get(name)?.find((row) => row.organizationId === organizationId) ?? null,
      );
    },
    { cacheKeyFn: domainKeyText },
  );
  const domainsByName = new DataLoader<string, readonly MirroredDomain[]>(async (names) => {
    const known = await read(names);
    const limit = ageLimit(demand(), mirror.ages, 'domains', clock.now());
    const isHidden = new Set((await reads.byNames(names.filter((name) => !known.has(name)))).map(({ name }) => name));
    const find = async (name: string): Promise<readonly MirroredDomain[]> => {
      const rows = known.get(name);
      if (rows !== undefined || isHidden.has(name)) return rows ?? [];
      const found = (await mirror.findDomain(name, demand())).filter((row) => isVisible(visibility, row));
      return found.map((row) => ({
        ...row,
        freshness: freshnessAfter(null, row.rowAsOf, limit, row.presenceReason),
      }));
    };
    return Promise.all(names.map((name) => find(name).catch(toError)));
  });
  const depths = new DataLoader<DepthKey, Depth<DomainDetailRecord> | DomainLink | null, string>(
    async (keys) => {
      const of = (depth: DepthKey['depth']) => keys.filter((key) => key.depth === depth);
      const found = await mirror.domainDepths({ links: of('link'), details: of('detail') }, demand());
      return keys.map((key) => (key.depth === 'link' ? found.links : found.details).get(domainKeyText(key)) ?? null);
    },
    { cacheKeyFn: depthKeyText },
  );

  return {
    domains,
    domainsByName,
    domainDetail: async ({ organizationId, name }) =>
      (await depths.load({ organizationId, name, depth: 'detail' })) as Depth<DomainDetailRecord> | null,
    domainLink: async ({ organizationId, name }) =>
      (await depths.load({ organizationId, name, depth: 'link' })) as DomainLink | null,
    forgetDomain({ organizationId, name }) {
      domains.clear({ organizationId, name });
      domainsByName.clear(name);
      depths.clear({ organizationId, name, depth: 'detail' }).clear({ organizationId, name, depth: 'link' });
    },
  };
}

/** That a domain is gone is known already; that it cannot be looked for changes nothing. */
function ignoreFailure(error: unknown): void {
  if (!isUpstreamFailure(error)) throw error;
}
