// Changes to a domain we manage: each is accepted at once and takes effect a little later, in the order they came.
import { contactsPatchBodySchema } from '../../upstream/wire/contact.ts';
import { autorenewBodySchema, nameserversBodySchema, statusBodySchema } from '../../upstream/wire/domain.ts';
import { accepted, refuse, refuseInput } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError, pathError, readBody } from '../http/input.ts';
import { day } from '../options.ts';
import { inventAuthCode, isAbc, isLiveDns } from '../world/portfolio.ts';
import type { Domain } from '../world/records.ts';
import { domainOf } from './access.ts';
import { contactFaults, optionalContact } from './contact-input.ts';

/** Queues a change; it is dropped when the domain has left the account meanwhile. */
export function queue({ world }: Call, domain: Domain, change: (now: number) => void): void {
  const { clock, estate, people } = world;
  clock.at(clock.now() + people.platformMs, () => {
    if (estate.get(domain.fqdn) !== domain) return;
    change(clock.now());
    estate.touch(domain, clock.now());
  });
}

/** `PUT …/authinfo`: makes a new code; detail shows it once it is made. */
export function renewAuthCode(call: Call): Response {
  const domain = domainOf(call);
  const { tld } = domain;
  if (!tld.authinfo) throw refuseInput(pathError(`.${tld.name} has no auth code`));
  queue(call, domain, (now) => {
    domain.authCode = inventAuthCode(call.world.random);
    domain.authCodeExpiresAt = tld.authCodeDays === undefined ? undefined : now + tld.authCodeDays * day;
  });
  return accepted('The auth code will be renewed.');
}

/** `PATCH …/status`: locks or unlocks the domain against transfers. */
export async function setTransferLock(call: Call): Promise<Response> {
  const domain = domainOf(call);
  const { clientTransferProhibited: locked } = await readBody(call.request, statusBodySchema);
  if (!domain.tld.lock)
    throw refuseInput(bodyError('clientTransferProhibited', `.${domain.tld.name} has no transfer lock`));
  queue(call, domain, () => {
    domain.locked = locked;
  });
  return accepted(locked ? 'The domain will be locked.' : 'The domain will be unlocked.');
}

/** `PATCH …/autorenew`. The payer (`org_id`) must be an organization of the caller. */
export async function setAutorenew(call: Call): Promise<Response> {
  const domain = domainOf(call);
  const { enabled, duration, org_id: payer } = await readBody(call.request, autorenewBodySchema);
  if (payer !== undefined && !call.principal.organizationIds.has(payer)) throw refuse(403);
  if (duration !== undefined && duration > domain.tld.maxYears) {
    throw refuseInput(bodyError('duration', `.${domain.tld.name} renews for at most ${domain.tld.maxYears} year`));
  }
  queue(call, domain, () => {
    const { duration: years, organizationId } = domain.autorenew;
    domain.autorenew = { enabled, duration: duration ?? years, organizationId: payer ?? organizationId };
    call.world.lifecycle.follow(domain);
  });
  return accepted('The auto-renewal will be changed.');
}

/** `PATCH …/contacts`: admin, bill and tech; the owner has a route of its own. */
export async function setContacts(call: Call): Promise<Response> {
  const domain = domainOf(call);
  const body = await readBody(call.request, contactsPatchBodySchema);
  if ('owner' in body) throw refuseInput(bodyError('owner', 'cannot be changed here'));
  const faults = [
    ...contactFaults('admin', body.admin),
    ...contactFaults('bill', body.bill),
    ...contactFaults('tech', body.tech),
  ];
  if (faults.length > 0) throw refuseInput(...faults);
  queue(call, domain, () => {
    domain.admin = optionalContact(body.admin) ?? domain.admin;
    domain.bill = optionalContact(body.bill) ?? domain.bill;
    domain.tech = optionalContact(body.tech) ?? domain.tech;
  });
  return accepted('The contacts will be changed.');
}

/** `PUT …/nameservers` with an object, not a bare array. */
export async function setNameservers(call: Call): Promise<Response> {
  const domain = domainOf(call);
  const { nameservers } = await readBody(call.request, nameserversBodySchema);
  const hosts = nameservers.map((host) => host.toLowerCase().replace(/\.$/, ''));
  queue(call, domain, () => {
    domain.nameserverKind = isLiveDns(hosts) ? 'livedns' : isAbc(hosts) ? 'abc' : 'other';
    domain.customNameservers = domain.nameserverKind === 'other' ? hosts : [];
    const service =
      domain.nameserverKind === 'livedns' ? ['gandilivedns'] : domain.nameserverKind === 'abc' ? ['gandidns'] : [];
    domain.services = [...domain.services.filter((name) => name !== 'gandilivedns' && name !== 'gandidns'), ...service];
  });
  return accepted('The nameservers will be changed.');
}
