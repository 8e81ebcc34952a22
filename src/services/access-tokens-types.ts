// Shapes of short-lived tokens: what is asked for, and what is given.
import type { Scope } from '../auth/session.ts';

export interface CreateAccessTokenInput {
  readonly organizationId: string;
  /** null: every client of the organization. */
  readonly clientId: string | null;
  /** null: everything the maker may do. */
  readonly scopes: readonly string[] | null;
  /** 60 to 86400. */
  readonly expiresInSeconds: number;
}

export interface AccessTokenNode {
  /** Shown once, and kept nowhere. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly scopes: readonly Scope[];
}
