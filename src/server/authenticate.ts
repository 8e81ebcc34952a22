// Who sends a request: the one key, a token made with it, or in the sandbox anybody.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessTokens } from '../auth/access-tokens.ts';
import { ALL_SCOPES, type Caller } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';

/** Whom an `Authorization` value stands for; null when nobody may come in with it. */
export type Authenticate = (authorization: string | null | undefined) => Promise<Caller | null>;

/** Everybody who has the key may use all of the gateway. */
const everything = { organizationId: null, clientId: null, scopes: ALL_SCOPES, expiresAt: null };
const KEY_HOLDER: Caller = { actor: { kind: 'key', id: 'gateway' }, ...everything };
const LOCAL: Caller = { actor: { kind: 'local', id: 'local' }, ...everything };

const digest = (text: string) => createHash('sha256').update(text).digest();

/** @param apiKey null: everybody passes. The comparison takes the same time whatever was sent. */
export function createAuthenticate(
  apiKey: string | null,
  { tokens, clock }: { readonly tokens: AccessTokens | null; readonly clock: Clock },
): Authenticate {
  if (apiKey === null) return async () => LOCAL;
  const expected = digest(apiKey);
  return async (authorization) => {
    const given = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '')?.[1];
    if (timingSafeEqual(digest(given ?? ''), expected) && given !== undefined) return KEY_HOLDER;
    return given === undefined || tokens === null ? null : tokens.read(given, clock.now());
  };
}
