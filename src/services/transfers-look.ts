// Looks at Gandi for what became of an order whose answer is not known.
import type { UpstreamTransfer } from '../upstream/port.ts';
import type { MeteredCall } from './order-steps.ts';
import type { OrderRecord, TransferUpstreamRecord } from './services.ts';
import type { TransferDeps } from './transfers-deps.ts';

type LookDeps = Pick<TransferDeps, 'store' | 'port' | 'mirror' | 'clock'>;

/** How far Gandi's clock may be behind ours. */
const CLOCK_SKEW_MS = 300_000;

/** The report as it is kept. */
export function keptReport({ name: _name, ...report }: UpstreamTransfer): TransferUpstreamRecord {
  return report;
}

/**
 * Whether the order landed: Gandi reports a transfer of this name that is not an older one, or the domain has arrived already.
 * @returns null when it cannot be known now. @throws {UpstreamError} when Gandi could not be asked: nothing is known then either.
 */
export async function hasLanded(deps: LookDeps, order: OrderRecord, call: MeteredCall): Promise<boolean | null> {
  const report = await deps.port.transfer(order.domainName, call);
  if (report !== null && !(await isOlder(deps, order, report))) return true;
  return hasArrived(deps, order, call);
}

/**
 * Whether the domain is, by a reading made now, in the organization that ordered it.
 * @returns null when the reading failed. @throws {UpstreamError} when it failed and nothing was ever known of the domain.
 */
export async function hasArrived(
  { mirror, clock }: Pick<LookDeps, 'mirror' | 'clock'>,
  order: Pick<OrderRecord, 'domainName' | 'organizationId'>,
  call: MeteredCall,
): Promise<boolean | null> {
  const askedAt = clock.now();
  const domain = await mirror.domainChanged(order.domainName, { ...call, maxAgeSeconds: 0 });
  if (domain === null) return false;
  if (domain.rowAsOf >= askedAt && domain.presence === 'PRESENT') return domain.organizationId === order.organizationId;
  return domain.presenceAsOf >= askedAt ? false : null;
}

/** Gandi may still report an earlier transfer of this name, one that failed. */
async function isOlder({ store }: LookDeps, order: OrderRecord, report: UpstreamTransfer): Promise<boolean> {
  if (report.createdAt === null) return false;
  if (report.createdAt < order.createdAt - CLOCK_SKEW_MS) return true;
  const earlier = await store.transfers.list({
    visibility: { organizationId: null, clientId: null },
    filter: { domainName: order.domainName, open: false },
    orderBy: { field: 'STARTED_AT', direction: 'DESC' },
    page: { first: 100 },
  });
  return earlier.rows.some(({ row }) => row.upstream.createdAt === report.createdAt);
}
