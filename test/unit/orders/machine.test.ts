// The state machine of orders: what can happen to one, over every walk through its events.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advance,
  FINAL_STATES,
  type OrderEvent,
  statesThatReach,
  TRANSITIONS,
} from '../../../src/services/order-machine.ts';
import type { OrderState } from '../../../src/store/records.ts';

const EVENTS = Object.keys(TRANSITIONS) as readonly OrderEvent[];
const STATES: readonly OrderState[] = [
  'CLAIMED',
  'SUBMITTED',
  'ACCEPTED',
  'WAITING',
  'ACTION_REQUIRED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'REFUND_PENDING',
  'REFUNDED',
];
/** States in which Gandi has the order, or had it. */
const TAKEN: readonly OrderState[] = [
  'ACCEPTED',
  'WAITING',
  'ACTION_REQUIRED',
  'COMPLETED',
  'REFUND_PENDING',
  'REFUNDED',
];

/** The states an order goes through while these events happen to it; those that cannot happen are left out. */
function walk(events: readonly OrderEvent[]): readonly OrderState[] {
  const path: OrderState[] = ['CLAIMED'];
  for (const event of events) {
    const next = advance(path.at(-1) ?? 'CLAIMED', event);
    if (next !== null) path.push(next);
  }
  return path;
}
const walks = fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }).map(walk);

describe('an order', () => {
  test('that Gandi has taken is never where it could be sent again', () => {
    fc.assert(
      fc.property(walks, (path) => {
        const taken = path.findIndex((state) => TAKEN.includes(state));
        const after = taken < 0 ? [] : path.slice(taken);
        expect(after.filter((state) => state === 'CLAIMED' || state === 'SUBMITTED')).toEqual([]);
      }),
    );
  });

  test('is sent only from CLAIMED, so never twice without a look in between', () => {
    fc.assert(
      fc.property(walks, (path) => {
        for (const [index, state] of path.entries()) if (state === 'SUBMITTED') expect(path[index - 1]).toBe('CLAIMED');
      }),
    );
  });

  test('that has ended leaves its end only for a refund', () => {
    fc.assert(
      fc.property(walks, (path) => {
        const end = path.findIndex((state) => FINAL_STATES.includes(state));
        if (end < 0) return;
        for (const state of path.slice(end + 1)) expect(['REFUND_PENDING', 'REFUNDED']).toContain(state);
      }),
    );
  });

  test('that was refunded was completed or failed before, and never cancelled', () => {
    fc.assert(
      fc.property(walks, (path) => {
        const refund = path.indexOf('REFUND_PENDING');
        if (refund >= 0) expect(['COMPLETED', 'FAILED']).toContain(path[refund - 1]);
        if (path.includes('CANCELLED')) expect(path.at(-1)).toBe('CANCELLED');
      }),
    );
  });

  test('can come to every state', () => {
    const reached = new Set<OrderState>(['CLAIMED']);
    for (let before = 0; before < reached.size; ) {
      before = reached.size;
      for (const state of [...reached])
        for (const event of EVENTS) {
          const next = advance(state, event);
          if (next !== null) reached.add(next);
        }
    }
    expect([...reached].toSorted()).toEqual(STATES.toSorted());
  });

  test('that can go no further is REFUNDED or CANCELLED', () => {
    const stuck = STATES.filter((state) => EVENTS.every((event) => advance(state, event) === null));
    expect(stuck.toSorted()).toEqual(['CANCELLED', 'REFUNDED']);
  });
});

test.each([
  ['COMPLETED', ['ACCEPTED', 'WAITING', 'ACTION_REQUIRED', 'COMPLETED']],
  ['CLAIMED', ['CLAIMED', 'SUBMITTED']],
  ['FAILED', ['CLAIMED', 'SUBMITTED', 'ACCEPTED', 'WAITING', 'ACTION_REQUIRED', 'FAILED']],
  ['CANCELLED', ['CLAIMED', 'CANCELLED']],
  ['REFUNDED', ['REFUND_PENDING', 'REFUNDED']],
] as const)('%s is reached from %j', (target, sources) => {
  expect(statesThatReach(target, STATES).toSorted()).toEqual([...sources].toSorted());
});
