// One answer of a subscription, made once and written to everybody it is for.
import type { ExecutionResult } from 'graphql';

const NOT_ASCII = /[^\0-\x7f]/;
/** What an `id:` line of an event stream cannot hold. */
const NO_LINE = /[\r\n\0]/;

/**
 * Text as it goes over the wire: each character stands for one byte of the UTF-8 form. Such strings are joined and written as they are (`latin1`), which
 * is cheaper than buffers of their own for every client.
 */
export function wireText(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text;
}

/** A final text frame of a server (RFC 6455 section 5.2), without its payload of `length` bytes. */
function frameHead(length: number): string {
  if (length < 126) return String.fromCharCode(0x81, length);
  if (length < 65_536) return String.fromCharCode(0x81, 126, length >> 8, length & 0xff);
  const head = Buffer.alloc(10);
  head.set([0x81, 127]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return head.toString('latin1');
}

export class Message {
  /** Position of its event in the log; null when it is not one: part of the state at the beginning, or an error. */
  readonly sequence: bigint | null;
  /** Where a subscriber goes on who has it; null when it says nothing of that. */
  readonly cursor: string | null;
  readonly #json: string;
  #frameLength = -1;
  #frameHead = '';
  #event: string | null = null;

  constructor(result: ExecutionResult, cursor: string | null, sequence: bigint | null) {
    this.sequence = sequence;
    this.cursor = cursor;
    this.#json = wireText(JSON.stringify(result));
  }

  /** In bytes, without what a transport puts around it. */
  get size(): number {
    return this.#json.length;
  }

  /** A WebSocket frame of `before`, the answer and `after`. Most clients name their operations by ids of one length, so its head is made once for all. */
  frame(before: string, after: string): string {
    const length = before.length + this.#json.length + after.length;
    if (length !== this.#frameLength) {
      this.#frameLength = length;
      this.#frameHead = frameHead(length);
    }
    return this.#frameHead + before + this.#json + after;
  }

  /** An event of an event stream (HTML standard, section 9.2), with its cursor as its id. */
  get event(): string {
    const id = this.cursor === null || NO_LINE.test(this.cursor) ? '' : `id: ${wireText(this.cursor)}\n`;
    this.#event ??= `event: next\n${id}data: ${this.#json}\n\n`;
    return this.#event;
  }
}

/** The cursor of what an event became. It is known to the gateway whether the subscriber asks for it or not. */
export function cursorOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('cursor' in item)) return null;
  return typeof item.cursor === 'string' ? item.cursor : null;
}
