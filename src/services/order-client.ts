// The client of an order: one that exists, one with the very same data, or a new one made under the order, never two.
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { ClientInput, GandiPort, UpstreamClient } from '../upstream/port.ts';
import { clientAsMade, findCreatedClient } from './client-reconcile.ts';
import { RequestFault } from './errors.ts';
import type { KeyedTurns } from './keyed-turns.ts';
import type { WantedClient } from './order-input.ts';
import { type HeldLease, LeaseLostError } from './order-lease.ts';
import { differences, namesakeNote, namesakes } from './order-namesakes.ts';
import type { OrderDeps, OrderPatch, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, UNFINISHED, writeOrder } from './order-steps.ts';
import { refuseOrder } from './order-submit.ts';
import type { OrderRecord, OrderState } from './services.ts';

/** What of an order's progress is kept with its input. */
export interface ClientProgress {
  /** When the client was last asked for at Gandi; absent before. */
  readonly clientAskedAt?: number;
  /** Clients with this name and address that were there before: never the one that was made. */
  readonly clientsBefore?: readonly string[];
  /** The client was not named by Gandi's answer but found in its list by its data: somebody else may have made it. */
  readonly clientWasFound?: true;
}

/** States of orders that have, or may yet have, a domain for their client. */
const USING: readonly OrderState[] = [...UNFINISHED, 'COMPLETED'];

/** What a client left over from an order is removed with. */
export interface ClientRemovalDeps extends OrderDeps {
  readonly port: Pick<GandiPort, 'clients' | 'client' | 'deleteClient'>;
  readonly mirror: Pick<Mirror, 'clientChanged'>;
}

export interface ClientDeps extends OrderDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'clients'>;
  readonly port: Pick<GandiPort, 'clients' | 'client' | 'createClient' | 'deleteClient'>;
  readonly mirror: Pick<Mirror, 'ensureClients' | 'clientDetails' | 'clientChanged' | 'wroteClient'>;
  readonly turns: KeyedTurns;
}

/**
 * The order with the client it is for, made under it when it is a new one. @throws {OutcomeError} Gandi refused the client; the order has failed.
 * @throws {UpstreamError|RequestFault|LeaseLostError} as {@link giveClient} does.
 */
export async function withClient(
  deps: ClientDeps,
  procedure: OrderProcedure,
  order: OrderRecord,
  client: WantedClient,
  lease: HeldLease,
  call: MeteredCall,
): Promise<OrderRecord> {
  if ('id' in client) return { ...order, clientId: client.id };
  try {
    return await giveClient(deps, order, client.create, lease, call);
  } catch (error) {
    const isRefusal = error instanceof UpstreamError && ['invalid', 'conflict', 'refused'].includes(error.kind);
    if (isRefusal) return refuseOrder(deps, procedure, order, lease, error, call);
    throw error;
  }
}

/**
 * Brings the order to where it has its client. Before Gandi is asked for one the order says so; when the answer is lost Gandi's list is read, now and
 * on every later attempt, and a second one is asked for only when the first has had time to land and did not.
 * @throws {UpstreamError} Gandi refused the client, or could not be asked. @throws {RequestFault} UPSTREAM_TIMEOUT: it is not known yet whether it was made.
 * @throws {LeaseLostError}
 */
export async function giveClient(
  deps: ClientDeps,
  order: OrderRecord,
  input: ClientInput,
  lease: HeldLease,
  call: MeteredCall,
): Promise<OrderRecord & { readonly clientId: string }> {
  const known = clientKnown(order);
  if (known !== null) return known;
  return deps.turns.take(`${order.organizationId}:${input.email.toLowerCase()}`, async () => {
    const progress = order.input as ClientProgress;
    if (progress.clientAskedAt !== undefined) return resumeClient(deps, order, input, lease, call);
    const rows = await namesakes(deps, order.organizationId, input, call);
    const twin = rows.find((row) => row.detail !== null && differences(input, row, row.detail).length === 0);
    if (twin !== undefined)
      return recordClient(
        deps,
        order,
        lease,
        twin.id,
        { createdClient: false },
        `Client ${twin.id} has the same data and is used.`,
      );
    const asked = { clientAskedAt: deps.clock.now(), clientsBefore: rows.map(({ id }) => id) };
    return makeClient(
      deps,
      await recordAsked(deps, order, lease, asked, namesakeNote(rows, input)),
      input,
      lease,
      call,
    );
  });
}

/**
 * Removes a client that was made for an order that came to nothing, unless another order uses it or it is not certain that this order made it.
 * @returns the id of the client when it is still there; the order then keeps naming it.
 */
export async function removeMadeClient(
  deps: ClientRemovalDeps,
  order: OrderRecord,
  call: MeteredCall,
): Promise<string | null> {
  const { clientId, organizationId } = order;
  if (clientId === null || !order.createdClient) return null;
  if ((order.input as ClientProgress).clientWasFound) return clientId;
  const { store, port, logger } = deps;
  const others = await store.orders.count({
    visibility: { organizationId, clientId },
    filter: { organizationId, clientId, states: USING },
  });
  if (others > 0) return clientId;
  try {
    await port.deleteClient(organizationId, clientId, call);
  } catch (error) {
    logger.warn({ error, orderId: order.id, clientId }, 'The client made for a failed order could not be removed.');
    return clientId;
  }
  await writeOrder(deps, order, {
    from: ['FAILED', 'CANCELLED'],
    ...ofClient(order, { clientId: null }),
    note: `Client ${clientId}, made for this order, was removed again.`,
  });
  await tellMirror(deps, () => deps.mirror.clientChanged(organizationId, clientId, { ...call, maxAgeSeconds: 0 }));
  return null;
}

