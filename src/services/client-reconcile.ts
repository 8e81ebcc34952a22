// The client that a request made: as Gandi accepted it, or found again in Gandi's list when the answer got lost.
import { sameEmail } from '../lib/email.ts';
import type { CallOptions, ClientInput, GandiPort, UpstreamClient, UpstreamClientRow } from '../upstream/port.ts';

/** Larger pages are not documented by Gandi. */
const PER_PAGE = 100;

/**
 * Reads the organization's clients as Gandi has them now and looks for the one that `input` would have made: same e-mail, type, names, company and reference.
 * One call for each page, and one for each client that matches by its row.
 * @param knownBefore ids of clients that were there before the request, which are never it.
 * @returns null when none matches now. The request may still be on its way then.
 * @throws {UpstreamError} when Gandi could not be asked: nothing is known then.
 */
export async function findCreatedClient(
  port: Pick<GandiPort, 'clients' | 'client'>,
  organizationId: string,
  input: ClientInput,
  knownBefore: ReadonlySet<string>,
  call: CallOptions,
): Promise<UpstreamClient | null> {
  for (let page = 1, hasNext = true; hasNext; page++) {
    const found = await port.clients({ organizationId, page, perPage: PER_PAGE }, call);
    for (const row of found.items) {
      if (knownBefore.has(row.id) || !matches(row, input)) continue;
      const client = await port.client(organizationId, row.id, call);
      if ((client.reference ?? '') === (input.reference ?? '')) return client;
    }
    hasNext = found.hasNext && found.items.length > 0;
  }
  return null;
}

function matches(row: UpstreamClientRow, input: ClientInput): boolean {
  return (
    row.email !== null &&
    sameEmail(row.email, input.email) &&
    (row.type === null || row.type === input.type) &&
    row.firstName === input.firstName &&
    row.lastName === input.lastName &&
    (row.companyName ?? '') === (input.companyName ?? '')
  );
}

/** The client that Gandi said it made from `input`. Its name is ours until Gandi shows its own. */
export function clientAsMade(id: string, input: ClientInput): UpstreamClient {
  return {
    id,
    name: input.companyName ?? `${input.firstName} ${input.lastName}`,
    type: input.type,
    firstName: input.firstName,
    lastName: input.lastName,
    companyName: input.companyName ?? null,
    email: input.email,
    address: {
      street: input.street,
      zip: input.zip ?? null,
      city: input.city,
      country: input.country,
      region: input.region ?? null,
    },
    phone: input.phone,
    fax: input.fax ?? null,
    reference: input.reference ?? null,
    language: input.language ?? null,
  };
}
