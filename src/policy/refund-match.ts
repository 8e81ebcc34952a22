// Which refunds have come back, read off the balance of a prepaid account: Gandi lists no movements of it.

export interface PendingRefund {
  readonly id: string;
  /** Minor units. */
  readonly amount: number;
  /** When the refund was asked for, epoch milliseconds. */
  readonly since: number;
}

/**
 * @param difference what the account holds beyond what our own orders explain, in minor units.
 * @returns the refunds that explain the difference to the cent: all of them together, or one, the oldest of those of the same amount. Anything else is
 * not ours to explain and matches nothing.
 */
export function matchRefunds(difference: number, pending: readonly PendingRefund[]): readonly PendingRefund[] {
  if (difference <= 0) return [];
  const oldestFirst = pending.toSorted((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
  const total = oldestFirst.reduce((sum, { amount }) => sum + amount, 0);
  if (total === difference) return oldestFirst;
  const one = oldestFirst.find(({ amount }) => amount === difference);
  return one === undefined ? [] : [one];
}
