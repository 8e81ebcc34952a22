// How long a call counts.

/** Our clock and the receiver's may each be slewed by 500 parts per million (adjtimex), in opposite directions. */
const CLOCK_DRIFT = 0.001;
/** A receiver that counts whole milliseconds, plus rounding of ours. */
const ROUNDING_MS = 2;

/** How long a slot stays taken after the latest possible arrival: the window, and a margin for clocks that run at different speeds. */
export function heldMs(windowMs: number): number {
  return windowMs + Math.ceil(windowMs * CLOCK_DRIFT) + ROUNDING_MS;
}
