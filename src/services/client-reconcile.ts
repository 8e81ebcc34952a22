// Finds out whether a client was made when Gandi's answer to the request got lost.
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
