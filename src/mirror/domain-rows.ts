// Writes list rows of domains where the evidence puts them, and collects what the rows told about clients.
import type { UpstreamDomainRow } from '../upstream/port.ts';
import type { OwnerBook } from './known-owners.ts';
import { type KnownOwners, ownerOfRow, type RowOwner } from './owners.ts';
import type { Parts } from './parts.ts';

/** A row that does not tell which organization it belongs to. */
export interface UnplacedRow {
  readonly row: UpstreamDomainRow;
  readonly asOf: number;
}

/** Rows of one pass over the whole list. */
export interface RowWriter {
  /** Writes a page. Rows that do not tell their organization stay where the mirror has them, or are kept for {@link unplaced}. */
  write(rows: readonly UpstreamDomainRow[], asOf: number): Promise<void>;
  readonly unplaced: readonly UnplacedRow[];
  /** Organizations by name of the domains written. */
  readonly placed: ReadonlyMap<string, string>;
  /**
   * At the end of the pass: domains whose row names the reseller organization itself belong to no client, provided that rows name clients at all.
   * @returns the organizations all of whose rows told the client.
   */
  finish(): Promise<ReadonlySet<string>>;
}

export function createRowWriter({ store, wrote }: Pick<Parts, 'store' | 'wrote'>, owners: OwnerBook): RowWriter {
  const unplaced: UnplacedRow[] = [];
  const placed = new Map<string, string>();
  const claimed = new Map<string, { readonly name: string; readonly asOf: number }[]>();
  const withClients = new Set<string>();
  const untold = new Set<string>();

  const place = async (rows: readonly UpstreamDomainRow[], asOf: number, known: KnownOwners) => {
    const owned: { row: UpstreamDomainRow; owner: RowOwner }[] = [];
    const silent: UpstreamDomainRow[] = [];
    for (const row of rows) {
      const owner = ownerOfRow(row.sharingId, known);
      if (owner) owned.push({ row, owner });
      else silent.push(row);
    }
    if (silent.length === 0) return owned;
    const before = await store.domains.byNames(silent.map(({ name }) => name));
    for (const row of silent) {
      const [only, ...others] = before.filter(
        ({ name, organizationId, presence }) =>
          name === row.name && presence !== 'ABSENT_CONFIRMED' && known.organizations.has(organizationId),
      );
      if (only && others.length === 0)
        owned.push({ row, owner: { organizationId: only.organizationId, client: { kind: 'unknown' } } });
      else unplaced.push({ row, asOf });
    }
    return owned;
  };

  return {
    unplaced,
    placed,
    async write(rows, asOf) {
      const owned = await place(rows, asOf, await owners.known());
      const told = new Map<string, string | null>();
      for (const { row, owner } of owned) {
        const { organizationId, client } = owner;
        const { name } = row;
        placed.set(name, organizationId);
        if (client.kind === 'client') withClients.add(organizationId);
        if (client.kind === 'client') told.set(name, client.clientId);
        if (client.kind === 'organization') told.set(name, null);
        if (client.kind === 'unknown') untold.add(organizationId);
        if (client.kind === 'claimed-by-organization') {
          const rows = claimed.get(organizationId) ?? [];
          rows.push({ name, asOf });
          claimed.set(organizationId, rows);
        }
      }
      const events = await store.domains.upsertRows(
        owned.map(({ row: { sharingId: _sharingId, ...row }, owner }) => {
          const clientId = told.get(row.name);
          return {
            ...row,
            organizationId: owner.organizationId,
            rowAsOf: asOf,
            ...(clientId !== undefined && { clientId }),
          };
        }),
      );
      wrote(events);
    },
    async finish() {
      const { organizations, clients } = await owners.known();
      const resellersWithClients = new Set(clients.values());
      for (const [organizationId, rows] of claimed) {
        if (!withClients.has(organizationId) && resellersWithClients.has(organizationId)) {
          untold.add(organizationId);
          continue;
        }
        const oldest = rows.reduce((least, { asOf }) => Math.min(least, asOf), Number.POSITIVE_INFINITY);
        const events = await store.domains.linkClients(
          rows.map(({ name }) => ({ organizationId, name, clientId: null })),
          oldest,
        );
        wrote(events);
      }
      return new Set([...organizations.keys()].filter((id) => unplaced.length === 0 && !untold.has(id)));
    },
  };
}
