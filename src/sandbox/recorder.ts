// Writes each request that changed something to the journal, and does the journal's requests again at a new start.
import type { Hono, MiddlewareHandler } from 'hono';
import type { SandboxEnv } from './http/call.ts';
import type { Journal } from './journal.ts';
import type { SandboxState } from './state.ts';

const REPEATED_HEADERS = ['authorization', 'content-type'] as const;
/** The parts of a sandbox that a replay drives. */
export interface Replayed {
  readonly app: Hono<SandboxEnv>;
  readonly state: SandboxState;
}

/** Controls of the running process, not of the world it keeps. */
const OF_THE_PROCESS = /^\/sandbox\/(faults|calls|counters|limit|reset)/;

/** Sits inside the gate, so that it sees requests that were let through and whether they were accepted, before their answer leaves. */
export const recorder =
  (state: SandboxState): MiddlewareHandler<SandboxEnv> =>
  async (context, next) => {
    const { journal } = state;
    const { method, raw: request } = context.req;
    const { pathname, search } = new URL(request.url);
    const dryRun = context.req.header('dry-run') ?? '0';
    if (!journal || state.replaying || method === 'GET' || dryRun !== '0' || OF_THE_PROCESS.test(pathname))
      return next();
    const body = await request.clone().text();
    await journal.inTurn(async () => {
      state.clock.settle();
      const askedAt = momentOf(state);
      await next();
      if (!context.res.ok) return;
      journal.append({
        // A control may move the clock itself; it happened at the time it was asked.
        at: pathname.startsWith('/sandbox/') ? askedAt : momentOf(state),
        realAt: state.realClock.now(),
        method,
        path: `${pathname}${search}`,
        headers: Object.fromEntries(
          REPEATED_HEADERS.flatMap((name) => {
            const value = context.req.header(name);
            return value === undefined ? [] : [[name, value]];
          }),
        ),
        body,
        twists: context.get('twists') ?? null,
      });
    });
  };

/** The latest sandbox time at which a replay has done every step done by now and none of those to come. */
const momentOf = ({ clock }: SandboxState): number => Math.min(clock.now(), (clock.nextAt() ?? Infinity) - 1);

/**
 * Brings a fresh sandbox to where its journal ends, each request at its own instant of sandbox time, then lets time run on as if the process had never stopped.
 * @throws Error when a request that was once accepted no longer is: the journal then is of another version.
 */
export async function replay(sandbox: Replayed, journal: Journal): Promise<void> {
  const { state } = sandbox;
  const { clock } = state;
  let speed = clock.speed;
  let stoppedAt = journal.startAt;
  clock.setSpeed(0);
  for (const entry of journal.past) {
    clock.advance(Math.max(0, entry.at - clock.now()));
    state.replaying = { twists: entry.twists };
    const { method, headers, body } = entry;
    const answer = await sandbox.app.request(entry.path, { method, headers, ...(body !== '' && { body }) });
    if (!answer.ok)
      throw new Error(`The sandbox's journal does not fit: ${method} ${entry.path} answered ${answer.status}`);
    if (clock.speed > 0 || entry.path.startsWith('/sandbox/clock')) speed = clock.speed;
    clock.setSpeed(0);
    stoppedAt = entry.realAt;
  }
  state.replaying = null;
  clock.advance(Math.max(0, state.realClock.now() - stoppedAt) * speed);
  clock.setSpeed(speed);
}
