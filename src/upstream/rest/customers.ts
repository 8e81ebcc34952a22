// A reseller's clients, which Gandi calls customers (Gandi v5 docs, customers).
import type { CallOptions, ClientInput, ClientPatch, Page, UpstreamClient, UpstreamClientRow } from '../port.ts';
import type { Sender } from '../request.ts';
import {
  type CustomerCreateBody,
  type CustomerPatchBody,
  type CustomerRow,
  customerCreatedSchema,
  customerListSchema,
  customerSchema,
  type WireCustomer,
} from '../wire/organization.ts';
import { pageOf } from './paging.ts';
import { read } from './reply.ts';
import { organizationType, query, segment, text, wireType } from './values.ts';

export function clientRowFrom(wire: CustomerRow): UpstreamClientRow {
  return {
    id: wire.id,
    name: wire.name,
    type: organizationType(wire.type),
    firstName: text(wire.firstname),
    lastName: text(wire.lastname),
    companyName: text(wire.orgname),
    email: text(wire.email),
  };
}

export function clientFrom(wire: WireCustomer): UpstreamClient {
  const lines = [text(wire.streetaddr), text(wire.streetaddr2)].filter((line) => line !== null);
  return {
    ...clientRowFrom(wire),
    address: {
      street: lines.length > 0 ? lines.join('\n') : null,
      zip: text(wire.zip),
      city: text(wire.city),
      country: text(wire.country),
      region: text(wire.state),
    },
    phone: text(wire.phone),
    fax: text(wire.fax),
    reference: text(wire.reference),
    language: text(wire.lang),
  };
}

/** Only the fields that are set: an absent one stays as it is at Gandi. */
export function patchBody(patch: ClientPatch): CustomerPatchBody {
  const renamed = {
    firstname: patch.firstName,
    lastname: patch.lastName,
    email: patch.email,
    streetaddr: patch.street,
    zip: patch.zip,
    city: patch.city,
    state: patch.region,
    country: patch.country,
    phone: patch.phone,
    fax: patch.fax,
    reference: patch.reference,
    lang: patch.language,
  };
  return Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== undefined));
}

export function createBody(input: ClientInput): CustomerCreateBody {
  const { type, companyName, firstName, lastName, email, street, city, country, phone } = input;
  return {
    ...patchBody(input),
    type: wireType(type),
    firstname: firstName,
    lastname: lastName,
    email,
    streetaddr: street,
    city,
    country,
    phone,
    ...(companyName === undefined ? {} : { orgname: companyName }),
  };
}

export function customerEndpoints(sender: Sender) {
  const list = (organizationId: string) => `/organization/organizations/${segment(organizationId)}/customers`;
  const one = (organizationId: string, clientId: string) => `${list(organizationId)}/${segment(clientId)}`;
  return {
    async clients(
      { organizationId, page, perPage }: { organizationId: string; page: number; perPage: number },
      call: CallOptions,
    ): Promise<Page<UpstreamClientRow>> {
      const request = { path: list(organizationId), query: query({ page, per_page: perPage }) };
      const answer = await sender.send({ method: 'GET', effect: 'read', ...request }, call);
      const rows = read(answer, customerListSchema, (wire) => wire.map(clientRowFrom));
      return pageOf(rows, answer, { page, perPage, isFiltered: false });
    },

    async client(organizationId: string, clientId: string, call: CallOptions): Promise<UpstreamClient> {
      const path = one(organizationId, clientId);
      return read(await sender.send({ method: 'GET', path, effect: 'read' }, call), customerSchema, clientFrom);
    },

    async createClient(
      organizationId: string,
      input: ClientInput,
      call: CallOptions,
    ): Promise<{ readonly id: string }> {
      const request = { path: list(organizationId), body: createBody(input) };
      const answer = await sender.send({ method: 'POST', effect: 'write', ...request }, call);
      return read(answer, customerCreatedSchema, ({ id }) => ({ id }));
    },

    async updateClient(organizationId: string, clientId: string, patch: ClientPatch, call: CallOptions): Promise<void> {
      const request = { path: one(organizationId, clientId), body: patchBody(patch) };
      await sender.send({ method: 'PATCH', effect: 'write', ...request }, call);
    },

    /** A 200 with a message is documented as a refusal, so only 204 and 202 count as done (Gandi v5 docs, customers). */
    async deleteClient(organizationId: string, clientId: string, call: CallOptions): Promise<void> {
      const path = one(organizationId, clientId);
      await sender.send({ method: 'DELETE', path, effect: 'write', accepts: [202, 204] }, call);
    },
  };
}
