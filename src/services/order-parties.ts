// Who takes part in an order: the organization that pays, the client it is for, and the domain where the caller sees it.
import { canSee, type Session } from '../auth/session.ts';
import { shown } from '../lib/text.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { ContactInput } from '../upstream/port.ts';
import { callFor, demandFor, orFault } from './calls.ts';
import { contactFromClient, contactFromInput } from './client-data.ts';
import { InvalidInputError, NotFoundError, RequestFault } from './errors.ts';
import type { WantedClient } from './order-input.ts';
import { payingOrganization } from './paying-organization.ts';
import type { DomainRecord, OperationScope, OrganizationRecord } from './services.ts';

/** What finding the parties needs of the collaborators. */
export interface PartyDeps {
  readonly store: Pick<Store, 'clients'>;
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
  deps: PartyDeps,
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

/**
 * The contact that a client becomes on a domain.
 * @param path the input field that names the client. @throws {NotFoundError|InvalidInputError|RequestFault}
 */
export async function findRegistrant(
  deps: PartyDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedClient,
  path: readonly string[] = ['input', 'client'],
): Promise<ContactInput> {
  if ('create' in wanted) return contactFromInput(wanted.create);
  const { id } = wanted;
  const row = (await findClient(deps, scope, payer, id)) ?? (await refreshedClient(deps, scope, payer, id));
  if (row === null) throw noSuchClient(id, path);
  const details = await orFault(deps.mirror.clientDetails([id], demandFor(scope)));
  const detail = details.get(id);
  if (detail === undefined)
    throw new RequestFault('UPSTREAM_UNAVAILABLE', 'The data of the client could not be had from Gandi; try again.');
  return contactFromClient({ ...row, ...detail.value }, [...path, 'id']);
}

async function findClient({ store }: PartyDeps, { session }: OperationScope, payer: OrganizationRecord, id: string) {
  const [row] = await store.clients.byIds([id]);
  if (row === undefined || row.missingAt !== null || row.organizationId !== payer.id) return null;
  return canSee(session, { organizationId: row.organizationId, clientId: row.id }) ? row : null;
}

async function refreshedClient(deps: PartyDeps, scope: OperationScope, payer: OrganizationRecord, id: string) {
  await orFault(deps.mirror.ensureClients(payer.id, demandFor(scope)));
  return findClient(deps, scope, payer, id);
}

function noSuchClient(id: string, path: readonly string[] = ['input', 'client']): NotFoundError {
  return new NotFoundError(`The organization that pays has no client ${shown(id)}.`, [...path, 'id']);
}

/** A domain, wherever the caller sees it, and the organization that pays for it. */
export interface Holding {
  /** A-label. */
  readonly name: string;
  readonly payer: OrganizationRecord;
  readonly domain: DomainRecord;
}

/** @param to what is wanted of it, as in "to renew". @throws {NotFoundError|OrganizationNotEligibleError} */
export async function findHolding(deps: PartyDeps, scope: OperationScope, name: string, to: string): Promise<Holding> {
  const found = await orFault(scope.loaders.domainsByName.load(name));
  const domain = found.find(({ presence }) => presence !== 'ABSENT_CONFIRMED') ?? found[0];
  if (domain === undefined) throw noSuchDomain(name, to);
  return { name, payer: await findPayer(deps, scope, domain.organizationId), domain };
}

/** The domain as Gandi shows it now: one call. @throws {NotFoundError|RequestFault} */
export async function readHeld(
  { mirror }: { readonly mirror: Pick<Mirror, 'domainChanged'> },
  scope: OperationScope,
  { name, payerId }: { readonly name: string; readonly payerId: string },
  to: string,
): Promise<DomainRecord> {
  const call = { ...callFor(scope, 'interactive'), meter: scope.meter, maxAgeSeconds: 0 };
  const domain = await orFault(mirror.domainChanged(name, call));
  if (domain === null || domain.presence !== 'PRESENT' || domain.organizationId !== payerId)
    throw noSuchDomain(name, to);
  return domain;
}

export function noSuchDomain(name: string, to: string): NotFoundError {
  return new NotFoundError(`There is no domain ${name} ${to}.`, ['input', 'domain']);
}
