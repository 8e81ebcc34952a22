// The user behind the credential and the organizations it sees (Gandi v5 docs, organization).
import type { CallOptions, UpstreamOrganization, UpstreamUser } from '../port.ts';
import type { Sender } from '../request.ts';
import { organizationListSchema, type UserInfo, userInfoSchema, type WireOrganization } from '../wire/organization.ts';
import { read } from './reply.ts';
import { organizationType, text } from './values.ts';

export function userFrom(wire: UserInfo): UpstreamUser {
  return {
    id: wire.id,
    username: wire.username,
    name: text(wire.name),
    email: text(wire.email),
    language: text(wire.lang),
  };
}

export function organizationFrom(wire: WireOrganization): UpstreamOrganization {
  return {
    id: wire.id,
    name: wire.name,
    type: organizationType(wire.type),
    companyName: text(wire.orgname),
    firstName: text(wire.firstname),
    lastName: text(wire.lastname),
    email: text(wire.email),
    isReseller: wire.reseller ?? false,
    isCorporate: wire.corporate ?? false,
    vatNumber: text(wire.vat_number),
  };
}

export function organizationEndpoints(sender: Sender) {
  return {
    async user(call: CallOptions): Promise<UpstreamUser> {
      const path = '/organization/user-info';
      return read(await sender.send({ method: 'GET', path, effect: 'read' }, call), userInfoSchema, userFrom);
    },

    /** Not paged (Gandi v5 docs). */
    async organizations(call: CallOptions): Promise<readonly UpstreamOrganization[]> {
      const answer = await sender.send({ method: 'GET', path: '/organization/organizations', effect: 'read' }, call);
      return read(answer, organizationListSchema, (rows) => rows.map(organizationFrom));
    },
  };
}
