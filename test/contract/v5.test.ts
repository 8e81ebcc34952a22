// The v5 adapter against the sandbox over a real socket, with the limit on; and its reads against Gandi where a token is given.
import { describe } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createBudget } from '../../src/upstream/budget/budget.ts';
import { parseRateLimits } from '../../src/upstream/budget/rate-limit.ts';
import type { CallOptions } from '../../src/upstream/port.ts';
import { createGandiV5 } from '../../src/upstream/v5.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { settleOn } from '../helpers/gandi-v5.ts';
import { describePort, describePortWrites, type FarSide, type PortUnderTest } from './port-contract.ts';

const callWith = (more: Partial<CallOptions> = {}) => ({
  lane: 'interactive' as const,
  tenant: 'contract',
  meter: createUpstreamMeter(),
  ...more,
});

/** Sandbox, budget and adapter share one clock that is moved by hand, so the limit is exact on both sides. */
async function sandboxed(
  contactTypeAs: 'string' | 'integer' = 'string',
): Promise<PortUnderTest & { farSide: FarSide }> {
  const clock = fakeClock();
  const { url, sandbox, close } = await startSandbox({
    port: 0,
    domains: 120,
    speed: 0,
    clock,
    limit: { calls: 30, windowMs: 2_000 },
    contactTypeAs,
  });
  const budget = createBudget({ clock, limits: parseRateLimits('30/2s') });
  const port = createGandiV5({
    baseUrl: url,
    token: 'sandbox-token',
    budget,
    clock,
    logger: silentLogger,
    random: () => 0.5,
    timeouts: { totalMs: 1e12 },
  });
  const { state } = sandbox;
  return {
    port,
    call: callWith,
    settle: (promise) => settleOn(clock, promise),
    farSide: {
      calls: () => state.calls.list(0, 100_000),
      overLimit: () => state.limiter.overLimit,
      fail({ method, path, status, html, retryAfterSeconds, loseAnswer, times = 1 }) {
        const effect = loseAnswer
          ? { kind: 'lost-after' as const }
          : {
              kind: 'status' as const,
              status: status ?? 500,
              ...(html === undefined ? {} : { html }),
              ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
            };
        state.faults.add({ method, path, count: times, effect });
      },
      advance: (ms) => sandbox.advance(ms),
    },
    async close() {
      await port.close();
      await close();
    },
  };
}

/** Reads only, at the pace of the default limit. */
async function real(token: string): Promise<PortUnderTest> {
  const budget = createBudget({ clock: systemClock, limits: parseRateLimits('30/2s') });
  const port = createGandiV5({
    baseUrl: process.env.GANDI_API_URL ?? 'https://api.gandi.net',
    token,
    budget,
    clock: systemClock,
    logger: silentLogger,
  });
  return { port, call: callWith, settle: (promise) => promise, farSide: null, close: () => port.close() };
}

describePort('v5 at the sandbox', sandboxed);
describePort('v5 at a sandbox that writes contact types as integers', () => sandboxed('integer'));
describePortWrites('v5 at the sandbox', sandboxed);

const token = process.env.GANDI_CONTRACT_TOKEN;
describe.skipIf(!token)('with GANDI_CONTRACT_TOKEN', () => {
  describePort('v5 at Gandi', () => real(token ?? ''));
});
