// Makes short-lived tokens: never for more than their maker may do and see, and never for longer than the maker's own.
import type { AccessTokens } from '../auth/access-tokens.ts';
import { ALL_SCOPES, assertCan, canSee, type Scope, type Session } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { shown } from '../lib/text.ts';
import type { Store } from '../store/store.ts';
import type { CreateAccessTokenInput } from './access-tokens-types.ts';
import { InvalidInputError, NotFoundError, TokensUnavailableError } from './errors.ts';
import type { AccessTokensService, ClientsService, OperationScope, OrganizationsService } from './services.ts';

export interface AccessTokensDeps {
  /** null: the gateway asks for no key, so there is nothing to sign with. */
  readonly tokens: AccessTokens | null;
  readonly organizations: Pick<OrganizationsService, 'byId'>;
  readonly clients: Pick<ClientsService, 'byId'>;
  readonly store: Pick<Store, 'audit'>;
  readonly clock: Clock;
}

const SHORTEST_SECONDS = 60;
const LONGEST_SECONDS = 86_400;

export function createAccessTokensService(deps: AccessTokensDeps): AccessTokensService {
  const { tokens, organizations, clients, store, clock } = deps;

  const assertVisible = async (scope: OperationScope, { organizationId, clientId }: CreateAccessTokenInput) => {
    const { session } = scope;
    const isThere =
      session.organizationId === null
        ? (await organizations.byId(scope, organizationId)) !== null
        : session.organizationId === organizationId;
    if (!isThere) throw new NotFoundError('There is no such organization.', ['input', 'organizationId']);
    if (session.clientId !== null && clientId === null)
      throw new NotFoundError('You see one client of this organization alone; name it.', ['input', 'clientId']);
    if (clientId === null) return;
    const client = canSee(session, { organizationId, clientId }) ? await clients.byId(scope, clientId) : null;
    if (client === null || client.organizationId !== organizationId)
      throw new NotFoundError('There is no such client in this organization.', ['input', 'clientId']);
  };

  return {
    async create(scope, input) {
      const { session } = scope;
      assertCan(session, 'portfolio:read');
      if (tokens === null)
        throw new TokensUnavailableError(
          'This gateway asks for no key, so it makes no tokens either. Set GATEWAY_API_KEY to have some.',
        );
      const now = clock.now();
      const { organizationId, clientId, expiresInSeconds } = input;
      const scopes = scopesOf(session, input.scopes);
      const expiresAt = Math.floor(now / 1_000) * 1_000 + expiresInSeconds * 1_000;
      assertLife(session, expiresInSeconds, expiresAt);
      await assertVisible(scope, input);
      const token = await tokens.issue({ organizationId, clientId, scopes, expiresAt }, now);
      await store.audit.append({
        organizationId,
        actor: `${session.actor.kind}:${session.actor.id}`,
        action: 'createAccessToken',
        subject: `${clientId === null ? 'organization' : `client ${clientId}`}, ${expiresInSeconds} s, ${[...scopes].join(' ')}`,
        requestId: session.requestId,
        occurredAt: now,
      });
      return { token, expiresAt, scopes: [...scopes] };
    },
  };
}

/** @throws {InvalidInputError} for a scope that does not exist or that the maker lacks. */
function scopesOf(session: Session, asked: readonly string[] | null): ReadonlySet<Scope> {
  const own = [...ALL_SCOPES].filter((scope) => session.scopes.has(scope));
  const wanted = new Set(asked ?? own);
  const beyond = [...wanted].filter((name) => !own.some((scope) => scope === name));
  if (beyond.length > 0 || wanted.size === 0)
    throw invalid('scopes', 'A token has some of the scopes of its maker.', shown(beyond.join(' ')), own.join(' '));
  return new Set(own.filter((scope) => wanted.has(scope)));
}

/** @throws {InvalidInputError} for a life out of bounds, or beyond the maker's own. */
function assertLife(session: Session, seconds: number, expiresAt: number): void {
  if (!Number.isInteger(seconds) || seconds < SHORTEST_SECONDS || seconds > LONGEST_SECONDS)
    throw invalid(
      'expiresInSeconds',
      'A token is short-lived.',
      String(seconds),
      `${SHORTEST_SECONDS} to ${LONGEST_SECONDS}`,
    );
  if (session.expiresAt !== null && expiresAt > session.expiresAt)
    throw invalid(
      'expiresInSeconds',
      'A token does not outlive the one it is made with.',
      String(seconds),
      `an end before ${new Date(session.expiresAt).toISOString()}`,
    );
}

function invalid(field: string, message: string, found: string, expected: string): InvalidInputError {
  return new InvalidInputError([{ path: ['input', field], message, found, expected }]);
}
