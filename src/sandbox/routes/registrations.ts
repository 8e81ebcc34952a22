// New registrations and the status to poll while one is under way.
import { type CreateStatus, type DomainCreateBody, domainCreateBodySchema } from '../../upstream/wire/domain.ts';
import { accepted, empty, json, refuse } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError } from '../http/input.ts';
import { domainHref } from '../render.ts';
import type { RegistrationFault } from '../world/registrations.ts';
import { nameOf } from './access.ts';
import { handleOrder, type OrderRules } from './ordering.ts';

const rules: OrderRules<DomainCreateBody> = {
  schema: domainCreateBodySchema,
  process: 'create',
  durations: (_call, { tld }) => Array.from({ length: tld.maxYears }, (_, index) => index + 1),
  obstacles(call, name) {
    const held = call.world.estate.getUnlisted(name.fqdn) !== undefined;
    return held || call.world.look(name).registered ? [bodyError('fqdn', `${name.fqdn} is not available`)] : [];
  },
  conflict(call, name) {
    const earlier = call.world.registrations.get(name.fqdn);
    return earlier && earlier.step !== 'ERROR' ? `the registration of ${name.fqdn} is already under way` : undefined;
  },
  place(call, order) {
    call.world.registrations.order({ ...order, registryRefuses: call.twists.registryRefuses });
    return accepted('The registration was accepted.', domainHref(call.base, order.name.fqdn));
  },
};

const labels: Record<RegistrationFault, string> = {
  insufficient_funds: 'The prepaid account did not hold enough money when the order was to be paid.',
  registry_refused: 'The registry refused the registration; the payment was given back.',
};

/** `POST /domain/domains`. */
export const register = (call: Call): Promise<Response> => handleOrder(call, rules);

/** `GET …/createstatus`: 200 while pending or failed, 303 to the domain once it exists, 404 otherwise. */
export function createStatus(call: Call): Response {
  const name = nameOf(call);
  const registration = call.world.registrations.get(name.fqdn);
  if (registration && call.principal.organizationIds.has(registration.order.payerId)) {
    const { step, stepNumber, fault } = registration;
    const failure = fault && { errortype: fault, errortype_label: labels[fault] };
    return json(200, { step, step_nb: stepNumber, ...failure } satisfies CreateStatus);
  }
  const domain = call.world.estate.get(name.fqdn);
  if (!domain || !call.principal.organizationIds.has(domain.organizationId)) throw refuse(404);
  return empty(303, { location: domainHref(call.base, domain.fqdn) });
}
