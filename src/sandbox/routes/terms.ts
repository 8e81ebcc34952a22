// What ends or prolongs the term of a domain held here: renewal, restore, deletion within the add grace period.
import { type RestoreInfo, renewBodySchema } from '../../upstream/wire/domain.ts';
import { accepted, faultsAnswer, json, refuse, refuseInput } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError, faultsOf, pathError, readJson } from '../http/input.ts';
import { renewableYears, renewalObstacle } from '../world/lifecycle.ts';
import { domainOf, unlistedOf } from './access.ts';
import { moneyFaults, payerOf, purchaseFor } from './ordering.ts';

/** `POST …/renew`: each accepted call renews, whatever was ordered before. */
export async function renew(call: Call): Promise<Response> {
  const payer = payerOf(call);
  const domain = domainOf(call);
  const parsed = renewBodySchema.safeParse(await readJson(call.request), { reportInput: true });
  if (!parsed.success) return faultsAnswer(call.dryRun, faultsOf(parsed.error));
  const { duration: years = 1 } = parsed.data;
  const purchase = purchaseFor(call, payer, { process: 'renew', domain, years });
  const obstacle = renewalObstacle(domain, call.now);
  const durations = renewableYears(domain, call.now);
  const faults =
    obstacle !== undefined
      ? [pathError(`${domain.fqdn} cannot be renewed: ${obstacle}`)]
      : durations.includes(years)
        ? moneyFaults(call, purchase)
        : [bodyError('duration', `can be ${durations.join(', ')}`)];
  if (faults.length > 0 || call.dryRun) return faultsAnswer(call.dryRun, faults);
  call.world.renewals.order({ domain, years, purchase, registryRefuses: call.twists.registryRefuses });
  return accepted('The renewal was accepted.');
}

/** `GET …/restore`: 404 for what cannot be restored. */
export function restoreInfo(call: Call): Response {
  if (!call.world.restores.isRestorable(unlistedOf(call))) throw refuse(404);
  return json(200, { restorable: true, contracts: [] } satisfies RestoreInfo);
}

/** `POST …/restore`. */
export function restore(call: Call): Response {
  const payer = payerOf(call);
  const domain = unlistedOf(call);
  if (!call.world.restores.isRestorable(domain)) throw refuse(404);
  const purchase = purchaseFor(call, payer, { process: 'restore', domain });
  const faults = moneyFaults(call, purchase);
  if (faults.length > 0) throw refuseInput(...faults);
  call.world.restores.order({ domain, purchase, registryRefuses: call.twists.registryRefuses });
  return accepted('The restore was accepted.');
}

/** `DELETE …`: while the registry takes a new registration back; what was paid for it is credited some time later. */
export function deleteDomain(call: Call): Response {
  const domain = domainOf(call);
  const obstacle = call.world.deletions.obstacle(domain);
  if (obstacle !== undefined) throw refuseInput(pathError(`${domain.fqdn} cannot be deleted: ${obstacle}`));
  call.world.deletions.order(domain);
  return accepted('The domain will be deleted.');
}
