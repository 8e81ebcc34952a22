// Short-lived tokens the gateway gives out and takes back: signed, for one organization or one client of it, and never with more rights than their maker's.
import { hkdfSync, randomUUID } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { ALL_SCOPES, type Caller, type Scope } from './session.ts';

const ISSUER = 'gandi-reseller-gateway';
const AUDIENCE = 'gandi-reseller-gateway:graphql';
const ALGORITHM = 'HS256';

/** What a token lets its bearer do. */
export interface TokenRights {
  readonly organizationId: string;
  /** The one client it is limited to; null = every client of the organization. */
  readonly clientId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** Epoch milliseconds; whole seconds count. */
  readonly expiresAt: number;
}

export interface AccessTokens {
  /** @param now epoch milliseconds, as everywhere here. */
  issue(rights: TokenRights, now: number): Promise<string>;
  /** Whom a token stands for; null when it is none of ours, was changed, or has expired. */
  read(token: string, now: number): Promise<Caller | null>;
}

/** The key of the signatures is derived from the gateway's own: with another `GATEWAY_API_KEY`, all tokens end. Nothing is stored. */
export function createAccessTokens(apiKey: string): AccessTokens {
  const key = new Uint8Array(hkdfSync('sha256', apiKey, '', 'gandi-reseller-gateway access tokens', 32));
  return {
    issue: ({ organizationId, clientId, scopes, expiresAt }, now) =>
      new SignJWT({ client_id: clientId, scope: [...scopes].join(' ') })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(organizationId)
        .setJti(randomUUID())
        .setIssuedAt(Math.floor(now / 1_000))
        .setExpirationTime(Math.floor(expiresAt / 1_000))
        .sign(key),
    async read(token, now) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          typ: 'at+jwt',
          requiredClaims: ['sub', 'jti', 'iat', 'exp', 'scope', 'client_id'],
          currentDate: new Date(now),
        });
        const { sub, jti, exp, scope, client_id: clientId } = payload;
        if (sub === undefined || exp === undefined || typeof scope !== 'string') return null;
        if (clientId !== null && typeof clientId !== 'string') return null;
        const named = new Set(scope.split(' '));
        return {
          actor: { kind: 'key', id: `token:${jti}` },
          organizationId: sub,
          clientId,
          scopes: new Set([...ALL_SCOPES].filter((known) => named.has(known))),
          expiresAt: exp * 1_000,
        };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
