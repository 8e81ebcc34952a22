// Who is calling and what they may see and do; every service call takes one.
import { isVisible } from '../lib/visible.ts';

/** What a key may be used for. */
export type Scope =
  | 'portfolio:read'
  | 'client:write'
  | 'transfer:request'
  | 'transfer:manage'
  | 'registration:order'
  | 'renewal:order'
  | 'registrant:change'
  | 'order:cancel'
  | 'payment:record'
  | 'domain:manage'
  | 'plan:execute'
  | 'webhook:manage'
  | 'authcode:read';

export const ALL_SCOPES: ReadonlySet<Scope> = new Set([
  'portfolio:read',
  'client:write',
  'transfer:request',
  'transfer:manage',
  'registration:order',
  'renewal:order',
  'registrant:change',
  'order:cancel',
  'payment:record',
  'domain:manage',
  'plan:execute',
  'webhook:manage',
  'authcode:read',
]);

export type Language = 'en' | 'fr';

/** Whom a credential stands for. */
export interface Caller {
  readonly actor: { readonly kind: 'key' | 'local' | 'system'; readonly id: string };
  /** The one organization the caller is limited to; null = every organization of the Gandi credential. */
  readonly organizationId: string | null;
  /** The one client the caller is limited to, within `organizationId`; null = every client. */
  readonly clientId: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** When the credential ends, epoch milliseconds; null = it does not end by itself. */
  readonly expiresAt: number | null;
}

/** The caller of one request. Immutable; a subscription keeps the session it was opened with. */
export interface Session extends Caller {
  readonly language: Language;
  readonly requestId: string;
}

/** Thrown when the caller lacks a scope; becomes the request fault FORBIDDEN. */
export class MissingScopeError extends Error {
  override readonly name = 'MissingScopeError';
  readonly scope: Scope;
  constructor(scope: Scope) {
    super(`This key lacks the scope ${scope}.`);
    this.scope = scope;
  }
}

/** @throws {MissingScopeError} when the session lacks `scope`. Called first in every service operation. */
export function assertCan(session: Session, scope: Scope): void {
  if (!session.scopes.has(scope)) throw new MissingScopeError(scope);
}

/** True when the caller may know that a thing of this organization and client exists. Everything else answers as not found. */
export function canSee(session: Session, owner: { organizationId: string | null; clientId: string | null }): boolean {
  return isVisible(session, owner);
}
