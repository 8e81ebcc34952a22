// Prepaid accounts: what is there, what is promised to orders not yet paid, every movement, and what was bought how often.

export interface LedgerEntry {
  /** 1 for the first; entries are in this order. */
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
  /** The auto-renewal bought it, nobody ordered it. */
  readonly automatic?: true;
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
  /** After taxes. What is free moves no money and makes no entry. */
  readonly amountCents: number;
  readonly process: string;
  readonly fqdn: string;
  readonly automatic?: true;
}

/** How often one process was bought for one name. What was ordered twice shows here, whatever became of the domain. */
export interface PurchaseTally {
  readonly process: string;
  readonly fqdn: string;
  /** Accepted orders. */
  ordered: number;
  /** Payments, automatic ones included. */
  paid: number;
  automatic: number;
  /** Payments given back. */
  givenBack: number;
  /** Paid and not given back, in cents. */
  spentCents: number;
}

export interface Ledger {
  open(organizationId: string, amountCents: number, at: number): void;
  account(organizationId: string): PrepaidAccount | undefined;
  /** Organizations with an account, in the order they were opened. */
  accounts(): IterableIterator<[organizationId: string, PrepaidAccount]>;
  /** Money neither spent nor promised; 0 where no account was opened. */
  available(organizationId: string): number;
  /** Counts an accepted order and sets its price aside. */
  promise(purchase: Purchase): void;
  /** Ends a promise, to be paid now or never. */
  release(purchase: Purchase): void;
  /** Pays now. @returns false, with nothing changed, when the balance does not suffice. */
  debit(purchase: Purchase, at: number): boolean;
  refund(purchase: Purchase, at: number): void;
  /** A payment in. */
  topUp(organizationId: string, amountCents: number, at: number): void;
  /** Brings the balance to `amountCents` by a payment in or out. */
  topUpTo(organizationId: string, amountCents: number, at: number): void;
  readonly entries: readonly LedgerEntry[];
  /** In the order in which each was first bought. */
  purchases(): IterableIterator<PurchaseTally>;
}

export function createLedger(): Ledger {
  const accounts = new Map<string, PrepaidAccount>();
  const entries: LedgerEntry[] = [];
  const tallies = new Map<string, PurchaseTally>();

  function need(organizationId: string): PrepaidAccount {
    const account = accounts.get(organizationId);
    if (!account) throw new Error(`organization ${organizationId} has no prepaid account`);
    return account;
  }
  function tallyOf({ process, fqdn }: Purchase): PurchaseTally {
    const key = `${process} ${fqdn}`;
    const known = tallies.get(key);
    if (known) return known;
    const fresh = { process, fqdn, ordered: 0, paid: 0, automatic: 0, givenBack: 0, spentCents: 0 };
    tallies.set(key, fresh);
    return fresh;
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
    const subject = about && {
      process: about.process,
      fqdn: about.fqdn,
      ...(about.automatic && { automatic: about.automatic }),
    };
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
    purchases: () => tallies.values(),
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
    accounts: () => accounts.entries(),
    available(organizationId) {
      const account = accounts.get(organizationId);
      return account ? account.balanceCents - account.promisedCents : 0;
    },
    promise(purchase) {
      tallyOf(purchase).ordered++;
      if (purchase.amountCents > 0) need(purchase.organizationId).promisedCents += purchase.amountCents;
    },
    release(purchase) {
      if (purchase.amountCents > 0) need(purchase.organizationId).promisedCents -= purchase.amountCents;
    },
    debit(purchase, at) {
      const { organizationId, amountCents } = purchase;
      if (amountCents > (accounts.get(organizationId)?.balanceCents ?? 0)) return false;
      const tally = tallyOf(purchase);
      tally.paid++;
      if (purchase.automatic) tally.automatic++;
      tally.spentCents += amountCents;
      if (amountCents === 0) return true;
      need(organizationId).spentCents += amountCents;
      book('debit', organizationId, -amountCents, at, purchase);
      return true;
    },
    refund(purchase, at) {
      const { organizationId, amountCents } = purchase;
      const tally = tallyOf(purchase);
      tally.givenBack++;
      tally.spentCents -= amountCents;
      if (amountCents === 0) return;
      need(organizationId).spentCents -= amountCents;
      book('refund', organizationId, amountCents, at, purchase);
    },
    topUp(organizationId, amountCents, at) {
      book('topup', organizationId, amountCents, at);
    },
    topUpTo(organizationId, amountCents, at) {
      const difference = amountCents - need(organizationId).balanceCents;
      if (difference !== 0) book('topup', organizationId, difference, at);
    },
  };
}
