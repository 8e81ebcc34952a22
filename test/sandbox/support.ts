// What the sandbox tests share: a sandbox on a clock that stands still, calls into it, and bodies to send.

import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export const bearer = { authorization: 'Bearer sandbox-token' };
export const apikey = { authorization: 'Apikey sandbox-token' };

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Bench {
  readonly sandbox: Sandbox;
  readonly realClock: FakeClock;
  readonly resellerId: string;
  /** A v5 call: the path starts after `/v5`. JSON answers are parsed, others given as text, empty ones as ''. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** A control call: the path starts after `/sandbox`. */
  control<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>>;
}

async function read<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as Body };
}

/** Calls are practically unlimited and no time passes unless a test wants it otherwise. */
export function bench(options: SandboxOptions = {}): Bench {
  const realClock = fakeClock();
  const sandbox = createSandbox({
    domains: 0,
    clients: 4,
    limit: { calls: 1_000_000, windowMs: 1 },
    speed: 0,
    clock: realClock,
    ...options,
  });
  const request = (method: string, path: string, body: unknown, headers: Record<string, string>) =>
    sandbox.app.request(path, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    sandbox,
    realClock,
    resellerId: sandbox.state.world.organizations.reseller.id,
    call: async (method, path, body, headers) =>
      read(await request(method, `/v5${path}`, body, { ...bearer, ...headers })),
    control: async (method, path, body) => read(await request(method, `/sandbox${path}`, body, {})),
  };
}

export const owner = {
  type: 'company',
  given: 'Nia',
  family: 'Okafor',
  orgname: 'Test Oy',
  email: 'nia@example.net',
  streetaddr: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '+358.401234567',
};

export const customer = {
  type: 'company',
  orgname: 'Maple Oy',
  firstname: 'Nia',
  lastname: 'Okafor',
  email: 'nia@example.net',
  streetaddr: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '+358.401234567',
  reference: 'ACC-0042',
};
