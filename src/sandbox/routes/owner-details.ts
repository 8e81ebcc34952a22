// Details of the same owner, and the confirmation of the address that registries ask for.
import { ownerPutBodySchema } from '../../upstream/wire/contact.ts';
import { reachabilityBodySchema } from '../../upstream/wire/domain.ts';
import { accepted, faultsAnswer, json, refuse } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError, faultsOf, readBody, readJson } from '../http/input.ts';
import type { Contact, Domain } from '../world/records.ts';
import { domainOf } from './access.ts';
import { regionFaults } from './contact-input.ts';
import { queue } from './domain-writes.ts';

/** The owner confirms the address when the mail arrives. */
function awaitConfirmation({ world }: Call, domain: Domain): void {
  const { clock, estate, people } = world;
  clock.at(clock.now() + people.holderMs, () => {
    if (estate.get(domain.fqdn) !== domain) return;
    domain.reachability = 'done';
    estate.touch(domain, clock.now());
  });
}

const details = ['email', 'streetaddr', 'country', 'zip', 'city', 'state', 'phone', 'lang'] as const;
/** Only a body that stands behind them can have others speak for it. */
const names = ['given', 'family'] as const;

/** `PUT …/contacts/owner`: address, e-mail, telephone; the names of the person who speaks for a company or other body. */
export async function setOwnerDetails(call: Call): Promise<Response> {
  const domain = domainOf(call);
  const parsed = ownerPutBodySchema.safeParse(await readJson(call.request), { reportInput: true });
  if (!parsed.success) return faultsAnswer(call.dryRun, faultsOf(parsed.error));
  const body = parsed.data;
  const { owner } = domain;
  const fixed = owner.type === 'individual' ? (['orgname', ...names] as const) : (['orgname'] as const);
  const emailChanges = body.email !== owner.email;
  const agreed = body.icann_contract_accepted === true || body.icann_contract_accept === true;
  const faults = [
    ...regionFaults('', body.country, body.state),
    ...fixed
      .filter((name) => body[name] !== undefined && body[name] !== owner[name])
      .map((name) => bodyError(name, 'cannot be changed here: another person needs a change of owner')),
    ...(emailChanges && !agreed ? [bodyError('icann_contract_accepted', 'must be true for a new e-mail address')] : []),
  ];
  if (faults.length > 0 || call.dryRun) return faultsAnswer(call.dryRun, faults);
  const changed: Partial<Record<(typeof details)[number] | (typeof names)[number], string>> = {};
  for (const name of [...details, ...names]) {
    const value = body[name];
    if (value !== undefined) changed[name] = value;
  }
  queue(call, domain, () => {
    domain.owner = { ...domain.owner, ...changed } satisfies Contact;
    if (!emailChanges) return;
    domain.reachability = 'pending';
    awaitConfirmation(call, domain);
  });
  return accepted('The details of the owner will be changed.');
}

/** `PATCH …/reachability`: sends the confirmation mail again; its reader confirms a little later. */
export async function resendConfirmation(call: Call): Promise<Response> {
  const domain = domainOf(call);
  await readBody(call.request, reachabilityBodySchema);
  if (domain.reachability === 'done') throw refuse(409, 'The address is already confirmed.');
  awaitConfirmation(call, domain);
  return json(200, { message: 'The confirmation mail was sent again.' });
}
