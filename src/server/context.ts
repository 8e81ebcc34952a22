// Who sent a request, in which language, under which id, and the scope its operation runs in.
import { randomUUID } from 'node:crypto';
import type { Context } from '../../schema/index.ts';
import { ALL_SCOPES, type Language, type Session } from '../auth/session.ts';
import type { Services } from '../services/services.ts';

/** What is known about a request before its operation is. The same for HTTP, SSE and WebSocket. */
export interface RequestContext {
  readonly session: Session;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal | undefined;
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

/** Everybody who may use the gateway may use all of it: there is one key, or in the sandbox none. */
export function createSession({
  hasKey,
  language,
  requestId,
}: {
  hasKey: boolean;
  language: Language;
  requestId: string;
}): Session {
  return {
    actor: hasKey ? { kind: 'key', id: 'gateway' } : { kind: 'local', id: 'local' },
    organizationId: null,
    clientId: null,
    scopes: ALL_SCOPES,
    language,
    requestId,
    expiresAt: null,
  };
}

/**
 * A context with a scope of its own: for one operation, or for one event of a subscription.
 * @param isMutation what changes something is finished even when the caller hangs up, so that its outcome is recorded.
 */
export function openScope(
  services: Services,
  { session, signal }: RequestContext,
  { maxAgeSeconds, isMutation }: { maxAgeSeconds: number | null; isMutation: boolean },
): Context {
  return { services, scope: services.scope(session, { maxAgeSeconds, signal: isMutation ? undefined : signal }) };
}
