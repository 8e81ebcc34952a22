// Everything that is checked before a transfer is ordered, shared by the order and its dry run.
import { canSee, type Session } from '../auth/session.ts';
import { shown } from '../lib/text.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { ContactInput, GandiPort, UpstreamTransferability } from '../upstream/port.ts';
import { callFor, demandFor, orFault } from './calls.ts';
import { contactFromClient, contactFromInput } from './client-data.ts';
import { InvalidInputError, NotFoundError, RequestFault, type TransferBlocker } from './errors.ts';
import { payingOrganization } from './paying-organization.ts';
import type { OperationScope, OrganizationRecord } from './services.ts';
import { blockersOf, blockersOfRefusal } from './transfers-blockers.ts';
import type { WantedClient, WantedTransfer } from './transfers-input.ts';

/** What the checks need of the collaborators; other services share some of them. */
export interface CheckDeps {
  readonly store: Pick<Store, 'orders' | 'clients' | 'domains'>;
  readonly port: Pick<GandiPort, 'transferability'>;
  readonly mirror: Pick<Mirror, 'organizations' | 'ensureClients' | 'clientDetails'>;
}

const PAYER_PATH = ['input', 'payerId'];
/** An organization that is known to be a reseller's stays one; only one that is not known is asked for again. */
const PATIENT_SECONDS = 7 * 86_400;

/**
 * The organization that pays. A known reseller organization costs no call, so that a repeated order costs none.
 * @throws {NotFoundError|OrganizationNotEligibleError|InvalidInputError}
 */
export async function findPayer(
  deps: CheckDeps,
  scope: OperationScope,
  payerId: string | null,
): Promise<OrganizationRecord> {
  const patient = { ...scope, maxAgeSeconds: PATIENT_SECONDS };
  try {
    return await payingOrganization(patient, deps.mirror, payerId, PAYER_PATH);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return payingOrganization(scope, deps.mirror, payerId, PAYER_PATH);
  }
}

/** A key limited to one client orders for that client only. @throws {NotFoundError|InvalidInputError} */
export function assertMayOrderFor({ clientId }: Session, client: WantedClient): void {
  if (clientId === null) return;
  if ('id' in client && client.id !== clientId) throw noSuchClient(client.id);
  if ('create' in client)
    throw new InvalidInputError([
      {
        path: ['input', 'client'],
        message: 'This key is limited to one client and cannot create others.',
        found: 'a client to create',
        expected: `the id of the client, ${clientId}`,
      },
    ]);
}

/** The contact that the domain will belong to. @throws {NotFoundError|InvalidInputError|RequestFault} */
export async function findRegistrant(
  deps: CheckDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedClient,
): Promise<ContactInput> {
  if ('create' in wanted) return contactFromInput(wanted.create);
  const { id } = wanted;
  const row = (await findClient(deps, scope, payer, id)) ?? (await refreshedClient(deps, scope, payer, id));
  if (row === null) throw noSuchClient(id);
  const details = await orFault(deps.mirror.clientDetails([id], demandFor(scope)));
  const detail = details.get(id);
  if (detail === undefined)
    throw new RequestFault('UPSTREAM_UNAVAILABLE', 'The data of the client could not be had from Gandi; try again.');
  return contactFromClient({ ...row, ...detail.value }, ['input', 'client', 'id']);
}

export interface Transferable {
  readonly blockers: readonly TransferBlocker[];
  /** Gandi's answer; null when it did not have to be asked or refused to tell. */
  readonly answer: UpstreamTransferability | null;
}

/**
 * What stands against the transfer now, for all that the mirror and Gandi tell. One call at most.
 * @throws {InvalidAuthCodeError|InvalidInputError|RequestFault}
 */
export async function findBlockers(
  { store, port }: CheckDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedTransfer,
): Promise<Transferable> {
  const here = (await store.domains.byNames([wanted.name])).find(
    ({ organizationId, presence }) => organizationId === payer.id && presence === 'PRESENT',
  );
  if (here !== undefined) {
    const message = `${wanted.name} already is in ${payer.name}. Nothing has to be transferred.`;
    return { blockers: [{ kind: 'ALREADY_HERE', message }], answer: null };
  }
  let answer: UpstreamTransferability;
  try {
    answer = await port.transferability(wanted.name, wanted.authCode, callFor(scope, 'interactive'));
  } catch (error) {
    const blockers = blockersOfRefusal(error);
    if (blockers === null) return orFault(Promise.reject(error));
    return { blockers, answer: null };
  }
  const blockers = blockersOf(answer);
  const { durationsYears } = answer;
  if (blockers.length === 0 && durationsYears.length > 0 && !durationsYears.includes(wanted.years))
    throw new InvalidInputError([
      {
        path: ['input', 'years'],
        message: `${wanted.name} cannot be transferred for this many years.`,
        found: String(wanted.years),
        expected: durationsYears.join(', '),
      },
    ]);
  return { blockers, answer };
}

async function findClient({ store }: CheckDeps, { session }: OperationScope, payer: OrganizationRecord, id: string) {
  const [row] = await store.clients.byIds([id]);
  if (row === undefined || row.missingAt !== null || row.organizationId !== payer.id) return null;
  return canSee(session, { organizationId: row.organizationId, clientId: row.id }) ? row : null;
}

async function refreshedClient(deps: CheckDeps, scope: OperationScope, payer: OrganizationRecord, id: string) {
  await orFault(deps.mirror.ensureClients(payer.id, demandFor(scope)));
  return findClient(deps, scope, payer, id);
}

function noSuchClient(id: string): NotFoundError {
  return new NotFoundError(`The organization that pays has no client ${shown(id)}.`, ['input', 'client', 'id']);
}
