// The control API: time, faults, the call log, counters, a fresh start. It is neither limited nor counted.
import type { Hono } from 'hono';
import { z } from 'zod';
import { faultRuleSchema } from '../faults.ts';
import type { SandboxEnv } from '../http/call.ts';
import { parseRateLimit, type SandboxReset } from '../options.ts';
import { recorder } from '../recorder.ts';
import type { SandboxState } from '../state.ts';
import { iso, stageOf } from '../world/lifecycle.ts';
import { control, controlBody, wholeFrom, wrong } from './answers.ts';
import { mountMoney } from './money.ts';
import { mountPeople } from './people.ts';

const amount = z.number().min(0).max(1e9).optional();
const advanceBody = z
  .strictObject({ ms: amount, seconds: amount, minutes: amount, hours: amount, days: amount })
  .refine((body) => Object.values(body).some((value) => value !== undefined), {
    error: 'name ms, seconds, minutes, hours or days',
  });
const clockBody = z.strictObject({ speed: z.number().min(0).max(1e6) });
const limitBody = z.strictObject({ limit: z.string() });
const count = z.number().int().min(0).optional();
const resetBody = z.strictObject({
  domains: count,
  clients: count,
  transfers: count,
  seed: count,
  speed: z.number().min(0).max(1e6).optional(),
  people: z.enum(['quick', 'realistic']).optional(),
  limit: z.string().optional(),
  prepaidCents: count,
});

function limitFrom(text: string) {
  try {
    return parseRateLimit(text);
  } catch (error) {
    throw wrong('limit', error instanceof Error ? error.message : 'is not a limit');
  }
}

function tally<Item>(items: Iterable<Item>, key: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

function summary(state: SandboxState) {
  const { world, limiter } = state;
  const now = state.clock.now();
  const { reseller } = world.organizations;
  return {
    now: iso(now),
    speed: state.clock.speed,
    limit: limiter.limit,
    organizations: Object.entries(world.organizations).map(([role, { id, name }]) => ({ role, id, name })),
    customers: world.customers.size,
    domains: {
      listed: world.estate.ofOrganization(reseller.id).length,
      byStage: tally([...world.estate.ofOrganization(reseller.id), ...world.estate.unlisted()], (domain) =>
        stageOf(domain, now),
      ),
    },
    transfers: tally(world.transfers.all(), ({ step, innerStep, fault }) => fault ?? innerStep ?? step),
    ownerChanges: tally(world.ownerChanges.all(), ({ step, fault }) => fault ?? step),
    prepaid: (world.ledger.account(reseller.id)?.balanceCents ?? 0) / 100,
    faults: state.faults.list().length,
    calls: limiter.total,
  };
}

function clockView({ clock }: SandboxState) {
  const nextAt = clock.nextAt();
  return {
    now: iso(clock.now()),
    epochMs: clock.now(),
    speed: clock.speed,
    nextStepAt: nextAt === undefined ? null : iso(nextAt),
  };
}

function counters({ limiter, calls, transfersOrdered }: SandboxState) {
  const { total, overLimit, peakInWindow, limit } = limiter;
  return {
    total,
    overLimit,
    peakInWindow,
    limit,
    byRoute: calls.byRoute(),
    transfersOrdered: Object.fromEntries(transfersOrdered),
  };
}

function clearCounters({ limiter, calls, transfersOrdered }: SandboxState): void {
  limiter.clearCounters();
  calls.clear();
  transfersOrdered.clear();
}

export function mountControl(app: Hono<SandboxEnv>, state: SandboxState, reset: (change?: SandboxReset) => void): void {
  app.use('/sandbox/*', async (_context, next) => {
    state.clock.settle();
    await next();
  });
  app.use('/sandbox/*', recorder(state));
  for (const path of ['/sandbox', '/sandbox/'])
    app.get(
      path,
      control(() => summary(state)),
    );

  app.get(
    '/sandbox/clock',
    control(() => clockView(state)),
  );
  app.put(
    '/sandbox/clock',
    control(async (context) => {
      const { speed } = await controlBody(context, clockBody);
      state.clock.setSpeed(speed);
      return clockView(state);
    }),
  );
  app.post(
    '/sandbox/clock/advance',
    control(async (context) => {
      const { ms = 0, seconds = 0, minutes = 0, hours = 0, days = 0 } = await controlBody(context, advanceBody);
      state.clock.advance(ms + 1000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days))));
      return clockView(state);
    }),
  );

  app.get(
    '/sandbox/faults',
    control(() => state.faults.list().map(({ id, rule, matched, applied }) => ({ id, matched, applied, ...rule }))),
  );
  app.post(
    '/sandbox/faults',
    control(async (context) => {
      const rule = await controlBody(context, faultRuleSchema);
      return { id: state.faults.add(rule).id, ...rule };
    }),
  );
  app.delete(
    '/sandbox/faults',
    control(() => {
      state.faults.clear();
      return { faults: 0 };
    }),
  );
  app.delete(
    '/sandbox/faults/:id',
    control((context) => {
      if (!state.faults.remove(Number(context.req.param('id')))) throw wrong('id', 'there is no such rule', 404);
      return { faults: state.faults.list().length };
    }),
  );

  app.get(
    '/sandbox/calls',
    control((context) => {
      const after = wholeFrom(context, 'after', 0);
      const limit = wholeFrom(context, 'limit', 1000);
      const calls = state.calls.list(after, limit).map((call) => ({ ...call, at: iso(call.at) }));
      return { total: state.calls.total, kept: state.calls.kept, calls };
    }),
  );
  app.delete(
    '/sandbox/calls',
    control(() => {
      state.calls.clear();
      return { total: 0 };
    }),
  );
  app.get(
    '/sandbox/counters',
    control(() => counters(state)),
  );
  app.delete(
    '/sandbox/counters',
    control(() => {
      clearCounters(state);
      return counters(state);
    }),
  );
  app.put(
    '/sandbox/limit',
    control(async (context) => {
      const { limit } = await controlBody(context, limitBody);
      state.limiter.setLimit(limitFrom(limit));
      return { limit: state.limiter.limit };
    }),
  );

  app.post(
    '/sandbox/reset',
    control(async (context) => {
      if (state.journal)
        throw wrong('body', 'this sandbox keeps a journal: stop it and remove the journal instead', 409);
      const { limit, ...change } = await controlBody(context, resetBody);
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      try {
        reset({ ...given, ...(limit !== undefined && { limit: limitFrom(limit) }) });
      } catch (error) {
        if (error instanceof RangeError) throw wrong(error.message.split(' ')[0] ?? 'body', error.message);
        throw error;
      }
      return summary(state);
    }),
  );

  mountPeople(app, state);
  mountMoney(app, state);
}
