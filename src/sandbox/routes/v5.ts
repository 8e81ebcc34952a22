// The table of v5 routes.
import type { Hono } from 'hono';
import { gate } from '../gate.ts';
import { type Handler, route, type SandboxEnv } from '../http/call.ts';
import type { SandboxState } from '../state.ts';
import { createDomainList } from './domain-list.ts';
import { domainReads } from './domains.ts';
import { organizationRoutes } from './organizations.ts';

export function mountV5(app: Hono<SandboxEnv>, state: SandboxState): void {
  const organization = organizationRoutes(state);
  const domain = domainReads(state);
  const on = (method: string, path: string, handler: Handler) => app.on(method, `/v5${path}`, route(state, handler));

  app.use('/v5/*', gate(state));

  on('GET', '/organization/user-info', organization.user);
  on('GET', '/organization/organizations', organization.list);
  on('GET', '/organization/organizations/:organization', organization.one);
  on('GET', '/organization/organizations/:organization/customers', organization.customers);
  on('POST', '/organization/organizations/:organization/customers', organization.createCustomer);
  on('GET', '/organization/organizations/:organization/customers/:customer', organization.oneCustomer);
  on('PATCH', '/organization/organizations/:organization/customers/:customer', organization.patchCustomer);
  on('DELETE', '/organization/organizations/:organization/customers/:customer', organization.deleteCustomer);

  on('GET', '/domain/domains', createDomainList(state));
  on('GET', '/domain/tlds', domain.tldList);
  on('GET', '/domain/tlds/:name', domain.oneTld);
  on('GET', '/domain/domains/:fqdn', domain.detail);
  on('GET', '/domain/domains/:fqdn/contacts', domain.contacts);
  on('GET', '/domain/domains/:fqdn/nameservers', domain.nameservers);
  on('GET', '/domain/domains/:fqdn/renew', domain.renew);
}
