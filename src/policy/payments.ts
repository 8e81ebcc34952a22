// Whether a client has paid: for the term of one domain, or as a whole where nothing was said of the term.

export interface PaymentWord {
  /** null = the client as a whole. */
  readonly domainName: string | null;
  /** End of the present term, before which the next one has to be paid; epoch milliseconds. */
  readonly termEndsAt: number | null;
  readonly state: 'PAID' | 'UNPAID';
}

/** `UNKNOWN` is never to be taken for `PAID`. A domain without a client is the reseller's own: nobody owes anything. */
export type PaymentStanding = 'PAID' | 'UNPAID' | 'UNKNOWN' | 'OWN';

/** @param words what was said of this client. */
export function paymentStanding(
  words: readonly PaymentWord[],
  domain: { readonly clientId: string | null; readonly name: string; readonly expiresAt: number | null },
): PaymentStanding {
  if (domain.clientId === null) return 'OWN';
  const ofTerm = words.find(
    ({ domainName, termEndsAt }) => domainName === domain.name && termEndsAt === domain.expiresAt,
  );
  return (ofTerm ?? words.find(({ domainName }) => domainName === null))?.state ?? 'UNKNOWN';
}
