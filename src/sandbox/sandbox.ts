// One sandbox in the process: its state, the v5 API and the control API behind a single fetch.
import { Hono } from 'hono';
import { systemClock } from '../lib/clock.ts';
import { createCallLog } from './calls.ts';
import { createSandboxClock } from './clock.ts';
import { mountControl } from './control/control.ts';
import { createFaults } from './faults.ts';
import { unknownRoute } from './http/answers.ts';
import type { SandboxEnv } from './http/call.ts';
import { type JournalIdentity, openJournal } from './journal.ts';
import { createLimiter } from './limiter.ts';
import { defaultLimit, defaultToken, peopleFrom, type SandboxOptions, type SandboxReset } from './options.ts';
import { mountV5 } from './routes/v5.ts';
import type { SandboxState } from './state.ts';
import { createWorld, pastMs } from './world/world.ts';

export interface Sandbox {
  /** The whole sandbox as a hono app: `app.request('/v5/…')` in a test, `app.fetch` behind a server. */
  readonly app: Hono<SandboxEnv>;
  /** Live parts, for reading counters and moving things by hand. */
  readonly state: SandboxState;
  /** Sandbox time. */
  now(): number;
  /** Moves sandbox time forward; every step on the way happens at its own instant. */
  advance(ms: number): void;
  /** Starts over: same options, changed where `change` says so. Faults, calls and counters are forgotten. */
  reset(change?: SandboxReset): void;
  /** Stops timers. */
  close(): void;
}

/** @throws RangeError naming an option that is out of range. */
function planFrom(options: SandboxOptions, startAt: number) {
  const domains = within('domains', options.domains ?? 400, 0, 100_000);
  const usual = domains < 20 ? 0 : Math.min(200, Math.max(12, Math.round(domains / 40)));
  return {
    seed: within('seed', options.seed ?? 1, 0, 2 ** 32 - 1),
    domains,
    clients: within('clients', options.clients ?? Math.max(4, Math.round(domains * 0.06)), 0, 100_000),
    transfers: within('transfers', options.transfers ?? usual, 0, 10_000),
    prepaidCents: within('prepaidCents', options.prepaidCents ?? 2_500_000, 0, 10 ** 12),
    people: peopleFrom(options.people),
    startAt,
  };
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${value}`);
}

type Changing = Pick<SandboxState, 'clock' | 'world' | 'limiter' | 'faults' | 'calls' | 'transfersOrdered'>;

function createParts(options: SandboxOptions): Changing {
  const base = options.clock ?? systemClock;
  const startAt = options.startAt ?? base.now();
  const plan = planFrom(options, startAt);
  const clock = createSandboxClock(base, { startAt: startAt - pastMs, speed: 0 });
  const world = createWorld(plan, clock);
  clock.setSpeed(options.speed ?? 1);
  return {
    clock,
    world,
    limiter: createLimiter(options.limit ?? defaultLimit),
    faults: createFaults(plan.seed),
    calls: createCallLog(within('callLogSize', options.callLogSize ?? 10_000, 0, 1_000_000)),
    transfersOrdered: new Map(),
  };
}

/** What two starts on one journal must have in common. */
function identityOf(options: SandboxOptions): JournalIdentity {
  const { people, startAt: _, ...plan } = planFrom(options, 0);
  return { ...plan, people: JSON.stringify(people) };
}

/**
 * Builds a sandbox; nothing listens yet. With a journal, what it remembers is still to be replayed (see `replay`).
 * @throws RangeError naming an option that is out of range; Error when the journal belongs to another sandbox.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  let current = options;
  const realClock = options.clock ?? systemClock;
  const journal =
    options.journal === undefined ? null : openJournal(options.journal, identityOf(options), realClock.now());
  const state: SandboxState = {
    ...createParts(journal === null ? options : { ...options, startAt: journal.startAt }),
    realClock,
    journal,
    replaying: null,
    credentials: options.credentials ?? [{ token: defaultToken }],
    rowSharingId: options.rowSharingId ?? true,
    contactTypeAs: options.contactTypeAs ?? 'string',
  };
  const sandbox: Sandbox = {
    app: new Hono<SandboxEnv>(),
    state,
    now: () => state.clock.now(),
    advance: (ms) => state.clock.advance(ms),
    reset(change = {}) {
      const wanted = { ...current, ...change };
      const parts = createParts(wanted);
      current = wanted;
      state.clock.close();
      Object.assign(state, parts);
    },
    close: () => state.clock.close(),
  };
  sandbox.app.onError((error) => {
    throw error;
  });
  sandbox.app.notFound((context) => unknownRoute(context.req.method, context.req.path));
  mountV5(sandbox.app, state);
  mountControl(sandbox.app, state, sandbox.reset);
  return sandbox;
}
