// What a write to a client leads to: the client as Gandi then has it, or the outcome that a refusal becomes.
import type { Clock } from '../lib/clock.ts';
import { isUpstreamFailure } from '../mirror/failure.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { UpstreamError } from '../upstream/errors.ts';
import type { GandiPort, UpstreamClient } from '../upstream/port.ts';
import { demandFor } from './calls.ts';
import { NotFoundError, RejectedByGandiError } from './errors.ts';
import type { ClientNode, OperationScope } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

export interface ClientWriteDeps {
  readonly port: Pick<GandiPort, 'clients' | 'client' | 'createClient' | 'updateClient'>;
  readonly store: Pick<Store, 'clients'>;
  readonly mirror: Pick<Mirror, 'organizations' | 'clientChanged' | 'wroteClient'>;
  readonly clock: Clock;
}

/** A write is followed to its end even when the caller has gone. */
function demandAfterWrite(scope: OperationScope) {
  const { signal: _gone, ...demand } = demandFor(scope, 0);
  return demand;
}

/**
 * Reads the client again after a write, so that the next query sees what Gandi made of it: one call.
 * @param accepted what Gandi accepted; taken for the truth until the next reading when Gandi cannot be asked now or does not show it yet.
 */
export async function readBack(
  { store, mirror }: ClientWriteDeps,
  scope: OperationScope,
  organizationId: string,
  accepted: UpstreamClient,
): Promise<ClientNode> {
  try {
    const record = await mirror.clientChanged(organizationId, accepted.id, demandAfterWrite(scope));
    if (record) return { ...record, freshness: { asOf: record.rowAsOf, state: 'LIVE', reason: null } };
  } catch (error) {
    if (!isUpstreamFailure(error)) throw error;
  }
  return keep({ store, mirror }, organizationId, accepted);
}

/** Puts what is known of the client into the mirror; no call. */
export async function keep(
  { store, mirror }: Pick<ClientWriteDeps, 'store' | 'mirror'>,
  organizationId: string,
  client: UpstreamClient,
): Promise<ClientNode> {
  await mirror.wroteClient(organizationId, client);
  const record = (await store.clients.byIds([client.id])).find((row) => row.organizationId === organizationId);
  if (!record) throw new Error(`The mirror lost client ${client.id}, which it was just given.`);
  return { ...record, freshness: { asOf: record.rowAsOf, state: 'LIVE', reason: null } };
}

/** @param path the input field that names what Gandi may not find. */
export function toOutcome(error: UpstreamError, path: readonly string[]): Error {
  switch (error.kind) {
    case 'not-found':
      return new NotFoundError('Gandi does not find it, or not any more.', path, { cause: error });
    case 'invalid':
    case 'conflict':
    case 'refused':
      return new RejectedByGandiError(`Gandi refused: ${error.message}`, error.problems, null, { cause: error });
    default:
      return toRequestFault(error);
  }
}
