// One HTTP exchange with Gandi over kept-alive connections. Nothing is sent here without a permit, and the permit is settled here.
import { type Dispatcher, Pool } from 'undici';
import type { Clock } from '../lib/clock.ts';
import type { Permit } from './budget/permit.ts';

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the origin. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface ExchangeOptions {
  /** Settled by the exchange, whatever comes of it. */
  readonly permit: Permit;
  readonly signal?: AbortSignal | undefined;
  /** Whether `signal` still counts once the request is on its way. A write is waited for, so that its outcome is known. */
  readonly abortOnceSent: boolean;
  /** Called when the first byte is about to leave. What it throws keeps the request back, and the exchange fails with it. */
  readonly onSent?: () => void;
}

/** An answer as it came: header names in lower case, repeated headers joined by a comma. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** - `connect`: no connection. - `timeout`: a limit ran out. - `reset`: the connection broke. - `too-large`: more than the bound was answered. */
export type NoAnswerReason = 'connect' | 'timeout' | 'reset' | 'too-large';

/** No answer that could be read. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly reason: NoAnswerReason;
  /** False when nothing can have reached Gandi. */
  readonly sent: boolean;

  constructor(reason: NoAnswerReason, sent: boolean, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.sent = sent;
  }
}

/** The permit was no longer good when the connection stood: nothing was sent, and the permit was given back. */
export class PermitExpired extends Error {
  override readonly name = 'PermitExpired';
}

/** Limits of one exchange in milliseconds; waiting for a permit is not part of them. */
export interface Timeouts {
  readonly connectMs: number;
  /** From the request being written to the headers of the answer. */
  readonly headersMs: number;
  /** Longest silence inside a body. */
  readonly bodyMs: number;
  /** The whole exchange, connecting included. */
  readonly totalMs: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5_000, headersMs: 30_000, bodyMs: 15_000, totalMs: 60_000 };

export interface TransportOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly clock: Clock;
  readonly timeouts?: Partial<Timeouts>;
  /** Default 32: a few more than the default limit lets be under way at once. */
  readonly connections?: number;
  /** Longest body that is read, in bytes. Default 20 MiB. */
  readonly maxBodyBytes?: number;
}

export interface Transport {
  /**
   * Sends once. Permit: `done` at the answer's headers, `lost` when none came, `release` when nothing was written.
   * @throws {NoAnswer}, {@link PermitExpired}, or the signal's reason when it aborted the exchange.
   */
  exchange(request: ExchangeRequest, options: ExchangeOptions): Promise<RawAnswer>;
  /** Lets exchanges under way end, then closes the connections. */
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** HTTP/1.1 only: one exchange per connection, so a broken connection leaves exactly one outcome unknown. */
export function createTransport(options: TransportOptions): Transport {
  const { clock, origin, connections = 32, maxBodyBytes = MAX_BODY_BYTES } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyMs,
    connect: { timeout: timeouts.connectMs },
  });

  return {
    exchange: (request, { permit, signal, abortOnceSent, onSent }) =>
      new Promise((resolve, reject) => {
        let stage: 'connecting' | 'sent' | 'answering' | 'over' = 'connecting';
        let controller: Dispatcher.DispatchController | undefined;
        let status = 0;
        let headers: Readonly<Record<string, string>> = {};
        let bytes = 0;
        const chunks: Buffer[] = [];

        const end = (report: () => void): void => {
          if (stage === 'over') return;
          const reached = stage;
          stage = 'over';
          limit.cancel();
          signal?.removeEventListener('abort', onAbort);
          if (reached === 'connecting') permit.release();
          if (reached === 'sent') permit.lost();
          report();
        };
        const giveUp = (error: unknown): void => {
          if (stage === 'over') return;
          end(() => reject(error));
          controller?.abort(error instanceof Error ? error : new Error('Given up.', { cause: error }));
        };
        const onAbort = (): void => {
          if (stage === 'connecting' || abortOnceSent) giveUp(signal?.reason);
        };
        const limit = clock.after(timeouts.totalMs, () =>
          giveUp(new NoAnswer('timeout', stage !== 'connecting', `No answer within ${timeouts.totalMs} ms.`)),
        );
        if (signal?.aborted) return onAbort();
        signal?.addEventListener('abort', onAbort, { once: true });

        const handler: Dispatcher.DispatchHandler = {
          onRequestStart(started) {
            if (stage !== 'connecting') return started.abort(new Error('Given up before, or sent once already.'));
            controller = started;
            if (!permit.mayBeSent())
              return giveUp(new PermitExpired('The permit was over before the request could leave.'));
            try {
              onSent?.();
            } catch (error) {
              return giveUp(error);
            }
            stage = 'sent';
          },
          onResponseStart(_controller, statusCode, received) {
            if (statusCode < 200 || stage !== 'sent') return;
            stage = 'answering';
            status = statusCode;
            headers = flatten(received);
            permit.done();
          },
          onResponseData(_controller, chunk) {
            bytes += chunk.length;
            if (bytes > maxBodyBytes) giveUp(new NoAnswer('too-large', true, `More than ${maxBodyBytes} bytes.`));
            else chunks.push(chunk);
          },
          onResponseEnd() {
            end(() => resolve({ status, headers, text: Buffer.concat(chunks).toString('utf8') }));
          },
          onResponseError(_controller, error) {
            const sent = stage !== 'connecting';
            end(() => reject(new NoAnswer(reasonOf(error, sent), sent, error.message, error)));
          },
        };
        try {
          pool.dispatch({ ...request, path: request.target }, handler);
        } catch (error) {
          giveUp(error);
        }
      }),
    close: () => pool.close(),
  };
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function reasonOf(error: Error, sent: boolean): NoAnswerReason {
  const code = 'code' in error ? String(error.code) : '';
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'timeout';
  return sent ? 'reset' : 'connect';
}
