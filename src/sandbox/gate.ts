// What every v5 call passes first: arrival is measured, the limit is applied, due work is done, faults strike, the call is logged.
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { sleep } from '../lib/clock.ts';
import { principalOf } from './auth.ts';
import type { ActiveFault, CallTwists, FaultEffect } from './faults.ts';
import { edgePage, json, refusal } from './http/answers.ts';
import type { SandboxContext, SandboxEnv } from './http/call.ts';
import type { SandboxState } from './state.ts';
import { canonicalName } from './world/tlds.ts';

/** How an in-process call ends whose answer a fault made disappear; over a socket the connection breaks instead. */
export class AnswerLost extends Error {
  constructor() {
    super('the connection was closed before an answer came');
  }
}

const calm: CallTwists = { holderSilent: false, authCodeWrong: false, registryRefuses: false };

/** The organizations a call is about. */
function organizationsOf(state: SandboxState, context: SandboxContext): ReadonlySet<string> {
  const { world } = state;
  const url = context.get('url');
  const found = new Set<string>();
  const add = (id: string | undefined) => id !== undefined && found.add(world.customers.get(id)?.organizationId ?? id);
  add(url.searchParams.get('sharing_id') ?? undefined);
  for (const part of url.pathname.split('/')) {
    if (world.organization(part) || world.customers.get(part)) add(part);
    if (part.includes('.')) add(world.estate.get(canonicalName(part) ?? '')?.organizationId);
  }
  const principal = principalOf(state, context.req.header('authorization'));
  if (found.size === 0 && principal?.scheme === 'bearer') add(principal.defaultOrganizationId);
  return found;
}

function loseAnswer(context: SandboxContext): Response {
  const socket = context.env?.incoming?.socket;
  if (!socket) throw new AnswerLost();
  socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function statusAnswer(effect: Extract<FaultEffect, { kind: 'status' }>): Response {
  const retryAfter = effect.retryAfterSeconds ?? (effect.status === 429 ? 1 : undefined);
  const headers = retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) };
  if (effect.html) return edgePage(effect.status);
  return effect.body === undefined
    ? refusal(effect.status, undefined, headers)
    : json(effect.status, effect.body, headers);
}

const effectsOf = <Kind extends FaultEffect['kind']>(faults: readonly ActiveFault[], kind: Kind) =>
  faults
    .map(({ rule }) => rule.effect)
    .filter((effect): effect is Extract<FaultEffect, { kind: Kind }> => effect.kind === kind);

const namesInPath = (context: SandboxContext): string[] =>
  context
    .get('url')
    .pathname.split('/')
    .filter((part) => part.includes('.'));

/** The name that a new order is about. */
async function nameInBody(context: SandboxContext): Promise<string[]> {
  const text = await context.req.raw.clone().text();
  const found = /"fqdn"\s*:\s*"([^"\\]+)"/.exec(text)?.[1];
  return found === undefined ? [] : [encodeURIComponent(found)];
}

/** A change of the world by a rule goes through the control API, and so into the journal. */
type WorldTurn = (method: string, path: string, body: unknown) => Promise<void>;

/** Applies what does not end the call, then returns the effect that does. */
async function strike(
  state: SandboxState,
  context: SandboxContext,
  faults: readonly ActiveFault[],
  turn: WorldTurn,
): Promise<FaultEffect | undefined> {
  for (const effect of effectsOf(faults, 'latency')) await sleep(state.realClock, state.faults.drawLatency(effect));
  for (const { kind: _kind, ...change } of effectsOf(faults, 'price')) await turn('POST', '/prices', change);
  for (const { kind: _kind, ...change } of effectsOf(faults, 'domain-status'))
    for (const fqdn of namesInPath(context)) await turn('PUT', `/domains/${fqdn}`, change);
  if (effectsOf(faults, 'name-taken').length > 0)
    for (const fqdn of [...namesInPath(context), ...(await nameInBody(context))])
      await turn('PUT', `/outside/${fqdn}`, { registered: true });
  context.set('twists', {
    holderSilent: effectsOf(faults, 'holder-silent').length > 0,
    authCodeWrong: effectsOf(faults, 'auth-code-wrong').length > 0,
    registryRefuses: effectsOf(faults, 'registry-refuses').length > 0,
  });
  return faults
    .map(({ rule }) => rule.effect)
    .find(({ kind }) => kind === 'status' || kind === 'lost-before' || kind === 'lost-after');
}

export function gate(app: Hono<SandboxEnv>, state: SandboxState): MiddlewareHandler<SandboxEnv> {
  const turn: WorldTurn = async (method, path, body) => {
    await app.request(`/sandbox${path}`, { method, body: JSON.stringify(body) });
  };
  return async (context, next) => {
    const url = new URL(context.req.url);
    if (state.replaying) {
      context.set('url', url);
      context.set('twists', state.replaying.twists ?? calm);
      return next();
    }
    const arrivedAt = state.realClock.monotonic();
    const { method } = context.req;
    const verdict = state.limiter.arrive(arrivedAt);
    state.clock.settle();
    const matched = matchedRoutes(context).at(-1);
    const record = state.calls.add({
      arrivedAt,
      at: state.clock.now(),
      method,
      path: url.pathname,
      query: url.search,
      route: matched && matched.method !== 'ALL' ? matched.path : '',
      status: 0,
      overLimit: !verdict.accepted,
      faults: [],
    });
    context.set('url', url);
    context.set('twists', calm);
    if (!verdict.accepted) {
      record.status = 429;
      return refusal(429, undefined, { 'retry-after': String(Math.max(1, Math.ceil(verdict.retryAfterMs / 1000))) });
    }
    const subject = { method, path: url.pathname, organizations: () => organizationsOf(state, context) };
    const faults = state.faults.touch(subject);
    let ending: FaultEffect | undefined;
    if (faults.length > 0) {
      record.faults = faults.map(({ id }) => id);
      ending = await strike(state, context, faults, turn);
      state.clock.settle();
      if (ending?.kind === 'lost-before') return loseAnswer(context);
      if (ending?.kind === 'status' && !ending.after) {
        record.status = ending.status;
        return statusAnswer(ending);
      }
    }
    await next();
    if (ending?.kind === 'lost-after') {
      const lost = loseAnswer(context);
      context.res = undefined;
      context.res = lost;
      return;
    }
    if (ending?.kind === 'status') {
      context.res = undefined;
      context.res = statusAnswer(ending);
    }
    record.status = context.res.status;
  };
}
