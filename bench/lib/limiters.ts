// Our budget and its rivals behind one shape, each set up the way its users would for thirty calls in two seconds.
import Bottleneck from 'bottleneck';
import PQueue from 'p-queue';
import pThrottle from 'p-throttle';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createBudget } from '../../src/upstream/budget/budget.ts';
import { LANES } from '../../src/upstream/budget/lanes.ts';
import type { RateLimit } from '../../src/upstream/budget/rate-limit.ts';
import type { Limiter } from './load.ts';

/** The signal drops what still waits when a run is over. */
export type Setup = (limit: RateLimit, over: AbortSignal) => Limiter;

export function budgetOn(clock: Clock, limit: RateLimit): Limiter {
  const budget = createBudget({ clock, limits: [limit] });
  return async (lane, tenant, call) => {
    const permit = await budget.acquire({ lane, tenant, maxWaitMs: Number.POSITIVE_INFINITY });
    try {
      await call();
      permit.done();
    } catch (error) {
      permit.lost();
      throw error;
    }
  };
}

const bottleneckReservoir: Setup = ({ limit, windowMs }, over) => {
  const limiter = new Bottleneck({
    reservoir: limit,
    reservoirRefreshAmount: limit,
    reservoirRefreshInterval: windowMs,
  });
  return byBottleneck(limiter, over);
};

const bottleneckMinTime: Setup = ({ limit, windowMs }, over) =>
  byBottleneck(new Bottleneck({ minTime: Math.ceil(windowMs / limit) }), over);

function byBottleneck(limiter: Bottleneck, over: AbortSignal): Limiter {
  over.addEventListener('abort', () => {
    void limiter.stop({ dropWaitingJobs: true });
    void limiter.disconnect();
  });
  return (lane, _tenant, call) => limiter.schedule({ priority: LANES.indexOf(lane) }, call);
}

const pQueueStrict: Setup = ({ limit, windowMs }, over) => {
  const queue = new PQueue({ strict: true, intervalCap: limit, interval: windowMs });
  over.addEventListener('abort', () => queue.clear());
  return (lane, _tenant, call) => queue.add(call, { priority: -LANES.indexOf(lane) });
};

const pThrottleStrict: Setup = ({ limit, windowMs }, over) => {
  const throttled = pThrottle({ limit, interval: windowMs, strict: true, signal: over })((call: () => Promise<void>) =>
    call(),
  );
  return (_lane, _tenant, call) => throttled(call);
};

/** First come, first served: a full batch, then nothing until a little more than the window has passed. */
const plainBatches: Setup = ({ limit, windowMs }, over) => {
  const waiting: (() => void)[] = [];
  let left = limit;
  const refill = setInterval(() => {
    const batch = waiting.splice(0, limit);
    left = limit - batch.length;
    for (const start of batch) start();
  }, windowMs + 50);
  over.addEventListener('abort', () => clearInterval(refill));
  return async (_lane, _tenant, call) => {
    if (left > 0) left -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    await call();
  };
};

export const LIMITERS: Readonly<Record<string, Setup>> = {
  'this budget': (limit) => budgetOn(systemClock, limit),
  'bottleneck, reservoir': bottleneckReservoir,
  'bottleneck, minTime': bottleneckMinTime,
  'p-queue, strict': pQueueStrict,
  'p-throttle, strict': pThrottleStrict,
  'batches, window + 50 ms': plainBatches,
};
