// The organizations of the credential, and who is calling.
import { assertCan, canSee } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { ageLimit } from '../mirror/demand.ts';
import { freshnessOf } from '../mirror/freshness.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { orFault } from './calls.ts';
import { oncePerOperation } from './once-per-operation.ts';
import type { OperationScope, OrganizationNode, OrganizationsService, ViewerNode } from './services.ts';

export interface OrganizationsDeps {
  readonly mirror: Pick<Mirror, 'organizations' | 'user' | 'ages'>;
  readonly mode: ViewerNode['mode'];
  readonly clock: Clock;
}

/**
 * A key limited to one client sees no organization: it does not know the reseller it is a client of. Keys limited to anything do not see the person
 * behind the Gandi credential either.
 */
export function createOrganizationsService({ mirror, mode, clock }: OrganizationsDeps): OrganizationsService {
  /** Every organization the caller may see, those that Gandi no longer lists included. */
  const all = oncePerOperation(async (scope: OperationScope): Promise<readonly OrganizationNode[]> => {
    const { demand } = scope.loaders;
    const { rows, freshness } = await orFault(mirror.organizations(demand));
    const limit = ageLimit(demand, mirror.ages, 'organizations', clock.now());
    const visible = rows.filter(({ id }) => canSee(scope.session, { organizationId: id, clientId: null }));
    scope.meter.fromMirror += freshness.state === 'LIVE' ? 0 : visible.length;
    return visible.map((row) => ({ ...row, freshness: freshnessOf(row.asOf, limit, freshness.reason) }));
  });

  return {
    async viewer(scope) {
      assertCan(scope.session, 'portfolio:read');
      const { session } = scope;
      const isLimited = session.organizationId !== null || session.clientId !== null;
      const user = isLimited ? null : await mirror.user(scope.loaders.demand);
      return {
        session,
        mode,
        user: user && { id: user.id, username: user.username, name: user.name, email: user.email },
      };
    },
    async list(scope) {
      assertCan(scope.session, 'portfolio:read');
      return (await all(scope)).filter(({ missingAt }) => missingAt === null);
    },
    async byId(scope, id) {
      assertCan(scope.session, 'portfolio:read');
      return (await all(scope)).find((organization) => organization.id === id) ?? null;
    },
  };
}
