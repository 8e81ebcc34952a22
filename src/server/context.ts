// Who sent a request, in which language, under which id, and the scope its operation runs in.
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Context } from '../../schema/index.ts';
import type { Caller, Language, Session } from '../auth/session.ts';
import type { Services } from '../services/services.ts';
import type { Connection } from './fanout/connection.ts';

/** What is known about a request before its operation is. The same for HTTP, SSE and WebSocket. */
export interface RequestContext {
  readonly session: Session;
  /** False: nobody may come in with what was sent, and the session has no rights. */
  readonly isAuthenticated: boolean;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal | undefined;
  /** The answer, for who writes it piece by piece; null over WebSocket. */
  readonly http: ServerResponse | null;
  /** What subscriptions it opens belong to. */
  readonly connection: Connection;
  /** The cursor a client names that reconnects by itself (`Last-Event-ID`); null when it names none. */
  readonly resumeAfter: string | null;
}

/** What plugins and resolvers see while an operation runs. */
export type OperationContext = RequestContext & Context;

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The caller's own id when it is a plain short text, or a new one. */
export function requestIdOf(header: string | string[] | null | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}

/** The first language of `Accept-Language` (RFC 9110 section 12.5.4) that the gateway speaks, by weight; English when there is none. */
export function languageOf(header: string | null | undefined): Language {
  let best: { language: Language; weight: number } = { language: 'en', weight: 0 };
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.trim().split(';');
    const language = range.split('-')[0];
    const quality = parameters.map((text) => text.trim()).find((text) => text.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2)) || 0;
    if ((language === 'en' || language === 'fr') && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

const NOBODY: Caller = {
  actor: { kind: 'local', id: 'nobody' },
  organizationId: null,
  clientId: null,
  scopes: new Set(),
  expiresAt: null,
};

export function createSession(
  caller: Caller | null,
  { language, requestId }: Pick<Session, 'language' | 'requestId'>,
): Session {
  return { ...(caller ?? NOBODY), language, requestId };
}

/**
 * A context with a scope of its own: for one operation, or for one event of a subscription.
 * @param isMutation what changes something is finished even when the caller hangs up, so that its outcome is recorded.
 */
export function openScope(
  services: Services,
  { session, signal }: Pick<RequestContext, 'session' | 'signal'>,
  { maxAgeSeconds, isMutation }: { maxAgeSeconds: number | null; isMutation: boolean },
): Context {
  return { services, scope: services.scope(session, { maxAgeSeconds, signal: isMutation ? undefined : signal }) };
}
