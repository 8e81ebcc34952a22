// The one state machine of every order: which event moves it from where to where. Pure; the table is also that of docs/orders.md.
import type { OrderState } from '../store/records.ts';

export type OrderEvent =
  | 'SUBMIT'
  | 'ACCEPT'
  | 'NOT_LANDED'
  | 'REFUSE'
  | 'ABANDON'
  | 'WAIT'
  | 'NEED_ACTION'
  | 'COMPLETE'
  | 'FAIL'
  | 'TAKE_BACK'
  | 'REFUND';

interface Transition {
  readonly from: readonly OrderState[];
  readonly to: OrderState;
}

/** Once Gandi has an order it never goes back to where it could be sent again, and what has ended stays ended but for its refund. */
export const TRANSITIONS: Readonly<Record<OrderEvent, Transition>> = {
  /** Written down before it leaves. */
  SUBMIT: { from: ['CLAIMED'], to: 'SUBMITTED' },
  /** Gandi said yes, or a look showed that it has it. */
  ACCEPT: { from: ['CLAIMED', 'SUBMITTED'], to: 'ACCEPTED' },
  /** It is certain that nothing reached Gandi. */
  NOT_LANDED: { from: ['SUBMITTED'], to: 'CLAIMED' },
  /** Gandi looked at it and said no. */
  REFUSE: { from: ['CLAIMED', 'SUBMITTED'], to: 'FAILED' },
  /** Nobody came back for it, and nothing reached Gandi. */
  ABANDON: { from: ['CLAIMED'], to: 'CANCELLED' },
  WAIT: { from: ['ACCEPTED', 'ACTION_REQUIRED'], to: 'WAITING' },
  NEED_ACTION: { from: ['ACCEPTED', 'WAITING'], to: 'ACTION_REQUIRED' },
  COMPLETE: { from: ['ACCEPTED', 'WAITING', 'ACTION_REQUIRED'], to: 'COMPLETED' },
  FAIL: { from: ['ACCEPTED', 'WAITING', 'ACTION_REQUIRED'], to: 'FAILED' },
  /** What it bought was given back, or was never delivered: the money is on its way back. */
  TAKE_BACK: { from: ['COMPLETED', 'FAILED'], to: 'REFUND_PENDING' },
  REFUND: { from: ['REFUND_PENDING'], to: 'REFUNDED' },
};

/** The state after the event, or null when the event cannot happen to an order in this state. */
export function advance(state: OrderState, event: OrderEvent): OrderState | null {
  const { from, to } = TRANSITIONS[event];
  return from.includes(state) ? to : null;
}

/** Those of `states` from which an order may come to `target` by one event, or is there already. */
export function statesThatReach(target: OrderState, states: readonly OrderState[]): readonly OrderState[] {
  const moves = Object.values(TRANSITIONS);
  return states.filter(
    (state) => state === target || moves.some(({ from, to }) => to === target && from.includes(state)),
  );
}

/** Nothing happens to it any more, but for a refund. */
export const FINAL_STATES: readonly OrderState[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'REFUND_PENDING', 'REFUNDED'];
