// Everything one running sandbox holds. Routes read it at each call, since a reset replaces its parts.
import type { Clock } from '../lib/clock.ts';
import type { CallLog } from './calls.ts';
import type { SandboxClock } from './clock.ts';
import type { CallTwists, Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Limiter } from './limiter.ts';
import type { Credential } from './options.ts';
import type { World } from './world/world.ts';

export interface SandboxState {
  /** Real time: arrivals, latency. */
  readonly realClock: Clock;
  /** Sandbox time. */
  clock: SandboxClock;
  world: World;
  limiter: Limiter;
  faults: Faults;
  calls: CallLog;
  /** Accepted orders of a transfer in, by domain. */
  transfersOrdered: Map<string, number>;
  /** null when nothing is to outlive the process. */
  readonly journal: Journal | null;
  /** What fault rules had decided about the request that is being done again from the journal; null when requests are real. */
  replaying: { readonly twists: CallTwists | null } | null;
  readonly credentials: readonly Credential[];
  readonly rowSharingId: boolean;
  readonly contactTypeAs: 'string' | 'integer';
}
