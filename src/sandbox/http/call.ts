// One call to the v5 API as a handler sees it, and the wrapper that turns a handler into a route.
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { authenticate, type Principal } from '../auth.ts';
import type { CallTwists } from '../faults.ts';
import type { SandboxState } from '../state.ts';
import type { World } from '../world/world.ts';
import { Refused, refuse, refuseInput } from './answers.ts';
import { queryError } from './input.ts';

export type SandboxEnv = {
  Bindings: Partial<HttpBindings>;
  Variables: { twists: CallTwists; url: URL };
};
export type SandboxContext = Context<SandboxEnv>;

export interface Call {
  readonly world: World;
  /** Sandbox time of the call. */
  readonly now: number;
  readonly principal: Principal;
  readonly request: Request;
  readonly url: URL;
  readonly query: URLSearchParams;
  /** `http://host/v5`, as the client reached us. */
  readonly base: string;
  /** A part of the path, decoded. */
  param(name: string): string;
  /** `Dry-Run` was sent and is not 0. */
  readonly dryRun: boolean;
  /** What fault rules decided about this call. */
  readonly twists: CallTwists;
  /** `sharing_id` of the query string, when given. @throws Refused 400 when it is no UUID, 403 when it is not the caller's. */
  sharingId(): string | undefined;
}

export type Handler = (call: Call) => Response | Promise<Response>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function createCall(state: SandboxState, context: SandboxContext, principal: Principal): Call {
  const { world } = state;
  const url = context.get('url');
  return {
    world,
    now: state.clock.now(),
    principal,
    request: context.req.raw,
    url,
    query: url.searchParams,
    base: `${url.origin}/v5`,
    param: (name) => context.req.param(name) ?? '',
    get dryRun() {
      const header = context.req.header('dry-run');
      return header !== undefined && header !== '0';
    },
    twists: context.get('twists'),
    sharingId() {
      const given = url.searchParams.get('sharing_id');
      if (given === null) return undefined;
      if (!uuid.test(given)) throw refuseInput(queryError('sharing_id', `'${given}' is not a UUID`));
      const organizationId = world.customers.get(given)?.organizationId ?? given;
      if (!principal.organizationIds.has(organizationId)) throw refuse(403);
      return given;
    },
  };
}

/** A route that first asks who is calling. Handlers may throw {@link Refused}. */
export const route =
  (state: SandboxState, handler: Handler) =>
  async (context: SandboxContext): Promise<Response> => {
    try {
      const principal = authenticate(state, context.req.header('authorization'));
      return await handler(createCall(state, context, principal));
    } catch (error) {
      if (error instanceof Refused) return error.response;
      throw error;
    }
  };
