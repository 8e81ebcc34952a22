// What every mutation that orders something answers with when it worked, and the inputs such mutations share.
import type { PlacedOrder } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Order } from './order.ts';

/** @param then what becomes of the order from here on. */
export function placedOrder(name: string, then: string) {
  return builder.objectRef<PlacedOrder>(name).implement({
    description: `The order is recorded and on its way. ${then}`,
    fields: (t) => ({
      order: t.expose('order', { type: Order, description: 'The order.' }),
      replayed: t.exposeBoolean('replayed', {
        description:
          'True when this key was used before with the same input: nothing new was ordered, this is the first order.',
      }),
    }),
  });
}

export const isPlaced = (value: object): value is PlacedOrder => 'order' in value;

export const DRY_RUN = 'Only check and quote: spends nothing, writes nothing.';
export const EXPECTED_PRICE =
  'The price you agreed to, after taxes, as the dry run told it. When it is another one by now, nothing is bought.';
export const ACKNOWLEDGE =
  'Side effects you agree to, by name, as the dry run or a `ConfirmationNeeded` told them. Without them nothing is ordered.';
export const IDEMPOTENCY_KEY =
  'A text of your choice, unique for this wish, such as a UUID. The same key with the same input never orders twice; use it again after an error or a lost answer.';