/** What of an abandoned order may be left at Gandi: the client that was asked for when the answer was lost. */
export async function clientLeftBehind(
  { port }: Pick<ClientRemovalDeps, 'port'>,
  order: OrderRecord,
  call: MeteredCall,
): Promise<OrderPatch['order']> {
  const { client, clientAskedAt, clientsBefore } = order.input as ClientProgress & {
    readonly client?: { readonly create?: ClientInput };
  };
  if (order.clientId !== null || clientAskedAt === undefined || client?.create === undefined) return undefined;
  const found = await findCreatedClient(port, order.organizationId, client.create, new Set(clientsBefore), call);
  if (found === null) return undefined;
  return { clientId: found.id, createdClient: true, input: { ...order.input, clientWasFound: true } };
}

async function makeClient(
  deps: ClientDeps,
  order: OrderRecord,
  input: ClientInput,
  lease: HeldLease,
  call: MeteredCall,
): Promise<OrderRecord & { readonly clientId: string }> {
  await lease.renew();
  let made: { readonly id: string };
  try {
    const options = { ...call, signal: lease.signal, beforeSending: lease.assertHeld };
    made = await deps.port.createClient(order.organizationId, input, options);
  } catch (error) {
    if (error instanceof UpstreamError && !error.ambiguous) {
      await forgetAsked(deps, order, lease);
      throw error;
    }
    if (lease.signal.aborted) throw lease.signal.reason;
    return resumeClient(deps, order, input, lease, call);
  }
  return recordMade(deps, order, lease, clientAsMade(made.id, input), {});
}

/** The client was asked for before, and nobody knows what became of it. */
async function resumeClient(
  deps: ClientDeps,
  order: OrderRecord,
  input: ClientInput,
  lease: HeldLease,
  call: MeteredCall,
): Promise<OrderRecord & { readonly clientId: string }> {
  const { clock, settings, port } = deps;
  const { clientAskedAt = 0, clientsBefore = [] } = order.input as ClientProgress;
  const lookedAt = clock.now();
  const found = await findCreatedClient(port, order.organizationId, input, new Set(clientsBefore), call);
  if (found !== null) return recordMade(deps, order, lease, found, { clientWasFound: true });
  const remaining = clientAskedAt + settings.transitMs - lookedAt;
  if (remaining > 0)
    throw new RequestFault(
      'UPSTREAM_TIMEOUT',
      'Gandi did not answer whether it created the client. Nothing was ordered; repeat with the same idempotency key, no second client will be made.',
      { retryAfterMs: remaining },
    );
  const asked = { clientAskedAt: clock.now(), clientsBefore };
  return makeClient(deps, await recordAsked(deps, order, lease, asked, undefined), input, lease, call);
}

function recordAsked(
  deps: ClientDeps,
  order: OrderRecord,
  lease: HeldLease,
  progress: Required<Omit<ClientProgress, 'clientWasFound'>>,
  note: string | undefined,
): Promise<OrderRecord> {
  return claimedStep(
    deps,
    order,
    lease,
    { input: { ...order.input, ...progress } },
    note ?? 'The client is asked for.',
  );
}

/** Gandi did not take the request: nothing has to be looked for. */
async function forgetAsked(deps: ClientDeps, order: OrderRecord, lease: HeldLease): Promise<void> {
  const { clientAskedAt: _asked, ...input } = order.input;
  await claimedStep(deps, order, lease, { input }, 'Gandi did not take the client.');
}

async function recordMade(
  deps: ClientDeps,
  order: OrderRecord,
  lease: HeldLease,
  client: UpstreamClient,
  how: Pick<ClientProgress, 'clientWasFound'>,
) {
  const recorded = await recordClient(
    deps,
    order,
    lease,
    client.id,
    { createdClient: true, input: { ...order.input, ...how } },
    how.clientWasFound
      ? `Client ${client.id} of Gandi's list has the very data and is taken for the one that was asked for.`
      : `Client ${client.id} was made.`,
  );
  await tellMirror(deps, () => deps.mirror.wroteClient(order.organizationId, client));
  return recorded;
}

async function recordClient(
  deps: ClientDeps,
  order: OrderRecord,
  lease: HeldLease,
  clientId: string,
  made: Pick<OrderRecord, 'createdClient'> & Partial<Pick<OrderRecord, 'input'>>,
  note: string,
): Promise<OrderRecord & { readonly clientId: string }> {
  return { ...(await claimedStep(deps, order, lease, { clientId, ...made }, note)), clientId };
}

async function claimedStep(
  deps: ClientDeps,
  before: OrderRecord,
  lease: HeldLease,
  order: Partial<Pick<OrderRecord, 'input' | 'clientId' | 'createdClient'>>,
  note: string,
): Promise<OrderRecord> {
  const written = await writeOrder(deps, before, {
    from: ['CLAIMED'],
    leaseOwner: lease.owner,
    ...ofClient(before, order),
    note,
  });
  if (written === null) throw new LeaseLostError(`Order ${before.id} was taken over.`);
  return written.order;
}

async function tellMirror({ logger }: Pick<OrderDeps, 'logger'>, tell: () => Promise<unknown>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    logger.warn({ error }, 'The mirror could not be told of a client; it learns of it at its next refresh.');
  }
}

/** The transfer of an order names the same client as the order. */
function ofClient({ kind }: OrderRecord, order: Partial<Pick<OrderRecord, 'clientId'>>): OrderPatch {
  const { clientId } = order;
  return { order, ...(kind === 'TRANSFER_IN' && clientId !== undefined && { transfer: { clientId } }) };
}

function clientKnown(order: OrderRecord): (OrderRecord & { readonly clientId: string }) | null {
  return order.clientId === null ? null : { ...order, clientId: order.clientId };
}
