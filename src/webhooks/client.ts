// One HTTP POST to a receiver: within a total time, without following redirects, reading no more than a little of what it answers.
import { Agent, request } from 'undici';
import type { Clock } from '../lib/clock.ts';
import type { WebhookAttemptError } from '../store/webhook-records.ts';
import { AddressRefusedError, type Targets } from './targets.ts';

export interface WebhookAnswer {
  /** null when none came. */
  readonly status: number | null;
  /** null: a status from 200 to 299. */
  readonly error: WebhookAttemptError | null;
  readonly durationMs: number;
  /** What the receiver asked for with 429 or 503; null = nothing. */
  readonly retryAfterMs: number | null;
}

export interface WebhookClient {
  /** Never fails: what goes wrong is the answer. @throws only the reason of `signal`. */
  post(call: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal?: AbortSignal;
  }): Promise<WebhookAnswer>;
  close(): Promise<void>;
}

export interface WebhookClientOptions {
  readonly targets: Pick<Targets, 'connect'>;
  readonly clock: Clock;
  /** Longest time from the look-up of the name to the end of the answer. */
  readonly totalMs?: number;
}

/** A receiver should take an event and work on it later: https://www.standardwebhooks.com asks for an answer within 15 to 30 seconds. */
export const ANSWER_WITHIN_MS = 15_000;
const MOST_ANSWER_BYTES = 16_384;

/** Connections are not bounded here: senders bound what is under way, and one receiver must not wait for another of the same host. */
export function createWebhookClient({
  targets,
  clock,
  totalMs = ANSWER_WITHIN_MS,
}: WebhookClientOptions): WebhookClient {
  const agent = new Agent({
    connect: targets.connect,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  });
  return {
    async post({ url, headers, body, signal }) {
      const startedAt = clock.monotonic();
      const tooLong = new AbortController();
      const limit = clock.after(totalMs, () => tooLong.abort(new Error(`No answer within ${totalMs} ms.`)));
      const both = signal === undefined ? tooLong.signal : AbortSignal.any([signal, tooLong.signal]);
      const answer = (
        status: number | null,
        error: WebhookAttemptError | null,
        retryAfterMs: number | null = null,
      ) => ({
        status,
        error,
        durationMs: Math.round(clock.monotonic() - startedAt),
        retryAfterMs,
      });
      try {
        const response = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal: both });
        const { statusCode: status } = response;
        const answered = answer(
          status,
          errorOf(status),
          retryAfterOf(status, response.headers['retry-after'], clock.now()),
        );
        await response.body.dump({ limit: MOST_ANSWER_BYTES, signal: both }).catch(() => {});
        return answered;
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        return answer(null, tooLong.signal.aborted ? 'TIMEOUT' : failureOf(error));
      } finally {
        limit.cancel();
      }
    },
    close: () => agent.destroy(),
  };
}

function errorOf(status: number): WebhookAttemptError | null {
  if (status >= 200 && status < 300) return null;
  return status >= 300 && status < 400 ? 'REDIRECT' : 'STATUS';
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterOf(status: number, header: string | string[] | undefined, now: number): number | null {
  if ((status !== 429 && status !== 503) || typeof header !== 'string') return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : / GMT$/.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

function failureOf(error: unknown): WebhookAttemptError {
  if (error instanceof AddressRefusedError) return 'ADDRESS_REFUSED';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'TIMEOUT';
  return /CERT|TLS|SSL|UNABLE_TO/.test(code) ? 'TLS' : 'CONNECTION';
}
