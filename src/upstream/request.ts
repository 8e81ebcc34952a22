// The one way to Gandi: shared reads, circuit, permit, exchange, classification, retry, in this order and for every call.
import { type Clock, sleep } from '../lib/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Budget } from './budget/budget.ts';
import { LANE_RULES } from './budget/lanes.ts';
import type { Permit } from './budget/permit.ts';
import { BudgetRefused } from './budget/refusal.ts';
import type { Circuit, Pass } from './circuit.ts';
import { classify, type Effect } from './classify.ts';
import { UpstreamError } from './errors.ts';
import { badAnswer, noAnswer, refusedByBudget, refusedByCircuit } from './failure.ts';
import type { CallOptions } from './port.ts';
import { type GandiRequest, type PreparedRequest, prepareRequest, type RequestFrame } from './prepare.ts';
import { createReadRing, type ReadRingOptions } from './read-ring.ts';
import { pauseBeforeRetryMs, RETRY_POLICY } from './retry.ts';
import { createSharedReads, type ReadCall, type StartRead } from './shared-reads.ts';
import { NoAnswer, PermitExpired, type Transport } from './transport.ts';
import { createWaitMeter } from './wait-meter.ts';

export interface GandiAnswer {
  readonly endpoint: string;
  readonly effect: Effect;
  readonly status: number;
  /** Parsed JSON; null for an empty body. */
  readonly body: unknown;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly traceId: string | null;
  readonly attempts: number;
}

export interface Sender {
  /**
   * Sends, and sends a read again up to three times in all. Never sends a write or an order twice, and waits for their answer even when the signal
   * aborts meanwhile.
   * @throws {UpstreamError} for anything but a good answer, or the signal's reason when it aborted the call.
   */
  send(request: GandiRequest, call: CallOptions): Promise<GandiAnswer>;
}

export interface SenderOptions extends RequestFrame {
  readonly transport: Transport;
  readonly budget: Pick<Budget, 'acquire' | 'backOff' | 'estimate' | 'snapshot'>;
  readonly circuit: Circuit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** By what reads are shared with other processes; without it only those of this one are. */
  readonly shared?: Pick<ReadRingOptions, 'redis' | 'sealed' | 'leaseMs'>;
}

/** The permit was over before anything was sent. */
const EXPIRED = Symbol('expired');

/** The outcome of one attempt that failed. `resend`: at once, when the next permit is given; `pause`: after a pause of our own. */
interface FailedAttempt {
  readonly error: UpstreamError;
  readonly next: 'stop' | 'pause' | 'resend';
}

