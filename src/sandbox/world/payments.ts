// The payment every order begins with: its price is set aside at once and debited a little later.
import type { Timer } from '../../lib/clock.ts';
import type { SandboxClock } from '../clock.ts';
import type { Ledger, Purchase } from './ledger.ts';

/**
 * Sets the price aside and debits it `ms` later.
 * @param settled hears then whether the account still held enough; when it did not, nothing was debited.
 * @returns the timer of the debit. To cancel it, {@link Ledger.release} the purchase too.
 */
export function payLater(
  { clock, ledger }: { readonly clock: SandboxClock; readonly ledger: Ledger },
  purchase: Purchase,
  ms: number,
  settled: (paid: boolean) => void,
): Timer {
  ledger.promise(purchase);
  return clock.at(clock.now() + ms, () => {
    ledger.release(purchase);
    settled(ledger.debit(purchase, clock.now()));
  });
}
