// The transfers somebody wants to follow, as they all were at one position of the event log.
import { canSee, type Session } from '../auth/session.ts';
import type { EventLog } from '../events/log.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store, TransferFilter } from '../store/store.ts';
import { readAtOnePosition, type Snapshot } from './feeds.ts';
import type { TransferRecord } from './services.ts';

export interface WantedTransfers {
  readonly filter: TransferFilter;
  readonly transferIds?: readonly string[];
}

const PER_PAGE = 100;

/** True for a transfer, or a change of one, that is wanted. `open: true` wants the change that ends a transfer too. */
export function isWanted(transfer: TransferRecord, { filter, transferIds }: WantedTransfers): boolean {
  const { organizationId, clientId, domainName, steps, open } = filter;
  return (
    (transferIds === undefined || transferIds.includes(transfer.id)) &&
    (organizationId === undefined || transfer.organizationId === organizationId) &&
    (clientId === undefined || transfer.clientId === clientId) &&
    (domainName === undefined || transfer.domainName === domainName) &&
    (steps === undefined || steps.includes(transfer.step)) &&
    (open !== false || transfer.endedAt !== null)
  );
}

/** The transfer as it was after an event; null when the event is of something else. */
export function transferOf(event: EventRecord): TransferRecord | null {
  return event.type === 'TRANSFER_CHANGED' ? (event.payload as unknown as TransferRecord) : null;
}

/** Wanted transfers under way; those named by id also when they have ended. */
export async function readSnapshot(
  { store, log }: { readonly store: Pick<Store, 'transfers'>; readonly log: EventLog },
  session: Session,
  wanted: WantedTransfers,
): Promise<Snapshot<TransferRecord>> {
  const { at, states } = await readAtOnePosition(log, () => readPresent(store, session, wanted), transferOf);
  const isNamed = wanted.transferIds !== undefined;
  return {
    at,
    states: states
      .filter((transfer) => canSee(session, transfer) && isWanted(transfer, wanted))
      .filter(({ endedAt }) => isNamed || endedAt === null),
  };
}

async function readPresent(
  store: Pick<Store, 'transfers'>,
  session: Session,
  { filter, transferIds }: WantedTransfers,
): Promise<readonly TransferRecord[]> {
  if (transferIds !== undefined) return store.transfers.byIds(transferIds);
  const visibility = { organizationId: session.organizationId, clientId: session.clientId };
  const found: TransferRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.transfers.list({
      visibility,
      filter: { ...filter, open: true },
      orderBy: { field: 'STARTED_AT', direction: 'ASC' },
      page: { first: PER_PAGE, ...(after !== undefined && { after }) },
    });
    found.push(...page.rows.map(({ row }) => row));
    after = page.hasNextPage ? page.rows.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  return found;
}
