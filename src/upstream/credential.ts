// How we sign in to Gandi v5 (Gandi v5 docs, authentication).

export type AuthScheme = 'Bearer' | 'Apikey';

export interface Credential {
  readonly scheme: AuthScheme;
  readonly secret: string;
  /** Value of the `Authorization` header. */
  readonly header: string;
}

/**
 * A personal access token goes as `Bearer`, the older API key as `Apikey`. The two look alike, so the caller says which: by `scheme`, or by
 * writing `Apikey <key>` or `Bearer <token>`; anything else is taken for a personal access token.
 * @throws {Error} when the token is empty or the scheme written before it contradicts `scheme`. The message does not repeat it.
 */
export function readCredential(token: string, scheme?: AuthScheme): Credential {
  const match = /^\s*(?:(bearer|apikey)\s+)?(\S+)\s*$/i.exec(token);
  const secret = match?.[2];
  if (secret === undefined || /^(?:bearer|apikey)$/i.test(secret))
    throw new Error('The Gandi token is empty or not one word.');
  const written: AuthScheme | undefined =
    match?.[1] === undefined ? undefined : match[1].toLowerCase() === 'apikey' ? 'Apikey' : 'Bearer';
  if (written && scheme && written !== scheme)
    throw new Error(`The Gandi token says ${written}, the configured scheme ${scheme}.`);
  const chosen = scheme ?? written ?? 'Bearer';
  return { scheme: chosen, secret, header: `${chosen} ${secret}` };
}
