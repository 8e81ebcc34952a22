// How many subscriptions there may be: for a connection, for a tenant, and connections in all.
import type { Session } from '../../auth/session.ts';
import { clientError } from '../error-codes.ts';
import type { Connection } from './connection.ts';

export interface SubscriptionLimits {
  readonly perConnection: number;
  /** For everything one organization, one client of it, or one key without an organization has open. */
  readonly perTenant: number;
  /** WebSockets and event streams. */
  readonly connections: number;
}

export interface Slots {
  /**
   * Takes a place for one subscription. @param isStream whether it takes a connection for itself, as an event stream does.
   * @returns how to give it back; idempotent. @throws {GraphQLError} TOO_MANY_SUBSCRIPTIONS.
   */
  take(session: Session, connection: Connection, isStream: boolean): () => void;
  /** Takes a place for a WebSocket; null when all are taken. @returns how to give it back; idempotent. */
  connect(): (() => void) | null;
}

/** When to try again, in milliseconds: places become free as others leave. */
const RETRY_AFTER_MS = 5_000;

export function createSlots(limits: SubscriptionLimits): Slots {
  const tenants = new Map<string, number>();
  /** Also of those whose subscriptions are only on their way. */
  const places = new WeakMap<Connection, number>();
  let connections = 0;
  const connect = (): (() => void) | null => {
    if (connections >= limits.connections) return null;
    connections += 1;
    return once(() => {
      connections -= 1;
    });
  };
  return {
    take(session, connection, isStream) {
      const taken = places.get(connection) ?? 0;
      if (taken >= limits.perConnection)
        throw refusal(`This connection may have ${limits.perConnection} subscriptions open, and has`);
      const tenant = tenantOf(session);
      const open = tenants.get(tenant) ?? 0;
      if (open >= limits.perTenant)
        throw refusal(`This organization, client or key may have ${limits.perTenant} subscriptions open, and has`);
      const disconnect = isStream ? connect() : null;
      if (isStream && disconnect === null)
        throw refusal(`This gateway keeps ${limits.connections} connections open, and has`);
      tenants.set(tenant, open + 1);
      places.set(connection, taken + 1);
      return once(() => {
        disconnect?.();
        places.set(connection, (places.get(connection) ?? 1) - 1);
        const left = (tenants.get(tenant) ?? 1) - 1;
        if (left === 0) tenants.delete(tenant);
        else tenants.set(tenant, left);
      });
    },
    connect,
  };
}

function refusal(limit: string) {
  return clientError('TOO_MANY_SUBSCRIPTIONS', `${limit}. End some, or try again later.`, {
    retryAfterMs: RETRY_AFTER_MS,
  });
}

function tenantOf({ organizationId, clientId, actor }: Session): string {
  return organizationId === null ? `${actor.kind}:${actor.id}` : `${organizationId}/${clientId ?? ''}`;
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
}
