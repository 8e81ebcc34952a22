// Which organization pays for a reseller's order, or holds a reseller's clients: decided before anything is sent.
import { canSee } from '../auth/session.ts';
import { shown } from '../lib/text.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { OrganizationRecord } from '../store/records.ts';
import { demandFor, orFault } from './calls.ts';
import { InvalidInputError, NotFoundError, OrganizationNotEligibleError } from './errors.ts';
import type { OperationScope } from './services.ts';

/**
 * The reseller organization `id`, or the only one the caller can see when `id` is null.
 * @param path the input field that names it.
 * @throws {NotFoundError} when there is none of this id, or it is not the caller's to see.
 * @throws {OrganizationNotEligibleError} when it is no reseller, or no organization in sight is one (Gandi's reseller FAQ: organizations only).
 * @throws {InvalidInputError} when `id` is null and several are resellers.
 */
export async function payingOrganization(
  scope: OperationScope,
  mirror: Pick<Mirror, 'organizations'>,
  id: string | null,
  path: readonly string[],
): Promise<OrganizationRecord> {
  const { rows } = await orFault(mirror.organizations(demandFor(scope)));
  const visible = rows.filter(
    (row) =>
      row.missingAt === null && canSee(scope.session, { organizationId: row.id, clientId: scope.session.clientId }),
  );
  return id === null ? onlyReseller(visible, path) : resellerNamed(visible, id, path);
}

function resellerNamed(
  visible: readonly OrganizationRecord[],
  id: string,
  path: readonly string[],
): OrganizationRecord {
  const named = visible.find((row) => row.id === id);
  if (!named) throw new NotFoundError(`There is no organization ${shown(id)}.`, path);
  if (!named.isReseller)
    throw new OrganizationNotEligibleError(`${named.name} is not a reseller organization at Gandi.`, path);
  return named;
}

function onlyReseller(visible: readonly OrganizationRecord[], path: readonly string[]): OrganizationRecord {
  const resellers = visible.filter((row) => row.isReseller);
  const [only, another] = resellers;
  if (!only) throw new OrganizationNotEligibleError('None of your organizations is a reseller at Gandi.', path);
  if (!another) return only;
  throw new InvalidInputError([
    {
      path,
      message: 'Several of your organizations are resellers.',
      found: null,
      expected: `one of ${resellers.map((row) => `${row.id} (${row.name})`).join(', ')}`,
    },
  ]);
}
