// How a service's own calls to Gandi are made: for whom, in which lane, and counted where.
import type { Lane } from '../upstream/budget/lanes.ts';
import type { CallOptions } from '../upstream/port.ts';
import type { OperationScope } from './services.ts';

/** Turns are taken between organizations; a caller that may see all of them is one more. */
export function callFor(scope: OperationScope, lane: Lane): CallOptions {
  const { session, signal, meter } = scope;
  const tenant = session.organizationId ?? `${session.actor.kind}:${session.actor.id}`;
  return { lane, tenant, meter, ...(signal && { signal }) };
}
