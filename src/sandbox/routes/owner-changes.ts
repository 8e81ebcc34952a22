// Changes of owner: order, status, and the approval mails.
import { type ChangeownerStatus, changeownerBodySchema } from '../../upstream/wire/changeowner.ts';
import { contactTypeName } from '../../upstream/wire/contact.ts';
import { foaBodySchema } from '../../upstream/wire/transfer.ts';
import { accepted, faultsAnswer, json, refuse, refuseInput } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError, faultsOf, pathError, readBody, readJson } from '../http/input.ts';
import { iso, statusesOf } from '../world/lifecycle.ts';
import { isUnderWay, type OwnerChange, type OwnerChangeFault, parties } from '../world/owner-changes.ts';
import { isSold } from '../world/prices.ts';
import type { Domain } from '../world/records.ts';
import { domainOf, nameOf } from './access.ts';
import { contactFaults, contactFrom, optionalContact, regionFaults } from './contact-input.ts';
import { moneyFaults, payerOf, purchaseFor } from './ordering.ts';

const labels: Record<OwnerChangeFault, string> = {
  insufficient_funds: 'The prepaid account did not hold enough money when the order was to be paid.',
  foa_refused: 'One of the parties refused; the payment was given back.',
  foa_timeout: 'The parties did not both answer within five days; the payment was given back.',
  registry_refused: 'The registry refused the change; the payment was given back.',
  domain_departed: 'The domain left the account meanwhile; the payment was given back.',
};

function obstacleOf(call: Call, domain: Domain): string | undefined {
  if (!isSold(domain.tld, 'change_owner')) return `the owner of a .${domain.tld.name} cannot be changed here`;
  const prohibiting = statusesOf(domain, call.now).find((status) =>
    /UpdateProhibited$|^pendingTransfer$|^pendingDelete$/.test(status),
  );
  return prohibiting === undefined ? undefined : `${domain.fqdn} is in status ${prohibiting}`;
}

/** `POST /changeowner/{d}`. */
export async function changeOwner(call: Call): Promise<Response> {
  const payer = payerOf(call);
  const domain = domainOf(call);
  const parsed = changeownerBodySchema.safeParse(await readJson(call.request), { reportInput: true });
  if (!parsed.success) return faultsAnswer(call.dryRun, faultsOf(parsed.error));
  const { owner, admin, bill, tech } = parsed.data;
  const purchase = purchaseFor(call, payer, { process: 'change_owner', domain });
  const earlier = call.world.ownerChanges.get(domain.fqdn);
  const conflict = earlier && isUnderWay(earlier) ? 'a change of owner is already under way' : undefined;
  if (conflict !== undefined && !call.dryRun) throw refuse(409, `${domain.fqdn}: ${conflict}`);
  const obstacle = conflict ?? obstacleOf(call, domain);
  const ownerFaults =
    contactTypeName(owner.type) === 'reseller' && payer.reseller
      ? regionFaults('owner', owner.country, owner.state)
      : contactFaults('owner', owner);
  const faults = [
    ...(obstacle === undefined ? [] : [pathError(obstacle)]),
    ...ownerFaults,
    ...contactFaults('admin', admin),
    ...contactFaults('bill', bill),
    ...contactFaults('tech', tech),
  ];
  if (faults.length === 0) faults.push(...moneyFaults(call, purchase));
  if (faults.length > 0 || call.dryRun) return faultsAnswer(call.dryRun, faults);
  call.world.ownerChanges.order({
    domain,
    payerId: payer.id,
    owner: contactFrom(owner),
    admin: optionalContact(admin),
    bill: optionalContact(bill),
    tech: optionalContact(tech),
    purchase,
    holderSilent: call.twists.holderSilent,
    registryRefuses: call.twists.registryRefuses,
  });
  return accepted('The change of owner was accepted.', `${call.base}/domain/changeowner/${domain.fqdn}`);
}

function changeOf(call: Call): OwnerChange {
  const change = call.world.ownerChanges.get(nameOf(call).fqdn);
  if (!change || !call.principal.organizationIds.has(change.order.payerId)) throw refuse(404);
  return change;
}

const innerStepOf = ({ step }: OwnerChange) =>
  step === 'WAIT' ? 'checking_foa_response' : step === 'RUN' ? 'registry_request' : undefined;

/** `GET /changeowner/{d}`: 404 for a domain whose owner is not being changed, and some time after it was. */
export function ownerChangeStatus(call: Call): Response {
  const change = changeOf(call);
  const { approvals, fault, startedAt } = change;
  const innerStep = innerStepOf(change);
  const inner = innerStep === undefined ? undefined : { inner_step: innerStep };
  const asked = startedAt !== undefined;
  const status: ChangeownerStatus = {
    created_at: iso(change.createdAt),
    updated_at: iso(change.updatedAt),
    step: change.step,
    step_nb: change.stepNumber,
    ...inner,
    ...(asked && { date_start: iso(startedAt), foa: parties.map((party) => ({ ...approvals[party] })) }),
    params: {
      old_owner_email: approvals.old.email,
      new_owner_email: approvals.new.email,
      ...(asked && { answer_old_owner: approvals.old.answer, answer_new_owner: approvals.new.answer }),
      ...inner,
    },
    ...(fault && { errortype: fault, errortype_label: labels[fault] }),
  };
  return json(200, status);
}

/** `POST /changeowner/{d}/foa`: sends the mail of the party with this address again. */
export async function resendOwnerApproval(call: Call): Promise<Response> {
  const change = changeOf(call);
  const { email } = await readBody(call.request, foaBodySchema);
  if (change.step !== 'WAIT') throw refuse(409, 'The change of owner does not wait for approval.');
  const asked = parties.filter((party) => change.approvals[party].email.toLowerCase() === email.toLowerCase());
  if (asked.length === 0) throw refuseInput(bodyError('email', `'${email}' is the address of neither party`));
  for (const party of asked) call.world.ownerChanges.resendApproval(change, party);
  return accepted('The approval mail was sent again.');
}
