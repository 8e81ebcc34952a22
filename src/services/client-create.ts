// Makes a client at Gandi. Gandi knows no idempotency key, so a lost answer is looked into before anything is said, and nothing is sent twice.
import { assertCan } from '../auth/session.ts';
import { isUpstreamFailure } from '../mirror/failure.ts';
import type { UpstreamError } from '../upstream/errors.ts';
import type { ClientInput, UpstreamClient } from '../upstream/port.ts';
import { writeFor } from './calls.ts';
import { normaliseClientData } from './client-data.ts';
import { clientAsMade, findCreatedClient } from './client-reconcile.ts';
import { type ClientWriteDeps, keep, readBack, toOutcome } from './client-result.ts';
import { NotFoundError, RequestFault } from './errors.ts';
import { payingOrganization } from './paying-organization.ts';
import type { ClientNode, ClientsService, OperationScope } from './services.ts';

const ORGANIZATION_PATH = ['input', 'organizationId'];
const CLIENT_PATH = ['input', 'client'];

export function createClientCreation(deps: ClientWriteDeps): ClientsService['create'] {
  const { port, store, mirror } = deps;

  /** The answer got lost: Gandi's own list says whether the client is there. */
  const lookFor = async (
    scope: OperationScope,
    organizationId: string,
    input: ClientInput,
    knownBefore: ReadonlySet<string>,
    lost: UpstreamError,
  ): Promise<ClientNode> => {
    let found: UpstreamClient | null;
    try {
      found = await findCreatedClient(port, organizationId, input, knownBefore, writeFor(scope));
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error;
      throw unknownOutcome('its list could not be read', lost);
    }
    if (found === null) throw unknownOutcome('its list does not show the client so far', lost);
    return keep(deps, organizationId, found);
  };

  return async (scope, { organizationId, client }) => {
    const { session } = scope;
    assertCan(session, 'client:write');
    if (session.clientId !== null)
      throw new NotFoundError('You act for one client and cannot add another.', ORGANIZATION_PATH);
    const input = normaliseClientData(client, CLIENT_PATH);
    const reseller = await payingOrganization(scope, mirror, organizationId, ORGANIZATION_PATH);
    const knownBefore = new Set(await store.clients.ids(reseller.id));
    let id: string;
    try {
      ({ id } = await port.createClient(reseller.id, input, writeFor(scope)));
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error;
      if (!error.ambiguous) throw toOutcome(error, ORGANIZATION_PATH);
      return lookFor(scope, reseller.id, input, knownBefore, error);
    }
    return readBack(deps, scope, reseller.id, clientAsMade(id, input));
  };
}

function unknownOutcome(found: string, cause: UpstreamError): RequestFault {
  const text = `Gandi did not tell whether it made the client, and ${found}. Look for its e-mail address among your clients before you repeat this: if the client is there after all, repeating makes a second one.`;
  return new RequestFault('UPSTREAM_TIMEOUT', text, { retryAfterMs: cause.retryAfterMs, cause });
}
