// The control API: time, faults, the call log, counters and the people outside. It is neither limited nor counted.
import type { Hono } from 'hono';
import { json } from '../http/answers.ts';
import type { SandboxEnv } from '../http/call.ts';
import type { SandboxReset } from '../options.ts';
import type { SandboxState } from '../state.ts';

export function mountControl(
  app: Hono<SandboxEnv>,
  state: SandboxState,
  _reset: (change?: SandboxReset) => void,
): void {
  app.get('/sandbox/', () => json(200, { domains: state.world.estate.size, customers: state.world.customers.size }));
}
