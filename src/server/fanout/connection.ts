// What the subscriptions of one connection share: they end with it, and with the credential it was opened by.

/** One of them, as its connection sees it. */
export interface Subscription {
  /** Where to go on after what was written last; null when nothing was. */
  readonly lastCursor: string | null;
  /** The client has taken what it was given. */
  resume(): void;
  /** The client has left. */
  leave(): void;
  /** Ends with a last message that says why. */
  fail(error: unknown): void;
}

export interface Connection {
  readonly subscribers: Set<Subscription>;
}

/** The client has taken what it was given. */
export function resumeAll({ subscribers }: Connection): void {
  for (const subscriber of subscribers) subscriber.resume();
}

/** The connection is gone, and everything on it. */
export function leaveAll({ subscribers }: Connection): void {
  for (const subscriber of [...subscribers]) subscriber.leave();
}

/** Each subscription says why in a last message, with its cursor. */
export function failAll({ subscribers }: Connection, toError: (lastCursor: string | null) => unknown): void {
  for (const subscriber of [...subscribers]) subscriber.fail(toError(subscriber.lastCursor));
}
