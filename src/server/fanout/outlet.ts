// Where the messages of one subscription go: its part of a connection.
import type { Message } from './message.ts';

export interface Outlet {
  /** Takes all of it, in order; does nothing once the connection is closing. */
  write(messages: readonly Message[]): void;
  /** True while the client has not taken what it was given; the connection calls `resume` of its subscribers when it has. */
  readonly isFull: boolean;
  /** Nothing follows. */
  complete(): void;
}