export function createSender(options: SenderOptions): Sender {
  const { transport, budget, circuit, clock, logger, random } = options;
  const waits = createWaitMeter(clock);

  /** A permit and a way through the circuit, taken only together. */
  const admit = async (request: PreparedRequest, call: ReadCall, waitMs: number, attempts: number) => {
    if (circuit.waitMs() > 0) throw refusedByCircuit(request, circuit.waitMs(), attempts);
    const { lane, tenant, signal } = call;
    const endWait = waits.begin(call.meter);
    let permit: Permit;
    try {
      permit = await budget.acquire({ lane, tenant, maxWaitMs: waitMs, ...(signal ? { signal } : {}) });
    } catch (error) {
      if (error instanceof BudgetRefused) throw refusedByBudget(request, error, attempts);
      throw error;
    } finally {
      endWait();
    }
    const pass = circuit.enter();
    if (pass) return { permit, pass };
    permit.release();
    throw refusedByCircuit(request, circuit.waitMs(), attempts);
  };

  const attempt = async (
    request: PreparedRequest,
    call: ReadCall,
    { permit, pass }: { permit: Permit; pass: Pass },
    attempts: number,
    onSent: () => void,
  ): Promise<GandiAnswer | FailedAttempt | typeof EXPIRED> => {
    const startedAt = clock.monotonic();
    const { endpoint, effect } = request;
    const log = (outcome: Record<string, unknown>) =>
      logger.debug({ endpoint, lane: call.lane, attempts, ms: Math.round(clock.monotonic() - startedAt), ...outcome });
    try {
      const abortOnceSent = effect === 'read' || effect === 'dry-run';
      const raw = await transport.exchange(request.exchange, { permit, signal: call.signal, abortOnceSent, onSent });
      const traceId = raw.headers['trace-id'] ?? null;
      log({ status: raw.status, traceId });
      const verdict = classify(raw, effect, request.accepts);
      if (verdict.good) {
        pass.succeeded();
        const { status, headers } = raw;
        return { endpoint, effect, status, body: verdict.body, headers, traceId, attempts };
      }
      if (verdict.isOutage) pass.failed();
      else pass.succeeded();
      const told = { status: raw.status, traceId, attempts };
      if (verdict.backOff === null)
        return { error: badAnswer(request, verdict, told, null), next: verdict.isTransient ? 'pause' : 'stop' };
      budget.backOff(verdict.backOff);
      const error = badAnswer(request, verdict, told, pausedForMs());
      logger.warn(
        { endpoint, status: raw.status, retryAfterMs: error.retryAfterMs, traceId },
        'Gandi asks us to slow down',
      );
      return { error, next: 'resend' };
    } catch (silence) {
      if (!(silence instanceof NoAnswer)) {
        pass.withdrawn();
        if (silence instanceof PermitExpired) return EXPIRED;
        throw silence;
      }
      const isOurs = silence.reason === 'too-large';
      if (isOurs) pass.succeeded();
      else pass.failed();
      log({ outcome: silence.reason });
      return { error: noAnswer(request, silence, attempts), next: isOurs ? 'stop' : 'pause' };
    }
  };

  const pausedForMs = (): number => {
    const until = budget.snapshot().pausedUntil;
    return until === null ? 0 : Math.max(0, until - clock.now());
  };

  const run = async (request: PreparedRequest, call: ReadCall, onSent: () => void): Promise<GandiAnswer> => {
    const mayResend = request.effect === 'read';
    let patienceMs = call.maxWaitMs;
    let failed: UpstreamError | null = null;
    const countSent = (): void => {
      onSent();
      if (call.meter) call.meter.made += 1;
    };
    let attempts = 1;
    for (;;) {
      const askedAt = clock.monotonic();
      let admission: { permit: Permit; pass: Pass };
      try {
        admission = await admit(request, call, patienceMs, attempts - 1);
      } catch (error) {
        throw failed !== null && error instanceof UpstreamError ? failed : error;
      }
      const admittedAt = clock.monotonic();
      patienceMs = Math.max(0, patienceMs - (admittedAt - askedAt));
      const result = await attempt(request, call, admission, attempts, countSent);
      if (result === EXPIRED) {
        patienceMs = Math.max(0, patienceMs - (clock.monotonic() - admittedAt));
        continue;
      }
      if (!('error' in result)) return result;
      failed = result.error;
      if (!mayResend || result.next === 'stop' || attempts >= RETRY_POLICY.attempts) throw failed;
      attempts += 1;
      if (result.next === 'resend') continue;
      const pauseMs = pauseBeforeRetryMs(attempts - 1, random);
      if (pauseMs > patienceMs) throw failed;
      patienceMs -= pauseMs;
      await sleep(clock, pauseMs, call.signal);
    }
  };

  const reads = createSharedReads<GandiAnswer>({
    clock,
    waits,
    isImpatience: (error) => error instanceof UpstreamError && error.kind === 'busy',
    impatience: (endpoint, { lane, tenant }) =>
      refusedByBudget(
        { endpoint: endpoint.replace(/\?.*$/s, ''), effect: 'read', secrets: [] },
        new BudgetRefused('deadline', lane, budget.estimate({ lane, tenant })),
        0,
      ),
  });

  const ring = options.shared && createReadRing<GandiAnswer>({ ...options.shared, clock, waits, logger });

  return {
    async send(request, { lane, tenant, maxWaitMs = LANE_RULES[lane].maxWaitMs, signal, meter, beforeSending }) {
      const prepared = prepareRequest(request, options);
      const call: ReadCall = { lane, tenant, maxWaitMs, signal, meter };
      if (request.method === 'GET') {
        const query = request.query?.toString();
        const key = query ? `${prepared.endpoint}?${query}` : prepared.endpoint;
        const start: StartRead<GandiAnswer> = (own, onSent) => run(prepared, own, onSent);
        return reads.read(key, call, ring === undefined ? start : ring.share(key, start));
      }
      if (request.effect === 'read' || request.effect === 'dry-run') return run(prepared, call, () => {});
      const onSent = (): void => {
        beforeSending?.();
        reads.forget();
        void ring?.forget();
      };
      try {
        return await run(prepared, call, onSent);
      } finally {
        reads.forget();
        await ring?.forget();
      }
    },
  };
}
