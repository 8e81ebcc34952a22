// Prepaid accounts: what is there, what is promised to orders not yet paid, and every movement.

export interface LedgerEntry {
  readonly id: number;
  /** Epoch milliseconds in the sandbox. */
  readonly at: number;
  readonly organizationId: string;
  readonly kind: 'opening' | 'topup' | 'debit' | 'refund';
  /** Signed: a debit is negative. */
  readonly amountCents: number;
  readonly balanceCents: number;
  readonly process?: string;
  readonly fqdn?: string;
}

export interface PrepaidAccount {
  balanceCents: number;
  /** Ordered, not yet debited. */
  promisedCents: number;
  readonly warningThresholdCents: number;
  readonly createdAt: number;
  updatedAt: number;
  /** Spent since the account was opened, refunds taken off. */
  spentCents: number;
}

export interface Purchase {
  readonly organizationId: string;
  readonly amountCents: number;
  readonly process: string;
  readonly fqdn: string;
}

export interface Ledger {
  open(organizationId: string, amountCents: number, at: number): void;
  account(organizationId: string): PrepaidAccount | undefined;
  /** Money neither spent nor promised; 0 where no account was opened. */
  available(organizationId: string): number;
  /** Sets money aside for an order. */
  promise(purchase: Purchase): void;
  /** Takes back a promise that will not be paid. */
  release(purchase: Purchase): void;
  /** Pays now. @returns false, with nothing changed, when the balance does not suffice. */
  debit(purchase: Purchase, at: number): boolean;
  refund(purchase: Purchase, at: number): void;
  /** Brings the balance to `amountCents` by a payment in or out. */
  topUpTo(organizationId: string, amountCents: number, at: number): void;
  readonly entries: readonly LedgerEntry[];
}

export function createLedger(): Ledger {
  const accounts = new Map<string, PrepaidAccount>();
  const entries: LedgerEntry[] = [];

  function need(organizationId: string): PrepaidAccount {
    const account = accounts.get(organizationId);
    if (!account) throw new Error(`organization ${organizationId} has no prepaid account`);
    return account;
  }
  function book(
    kind: LedgerEntry['kind'],
    organizationId: string,
    amountCents: number,
    at: number,
    about?: Purchase,
  ): void {
    const account = need(organizationId);
    account.balanceCents += amountCents;
    account.updatedAt = at;
    const subject = about && { process: about.process, fqdn: about.fqdn };
    entries.push({
      id: entries.length + 1,
      at,
      organizationId,
      kind,
      amountCents,
      balanceCents: account.balanceCents,
      ...subject,
    });
  }

  return {
    entries,
    open(organizationId, amountCents, at) {
      accounts.set(organizationId, {
        balanceCents: 0,
        promisedCents: 0,
        warningThresholdCents: 50_000,
        createdAt: at,
        updatedAt: at,
        spentCents: 0,
      });
      book('opening', organizationId, amountCents, at);
    },
    account: (organizationId) => accounts.get(organizationId),
    available(organizationId) {
      const account = accounts.get(organizationId);
      return account ? account.balanceCents - account.promisedCents : 0;
    },
    promise(purchase) {
      need(purchase.organizationId).promisedCents += purchase.amountCents;
    },
    release(purchase) {
      need(purchase.organizationId).promisedCents -= purchase.amountCents;
    },
    debit(purchase, at) {
      const account = accounts.get(purchase.organizationId);
      if (!account || account.balanceCents < purchase.amountCents) return false;
      account.spentCents += purchase.amountCents;
      book('debit', purchase.organizationId, -purchase.amountCents, at, purchase);
      return true;
    },
    refund(purchase, at) {
      need(purchase.organizationId).spentCents -= purchase.amountCents;
      book('refund', purchase.organizationId, purchase.amountCents, at, purchase);
    },
    topUpTo(organizationId, amountCents, at) {
      const difference = amountCents - need(organizationId).balanceCents;
      if (difference !== 0) book('topup', organizationId, difference, at);
    },
  };
}
