// Which refunds have come back, read off the balance of a prepaid account: Gandi lists no movements of it.

export interface PendingRefund {
  readonly id: string;
  /** Minor units. */
  readonly amount: number;
  /** When the refund was asked for, epoch milliseconds. */
  readonly since: number;
}

/** More ways to put a sum together than this are not looked through. */
const MOST_SUMS = 4_096;

/**
 * @param difference what the account holds beyond what our own orders explain, in minor units.
 * @returns the refunds that explain the difference to the cent, when only one choice of amounts does; of refunds of the same amount the oldest. Anything
 * else is not ours to explain and matches nothing.
 */
export function matchRefunds(difference: number, pending: readonly PendingRefund[]): readonly PendingRefund[] {
  if (difference <= 0) return [];
  const byAmount = Map.groupBy(
    pending.toSorted((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1)),
    ({ amount }) => amount,
  );
  let sums: { readonly sum: number; readonly taken: readonly PendingRefund[] }[] = [{ sum: 0, taken: [] }];
  for (const [amount, refunds] of byAmount) {
    sums = sums.flatMap(({ sum, taken }) =>
      Array.from({ length: refunds.length + 1 }, (_, count) => ({
        sum: sum + amount * count,
        taken: [...taken, ...refunds.slice(0, count)],
      })).filter((choice) => choice.sum <= difference),
    );
    if (sums.length > MOST_SUMS) return [];
  }
  const exact = sums.filter(({ sum }) => sum === difference);
  return exact.length === 1 && exact[0] !== undefined ? exact[0].taken : [];
}
