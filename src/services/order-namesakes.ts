// Clients that look like the one an order would create: used when their data is the very same, told of when it is not.
import { sameEmail } from '../lib/email.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { ClientDetailRecord, ClientRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { ClientInput } from '../upstream/port.ts';
import type { MeteredCall } from './order-steps.ts';

/** Clients of the organization with the same type, names and e-mail, with their details where these could be had. */
export async function namesakes(
  {
    store,
    mirror,
  }: { readonly store: Pick<Store, 'clients'>; readonly mirror: Pick<Mirror, 'ensureClients' | 'clientDetails'> },
  organizationId: string,
  input: ClientInput,
  call: MeteredCall,
): Promise<readonly ClientRecord[]> {
  const demand = { ...call, maxAgeSeconds: null };
  await mirror.ensureClients(organizationId, demand);
  const page = await store.clients.list({
    visibility: { organizationId, clientId: null },
    filter: { organizationId, text: input.email },
    orderBy: { field: 'NAME', direction: 'ASC' },
    page: { first: 100 },
  });
  const rows = page.rows.map(({ row }) => row).filter((row) => row.missingAt === null && isNamesake(row, input));
  const details = await mirror.clientDetails(
    rows.map(({ id }) => id),
    demand,
  );
  return rows.map((row) => ({ ...row, detail: details.get(row.id)?.value ?? row.detail }));
}

/** The fields in which a namesake differs from what is wanted. */
export function differences(input: ClientInput, row: ClientRecord, detail: ClientDetailRecord): readonly string[] {
  const { address } = detail;
  const pairs: readonly (readonly [string, string | undefined, string | null])[] = [
    ['email', input.email.toLowerCase(), row.email?.toLowerCase() ?? null],
    ['street', input.street, address.street],
    ['zip', input.zip, address.zip],
    ['city', input.city, address.city],
    ['region', input.region, address.region],
    ['country', input.country, address.country],
    ['phone', input.phone, detail.phone],
    ['fax', input.fax, detail.fax],
    ['reference', input.reference, detail.reference],
  ];
  return pairs.filter(([, wanted, found]) => (wanted ?? '') !== (found ?? '')).map(([field]) => field);
}

/** What a new client that has namesakes with other data means; null when there are none. */
export function namesakeNote(rows: readonly ClientRecord[], input: ClientInput): string | undefined {
  const others = rows.map((row) => {
    const fields = row.detail === null ? ['data that could not be read'] : differences(input, row, row.detail);
    return `${row.id} (other ${fields.join(', ')})`;
  });
  if (others.length === 0) return undefined;
  return `A new client is made although others have the same name and e-mail: ${others.join('; ')}. To use one of them, name it by its id.`;
}

function isNamesake(row: ClientRecord, input: ClientInput): boolean {
  return (
    row.email !== null &&
    sameEmail(row.email, input.email) &&
    row.type === input.type &&
    (row.firstName ?? '') === input.firstName &&
    (row.lastName ?? '') === input.lastName &&
    (row.companyName ?? '') === (input.companyName ?? '')
  );
}
