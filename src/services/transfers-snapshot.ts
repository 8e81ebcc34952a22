// The transfers somebody wants to follow, as they all were at one position of the event log.
import { canSee, type Session } from '../auth/session.ts';
import type { EventLog } from '../events/log.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store, TransferFilter } from '../store/store.ts';
import type { TransferRecord } from './services.ts';

export interface WantedTransfers {
  readonly filter: TransferFilter;
  readonly transferIds?: readonly string[];
}

export interface Snapshot {
  /** Position in the log: every change up to here is in the states, none after. */
  readonly at: bigint;
  /** In order of id. */
  readonly transfers: readonly TransferRecord[];
}

const PER_PAGE = 100;
const BATCH = 1_000;

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

/** The transfer as it was after an event. */
export function transferOf(event: EventRecord): TransferRecord {
  return event.payload as unknown as TransferRecord;
}

/**
 * Wanted transfers under way; those named by id also when they have ended. What was committed between the two looks at the log is applied, so that
 * the states belong to one position whatever happened meanwhile.
 */
export async function readSnapshot(
  { store, log }: { readonly store: Pick<Store, 'transfers'>; readonly log: EventLog },
  session: Session,
  wanted: WantedTransfers,
): Promise<Snapshot> {
  const before = await log.head();
  const states = new Map<string, TransferRecord>();
  for (const transfer of await readPresent(store, session, wanted)) states.set(transfer.id, transfer);
  const at = await log.head();
  for await (const event of between(log, before, at)) {
    if (event.type === 'TRANSFER_CHANGED') states.set(event.subjectId, transferOf(event));
  }
  const isNamed = wanted.transferIds !== undefined;
  const transfers = [...states.values()]
    .filter((transfer) => canSee(session, transfer) && isWanted(transfer, wanted))
    .filter(({ endedAt }) => isNamed || endedAt === null)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return { at, transfers };
}

/** Events after one position up to another. */
export async function* between(
  log: EventLog,
  after: bigint,
  until: bigint,
): AsyncGenerator<EventRecord, void, undefined> {
  let last = after;
  while (last < until) {
    const events = await log.after(last, BATCH);
    for (const event of events) {
      if (event.sequence > until) return;
      yield event;
    }
    if (events.length < BATCH) return;
    last = events.at(-1)?.sequence ?? until;
  }
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
