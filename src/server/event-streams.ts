// Subscriptions over Server-Sent Events, in the "distinct connections" mode of the GraphQL over SSE protocol: one answer carries one subscription.
import type { ServerResponse } from 'node:http';
import type { Expiring, ExpiryAlarm } from './fanout/expiry.ts';
import type { Message } from './fanout/message.ts';
import type { Outlet } from './fanout/outlet.ts';
import type { Subscriber } from './fanout/subscriber.ts';
import { tokenExpired } from './fanout/token-expired.ts';
import type { Heart, Heartbeat } from './heartbeat.ts';

/** How soon a client that reconnects by itself should, in milliseconds. */
const RETRY_MS = 1_000;
/** Beats in a row without anything taken, after which a client that does not read is cut off. */
const PATIENCE = 5;

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  Connection: 'keep-alive',
  'X-Accel-Buffering': 'no',
} as const;

export interface EventStreams {
  /** Writes a subscription as the body of an answer whose head was written. Resolves when the answer has ended. */
  serve(response: ServerResponse, subscriber: Subscriber, expiresAt: number | null): Promise<void>;
  /** Ends all of them without `complete`, so that clients come back with the id of the last event. */
  drain(): void;
}

export function createEventStreams({
  heartbeat,
  alarm,
}: {
  readonly heartbeat: Heartbeat;
  readonly alarm: ExpiryAlarm;
}): EventStreams {
  const open = new Set<EventStream>();
  return {
    async serve(response, subscriber, expiresAt) {
      if (response.closed) return subscriber.leave();
      const stream = new EventStream(response, subscriber);
      const closed = new Promise<void>((resolve) => response.once('close', () => resolve()));
      response.on('drain', () => subscriber.resume());
      open.add(stream);
      const stops = [heartbeat.add(stream), alarm.add(expiresAt, stream)];
      subscriber.start(stream);
      await closed;
      for (const stop of stops) stop();
      open.delete(stream);
      subscriber.leave();
    },
    drain() {
      for (const stream of open) stream.cut();
    },
  };
}

class EventStream implements Outlet, Heart, Expiring {
  readonly #response: ServerResponse;
  readonly #subscriber: Subscriber;
  #stuck = 0;

  constructor(response: ServerResponse, subscriber: Subscriber) {
    this.#response = response;
    this.#subscriber = subscriber;
    // Some clients tell that the stream is open only when its first bytes come.
    response.write(`retry: ${RETRY_MS}\n\n:\n\n`);
  }

  get isFull(): boolean {
    return this.#response.writableNeedDrain;
  }

  write(messages: readonly Message[]): void {
    if (this.#response.writableEnded) return;
    let events = '';
    for (const { event } of messages) events += event;
    this.#response.write(events, 'latin1');
  }

  complete(): void {
    this.#response.end('event: complete\ndata:\n\n');
  }

  beat(): void {
    // One that has ended is here only for as long as its end is not taken.
    const isWaiting = this.isFull || this.#response.writableEnded;
    this.#stuck = isWaiting ? this.#stuck + 1 : 0;
    if (this.#stuck >= PATIENCE) this.#response.destroy();
    else if (!isWaiting) this.#response.write(':\n\n');
  }

  warn(expiresAt: number): void {
    const facts = JSON.stringify({ warning: 'TOKEN_EXPIRES', expiresAt: new Date(expiresAt).toISOString() });
    if (!this.#response.writableEnded) this.#response.write(`: ${facts}\n\n`);
  }

  expire(): void {
    this.#subscriber.fail(tokenExpired(this.#subscriber.lastCursor));
  }

  cut(): void {
    this.#response.destroy();
  }
}
