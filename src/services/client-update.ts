// Changes a client at Gandi: only what differs is sent, and nothing when nothing does.
import { assertCan, canSee } from '../auth/session.ts';
import { shown } from '../lib/text.ts';
import { isUpstreamFailure } from '../mirror/failure.ts';
import { freshnessOf } from '../mirror/freshness.ts';
import type { ClientRecord } from '../store/records.ts';
import type { ClientPatch, UpstreamClient } from '../upstream/port.ts';
import { demandFor, writeFor } from './calls.ts';
import { type ClientOnFile, differencesFrom, normaliseClientChanges } from './client-changes.ts';
import { type ClientWriteDeps, readBack, toOutcome } from './client-result.ts';
import { NotFoundError, RequestFault } from './errors.ts';
import type { ClientsService, OperationScope } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

/** What a change is compared with must be younger than this: Gandi's own pages change clients too. */
const COMPARED_WITHIN_MS = 60_000;
const ID_PATH = ['input', 'clientId'];
const CHANGES_PATH = ['input', 'changes'];

interface Present {
  readonly client: ClientRecord;
  readonly onFile: ClientOnFile;
  readonly isCurrent: boolean;
}

export function createClientUpdate(deps: ClientWriteDeps): ClientsService['update'] {
  const { port, store, mirror, clock } = deps;

  const visible = async (scope: OperationScope, id: string): Promise<ClientRecord> => {
    const record = (await store.clients.byIds([id])).find((row) =>
      canSee(scope.session, { organizationId: row.organizationId, clientId: row.id }),
    );
    if (!record) throw new NotFoundError(`There is no client ${shown(id)}.`, ID_PATH);
    return record;
  };
  /** The client as Gandi has it now; as it was when it was last read, when Gandi cannot be asked. */
  const present = async (scope: OperationScope, known: ClientRecord): Promise<Present> => {
    const { organizationId, id, detail, detailAsOf } = known;
    if (detail !== null && detailAsOf !== null && clock.now() - detailAsOf < COMPARED_WITHIN_MS)
      return { client: known, onFile: { ...known, ...detail }, isCurrent: true };
    try {
      const client = await mirror.clientChanged(organizationId, id, demandFor(scope));
      if (client?.detail) return { client, onFile: { ...client, ...client.detail }, isCurrent: true };
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error;
      if (detail === null) throw toRequestFault(error);
      return { client: known, onFile: { ...known, ...detail }, isCurrent: false };
    }
    throw new NotFoundError(`Gandi does not know client ${shown(id)} any more.`, ID_PATH);
  };
  /** Sends the patch and returns when Gandi took it, even when only reading the client again shows that. */
  const send = async (scope: OperationScope, client: ClientRecord, patch: ClientPatch): Promise<void> => {
    try {
      await port.updateClient(client.organizationId, client.id, patch, writeFor(scope));
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error;
      if (!error.ambiguous) throw toOutcome(error, ID_PATH);
      if (await tookEffect(scope, client, patch)) return;
      throw new RequestFault(
        'UPSTREAM_TIMEOUT',
        'Gandi did not tell whether it changed the client, and does not show the change so far. The same change may be repeated safely.',
        { retryAfterMs: error.retryAfterMs, cause: error },
      );
    }
  };
  const tookEffect = async (scope: OperationScope, client: ClientRecord, patch: ClientPatch): Promise<boolean> => {
    try {
      const now = await port.client(client.organizationId, client.id, writeFor(scope));
      return Object.keys(differencesFrom(now, patch)).length === 0;
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error;
      return false;
    }
  };

  return async (scope, { clientId, changes }) => {
    assertCan(scope.session, 'client:write');
    const askedAt = clock.now();
    const { client, onFile, isCurrent } = await present(scope, await visible(scope, clientId));
    const patch = normaliseClientChanges(changes, CHANGES_PATH, onFile);
    const differing = isCurrent ? differencesFrom(onFile, patch) : patch;
    if (Object.keys(differing).length === 0) {
      const limit = { askedAt, maxAgeMs: COMPARED_WITHIN_MS };
      return { ...client, freshness: freshnessOf(client.rowAsOf, limit, null) };
    }
    await send(scope, client, differing);
    return readBack(deps, scope, client.organizationId, changed(client, onFile, differing));
  };
}

function changed(client: ClientRecord, onFile: ClientOnFile, patch: ClientPatch): UpstreamClient {
  const { address } = onFile;
  const now = (value: string | undefined, before: string | null) => (value === undefined ? before : value || null);
  return {
    id: client.id,
    name: client.name,
    type: client.type,
    companyName: client.companyName,
    firstName: now(patch.firstName, client.firstName),
    lastName: now(patch.lastName, client.lastName),
    email: now(patch.email, client.email),
    address: {
      street: now(patch.street, address.street),
      zip: now(patch.zip, address.zip),
      city: now(patch.city, address.city),
      country: now(patch.country, address.country),
      region: now(patch.region, address.region),
    },
    phone: now(patch.phone, onFile.phone),
    fax: now(patch.fax, onFile.fax),
    reference: now(patch.reference, onFile.reference),
    language: now(patch.language, onFile.language),
  };
}
