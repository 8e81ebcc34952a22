// Finds out when the clock of the server was set forward: calls would then seem older than they are.

/** Our clock and the server's may each be slewed by 500 parts per million. */
const CLOCK_DRIFT = 0.001;
const ROUNDING_MS = 1;

/** What the server said of the time is not to be relied on. */
export class ServerClockError extends Error {
  override readonly name = 'ServerClockError';
}

export interface ServerClockCheck {
  /**
   * The server's clock showed `serverAt` at some moment between asking and receiving the answer (monotonic milliseconds).
   * @throws {ServerClockError} when it is further ahead of ours than it can have been at an earlier answer. From then on the new time is taken for right.
   */
  check(serverAt: number, askedAt: number, receivedAt: number): void;
}

/**
 * An answer tells that the server is ahead of us by something between `serverAt - receivedAt` and `serverAt - askedAt`. Two answers whose ranges do not meet cannot
 * both come from a clock that was left alone; ranges are as wide as an answer takes, so no slow answer looks like a jump, and no jump longer than one goes unseen.
 */
export function createServerClockCheck(): ServerClockCheck {
  let mostAhead = Number.POSITIVE_INFINITY;
  let known = 0;
  return {
    check(serverAt, askedAt, receivedAt) {
      const drifted = mostAhead + (receivedAt - known) * CLOCK_DRIFT;
      const isSet = serverAt - receivedAt > drifted + ROUNDING_MS;
      mostAhead = isSet ? serverAt - askedAt : Math.min(drifted, serverAt - askedAt);
      known = receivedAt;
      if (isSet) throw new ServerClockError('The clock of the server was set forward.');
    },
  };
}
