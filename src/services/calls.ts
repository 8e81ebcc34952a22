// How a service asks Gandi and the mirror: for whom, in which lane, how fresh, and counted where.
import { isUpstreamFailure } from '../mirror/failure.ts';
import type { Demand } from '../mirror/mirror.ts';
import type { Visibility } from '../store/store.ts';
import type { Lane } from '../upstream/budget/lanes.ts';
import type { CallOptions } from '../upstream/port.ts';
import type { OperationScope } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

/** Turns are taken between organizations; a caller that may see all of them is one more. */
export function callFor(scope: OperationScope, lane: Lane): CallOptions {
  const { signal, meter } = scope;
  return { lane, tenant: tenantOf(scope), meter, ...(signal && { signal }) };
}

/** A write goes on when the caller has gone: giving it up half-way would leave nobody who knows what became of it. */
export function writeFor(scope: OperationScope): CallOptions {
  return { lane: 'interactive', tenant: tenantOf(scope), meter: scope.meter };
}

/** @param maxAgeSeconds oldest answer that will do; default: what the operation demands. */
export function demandFor(scope: OperationScope, maxAgeSeconds = scope.maxAgeSeconds): Demand {
  return { ...callFor(scope, 'interactive'), meter: scope.meter, maxAgeSeconds };
}

export function visibilityOf({ session }: OperationScope): Visibility {
  return { organizationId: session.organizationId, clientId: session.clientId };
}

/** The answer, or the request fault that a failed call to Gandi becomes. Everything else that goes wrong passes. */
export async function orFault<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isUpstreamFailure(error) ? toRequestFault(error) : error;
  }
}

function tenantOf({ session }: OperationScope): string {
  return session.organizationId ?? `${session.actor.kind}:${session.actor.id}`;
}
