// The table of v5 routes.
import type { Hono } from 'hono';
import { gate } from '../gate.ts';
import { type Handler, route, type SandboxEnv } from '../http/call.ts';
import { recorder } from '../recorder.ts';
import type { SandboxState } from '../state.ts';
import { createDomainList } from './domain-list.ts';
import { renewAuthCode, setAutorenew, setContacts, setNameservers, setTransferLock } from './domain-writes.ts';
import { domainReads } from './domains.ts';
import { createOffers } from './offers.ts';
import { organizationRoutes } from './organizations.ts';
import { changeOwner, ownerChangeStatus, resendOwnerApproval } from './owner-changes.ts';
import { resendConfirmation, setOwnerDetails } from './owner-details.ts';
import { createStatus, register } from './registrations.ts';
import { deleteDomain, renew, restore, restoreInfo } from './terms.ts';
import { transferRoutes } from './transfers.ts';

export function mountV5(app: Hono<SandboxEnv>, state: SandboxState): void {
  const organization = organizationRoutes(state);
  const domain = domainReads(state);
  const offers = createOffers();
  const transfer = transferRoutes(state);
  const on = (method: string, path: string, handler: Handler) => app.on(method, `/v5${path}`, route(state, handler));

  app.use('/v5/*', gate(app, state));
  app.use('/v5/*', recorder(state));

  on('GET', '/organization/user-info', organization.user);
  on('GET', '/organization/organizations', organization.list);
  on('GET', '/organization/organizations/:organization', organization.one);
  on('GET', '/organization/organizations/:organization/customers', organization.customers);
  on('POST', '/organization/organizations/:organization/customers', organization.createCustomer);
  on('GET', '/organization/organizations/:organization/customers/:customer', organization.oneCustomer);
  on('PATCH', '/organization/organizations/:organization/customers/:customer', organization.patchCustomer);
  on('DELETE', '/organization/organizations/:organization/customers/:customer', organization.deleteCustomer);

  on('GET', '/domain/check', offers.check);
  on('GET', '/domain/domains', createDomainList(state));
  on('POST', '/domain/domains', register);
  on('GET', '/domain/tlds', domain.tldList);
  on('GET', '/domain/tlds/:name', domain.oneTld);
  on('GET', '/domain/domains/:fqdn', domain.detail);
  on('GET', '/domain/domains/:fqdn/contacts', domain.contacts);
  on('GET', '/domain/domains/:fqdn/nameservers', domain.nameservers);
  on('GET', '/domain/domains/:fqdn/renew', domain.renew);
  on('POST', '/domain/domains/:fqdn/renew', renew);
  on('GET', '/domain/domains/:fqdn/restore', restoreInfo);
  on('POST', '/domain/domains/:fqdn/restore', restore);
  on('DELETE', '/domain/domains/:fqdn', deleteDomain);
  on('GET', '/domain/domains/:fqdn/createstatus', createStatus);
  on('PUT', '/domain/domains/:fqdn/authinfo', renewAuthCode);
  on('PATCH', '/domain/domains/:fqdn/status', setTransferLock);
  on('PATCH', '/domain/domains/:fqdn/autorenew', setAutorenew);
  on('PATCH', '/domain/domains/:fqdn/contacts', setContacts);
  on('PUT', '/domain/domains/:fqdn/contacts/owner', setOwnerDetails);
  on('PATCH', '/domain/domains/:fqdn/reachability', resendConfirmation);
  on('PUT', '/domain/domains/:fqdn/nameservers', setNameservers);

  on('POST', '/domain/transferin', transfer.order);
  on('GET', '/domain/transferin/:fqdn', transfer.status);
  on('PUT', '/domain/transferin/:fqdn', transfer.relaunch);
  on('POST', '/domain/transferin/:fqdn/available', transfer.available);
  on('PUT', '/domain/transferin/:fqdn/authinfo', transfer.giveAuthCode);
  on('POST', '/domain/transferin/:fqdn/foa', transfer.resendApproval);

  on('POST', '/domain/changeowner/:fqdn', changeOwner);
  on('GET', '/domain/changeowner/:fqdn', ownerChangeStatus);
  on('POST', '/domain/changeowner/:fqdn/foa', resendOwnerApproval);

  on('GET', '/billing/info', offers.billingInfo);
  on('GET', '/billing/info/:organization', offers.billingInfo);
  on('GET', '/billing/price/domain', offers.priceList);
}
