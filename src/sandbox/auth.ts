// Who is calling: a personal access token (one organization) or an API key (every organization of the user).
import { missingCredential, Refused, refuse } from './http/answers.ts';
import type { Credential } from './options.ts';
import type { SandboxState } from './state.ts';

export interface Principal {
  readonly scheme: 'bearer' | 'apikey';
  readonly organizationIds: ReadonlySet<string>;
  /** Pays when a call names nobody. */
  readonly defaultOrganizationId: string;
}

const accepts = ({ schemes }: Credential, scheme: Principal['scheme']) =>
  schemes === undefined || schemes.includes(scheme);

/** The principal a header stands for, or undefined when there is none. */
export function principalOf(
  state: Pick<SandboxState, 'world' | 'credentials'>,
  header: string | undefined,
): Principal | undefined {
  const found = /^(bearer|apikey) +(\S+)\s*$/i.exec(header ?? '');
  const scheme = found?.[1]?.toLowerCase() === 'bearer' ? 'bearer' : 'apikey';
  const credential = found && state.credentials.find(({ token }) => token === found[2]);
  if (!credential || !accepts(credential, scheme)) return undefined;
  const { organizations } = state.world;
  if (scheme === 'apikey') {
    const all = Object.values(organizations).map(({ id }) => id);
    return { scheme, organizationIds: new Set(all), defaultOrganizationId: organizations.individual.id };
  }
  const { id } = organizations[credential.organization ?? 'reseller'];
  return { scheme, organizationIds: new Set([id]), defaultOrganizationId: id };
}

/** @throws Refused 401 without a credential (one key) or for a wrong API key, 403 for a wrong bearer token. */
export function authenticate(
  state: Pick<SandboxState, 'world' | 'credentials'>,
  header: string | undefined,
): Principal {
  if (!/^(bearer|apikey) /i.test(header ?? '')) throw new Refused(missingCredential());
  const principal = principalOf(state, header);
  if (principal) return principal;
  throw refuse(/^bearer /i.test(header ?? '') ? 403 : 401);
}
