// The contacts a domain is to get: what clients and data become, and whether Gandi shows them.
import type { Mirror } from '../mirror/mirror.ts';
import type { ContactInput } from '../upstream/port.ts';
import { demandFor, orFault } from './calls.ts';
import { contactFromClient, contactFromInput } from './client-data.ts';
import type { ContactRole, WantedContact } from './domain-settings-input.ts';
import { InvalidInputError, NotFoundError, RequestFault } from './errors.ts';
import type { ContactRecord, DomainRecord, OperationScope } from './services.ts';

export type RoleContacts = { readonly [Role in ContactRole]?: ContactInput };

/**
 * The contacts, privacy on. A client must belong to the domain's organization and be the caller's to see.
 * @throws {NotFoundError | InvalidInputError} the latter with the problems of all roles. @throws {RequestFault}
 */
export async function giveContacts(
  deps: { readonly mirror: Pick<Mirror, 'clientDetails'> },
  scope: OperationScope,
  domain: DomainRecord,
  roles: readonly { readonly role: ContactRole; readonly wanted: WantedContact }[],
): Promise<RoleContacts> {
  const fields: InvalidInputError['fields'][number][] = [];
  const contacts: { [Role in ContactRole]?: ContactInput } = {};
  for (const { role, wanted } of roles) {
    try {
      contacts[role] =
        'data' in wanted
          ? contactFromInput(wanted.data)
          : await copyOfClient(deps, scope, domain, wanted.clientId, ['input', role, 'clientId']);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      fields.push(...error.fields);
    }
  }
  if (fields.length > 0) throw new InvalidInputError(fields);
  return contacts;
}

async function copyOfClient(
  { mirror }: { readonly mirror: Pick<Mirror, 'clientDetails'> },
  scope: OperationScope,
  domain: DomainRecord,
  clientId: string,
  path: readonly string[],
): Promise<ContactInput> {
  const client = await orFault(scope.loaders.clients.load(clientId));
  if (client === null || client.missingAt !== null || client.organizationId !== domain.organizationId)
    throw new NotFoundError(`The organization of ${domain.unicodeName} has no such client.`, path);
  const detail = (await orFault(mirror.clientDetails([clientId], demandFor(scope)))).get(clientId);
  if (detail === undefined)
    throw new RequestFault('UPSTREAM_UNAVAILABLE', 'The data of the client could not be had from Gandi; try again.');
  return contactFromClient({ ...client, ...detail.value }, path);
}

/** Whether Gandi shows everything that was sent, in whatever letter case and spacing; telephones by their digits. */
export function showsContacts(
  shown: { readonly [Role in ContactRole]: ContactRecord | null },
  wanted: RoleContacts,
): boolean {
  return (Object.keys(wanted) as ContactRole[]).every((role) => {
    const [contact, input] = [shown[role], wanted[role]];
    return input === undefined || (contact !== null && showsContact(contact, input));
  });
}

function showsContact({ address, ...contact }: ContactRecord, input: ContactInput): boolean {
  const pairs: readonly (readonly [string | null, string | undefined])[] = [
    [contact.givenName, input.givenName],
    [contact.familyName, input.familyName],
    [contact.companyName, input.companyName],
    [contact.email, input.email],
    [address.street, input.street],
    [address.zip, input.zip],
    [address.city, input.city],
    [address.region, input.region],
    [address.country, input.country],
  ];
  const plain = (text: string | null) => (text ?? '').normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
  const digits = (text: string | null) => (text ?? '').replace(/\D/g, '');
  return (
    pairs.every(([found, asked]) => asked === undefined || plain(found) === plain(asked)) &&
    (input.phone === undefined || digits(contact.phone) === digits(input.phone))
  );
}
