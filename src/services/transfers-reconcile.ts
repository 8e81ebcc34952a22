// Finds out what became of orders whose answer was lost or whose worker died. It looks and records; it never sends an order.
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import type { ClientInput } from '../upstream/port.ts';
import { findCreatedClient } from './client-reconcile.ts';
import type { OrderRecord, OrderState } from './services.ts';
import { type ClientProgress, removeMadeClient } from './transfers-client.ts';
import { type MeteredCall, type OrderedTransfer, readOrdered, type TransferDeps, writeStep } from './transfers-deps.ts';
import { giveBack } from './transfers-lease.ts';
import { hasLanded } from './transfers-look.ts';
import { accept, backToClaimed } from './transfers-submit.ts';

type ReconcileDeps = Pick<
  TransferDeps,
  'store' | 'port' | 'mirror' | 'bus' | 'clock' | 'settings' | 'logger' | 'newId'
>;

/** States in which nobody but the caller or the reconciler moves an order on. */
const OPEN_STATES: readonly OrderState[] = ['CLAIMED', 'SUBMITTED'];
const PER_PAGE = 100;

/** Orders that may need a look, oldest first. */
export async function unresolvedOrders({ store }: Pick<TransferDeps, 'store'>): Promise<readonly OrderRecord[]> {
  const found: OrderRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.orders.list({
      visibility: { organizationId: null, clientId: null },
      filter: { states: OPEN_STATES },
      orderBy: { field: 'CREATED_AT', direction: 'ASC' },
      page: { first: PER_PAGE, ...(after !== undefined && { after }) },
    });
    found.push(...page.rows.map(({ row }) => row));
    after = page.hasNextPage ? page.rows.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  return found;
}

/**
 * Takes one step with an unresolved order, unless somebody is working on it.
 * - SUBMITTED: a transfer that is not an older one, or the domain itself, is found: ACCEPTED. Nothing is found twice, further apart than a call can be
 *   under way: CLAIMED again, for its caller to send. Everything else waits.
 * - CLAIMED for longer than callers are waited for: CANCELLED, and the client made for it is removed; one that is only likely to be it is named.
 * @throws {UpstreamError} when Gandi could not be asked; nothing changes then.
 */
export async function settleOrder(deps: ReconcileDeps, order: OrderRecord): Promise<void> {
  const { store, clock, settings } = deps;
  const now = clock.now();
  const isForgotten = order.state === 'CLAIMED' && now - order.updatedAt >= settings.claimedMs;
  if (order.state !== 'SUBMITTED' && !isForgotten) return;
  const owner = deps.newId();
  if (!(await store.orders.lease(order.id, owner, now + settings.leaseMs, now))) return;
  try {
    const current = await readOrdered(deps, order.id);
    if (current.order.state !== order.state) return;
    const call: MeteredCall = { lane: 'interactive', tenant: order.organizationId, meter: createUpstreamMeter() };
    if (order.state === 'SUBMITTED') await settleSubmitted(deps, current, owner, call);
    else await giveUp(deps, current.order, owner, call);
  } finally {
    await giveBack(deps, order.id, owner);
  }
}

async function settleSubmitted(
  deps: ReconcileDeps,
  { order, transfer }: OrderedTransfer,
  owner: string,
  call: MeteredCall,
): Promise<void> {
  const lookedAt = deps.clock.now();
  const landed = await hasLanded(deps, order, call);
  if (landed === null) return;
  if (landed) {
    await accept(deps, order, owner);
    return;
  }
  const { missingSince } = transfer.upstream;
  if (missingSince === undefined)
    await writeStep(deps, order, {
      from: ['SUBMITTED'],
      leaseOwner: owner,
      transfer: { upstream: { ...transfer.upstream, missingSince: lookedAt } },
      note: 'Gandi does not know the order yet.',
    });
  else if (lookedAt - missingSince > deps.settings.transitMs)
    await backToClaimed(deps, order, owner, 'The order did not reach Gandi; the same key sends it again.');
}

async function giveUp(deps: ReconcileDeps, order: OrderRecord, owner: string, call: MeteredCall): Promise<void> {
  if (order.submittedAt !== null) {
    const landed = await hasLanded(deps, order, call);
    if (landed === null) return;
    if (landed) {
      await accept(deps, order, owner);
      return;
    }
  }
  const clientId = order.clientId ?? (await orphanOf(deps, order, call));
  const cancelled = await writeStep(deps, order, {
    from: ['CLAIMED'],
    leaseOwner: owner,
    order: {
      state: 'CANCELLED',
      leaseOwner: null,
      leaseUntil: null,
      failureCode: 'ABANDONED',
      failureMessage: 'Nobody came back with its key; nothing was bought.',
      ...(clientId !== order.clientId && {
        clientId,
        createdClient: true,
        input: { ...order.input, clientWasFound: true },
      }),
    },
    transfer: { step: 'FAILED', waitingOn: 'NOBODY', deadlineAt: null, nextPollAt: null },
  });
  if (cancelled !== null) await removeMadeClient(deps, cancelled.order, call);
}

/** The client that was asked for under the order when the answer was lost. */
async function orphanOf(deps: ReconcileDeps, order: OrderRecord, call: MeteredCall): Promise<string | null> {
  const { client, clientAskedAt, clientsBefore } = order.input as ClientProgress & {
    readonly client?: { readonly create?: ClientInput };
  };
  if (clientAskedAt === undefined || client?.create === undefined) return null;
  const before = new Set(clientsBefore);
  const found = await findCreatedClient(deps.port, order.organizationId, client.create, before, call);
  return found?.id ?? null;
}
