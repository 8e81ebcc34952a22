// Creating and changing clients.
import {
  InvalidInputError,
  NotFoundError,
  OrganizationNotEligibleError,
  RejectedByGandiError,
} from '../src/services/errors.ts';
import type { ClientNode } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { ClientDataInput, clientData } from './contact.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { keyOf } from './node-id.ts';
import { defined } from './sorting.ts';

interface ClientSaved {
  readonly client: ClientNode;
}

const CreateClientSuccess = builder.objectRef<ClientSaved>('CreateClientSuccess').implement({
  description: 'The client exists at Gandi.',
  fields: (t) => ({ client: t.expose('client', { type: Client, description: 'The new client.' }) }),
});

const UpdateClientSuccess = builder.objectRef<ClientSaved>('UpdateClientSuccess').implement({
  description: 'Gandi took the changes.',
  fields: (t) => ({ client: t.expose('client', { type: Client, description: 'The client with its changes.' }) }),
});

const CreateClientInput = builder.inputType('CreateClientInput', {
  description: 'A new client.',
  fields: (t) => ({
    organizationId: t.id({
      description: 'The reseller organization it will belong to; not needed when you have only one.',
    }),
    client: t.field({ type: ClientDataInput, required: true, description: 'Its data.' }),
  }),
});

const ClientChangesInput = builder.inputType('ClientChangesInput', {
  description:
    'What to change; fields left out stay as they are. Kind and company name cannot change. Domains keep their own copy of the data and do not follow.',
  fields: (t) => ({
    firstName: t.string({ description: 'Given name. Gandi refuses to change that of an individual.' }),
    lastName: t.string({ description: 'Family name. Gandi refuses to change that of an individual.' }),
    email: t.string({ description: 'E-mail address.' }),
    street: t.string({ description: 'Street and number.' }),
    zip: t.string({ description: 'Postal code.' }),
    city: t.string({ description: 'Town.' }),
    region: t.string({ description: 'ISO 3166-2 code, with or without the country.' }),
    country: t.string({ description: 'ISO 3166-1 alpha-2 code.' }),
    phone: t.string({ description: 'Telephone in any usual international form.' }),
    fax: t.string({ description: 'Fax, in the same forms.' }),
    reference: t.string({ description: 'Your own reference, printed on invoices.' }),
    language: t.string({ description: 'Language Gandi writes in.' }),
  }),
});

const UpdateClientInput = builder.inputType('UpdateClientInput', {
  description: 'Changes to a client.',
  fields: (t) => ({
    clientId: t.id({ required: true, description: 'Which client.' }),
    changes: t.field({ type: ClientChangesInput, required: true, description: 'What to change.' }),
  }),
});

builder.mutationFields((t) => ({
  createClient: t.errorUnionField({
    description:
      'Creates a client under a reseller organization. Costs nothing. Not repeated by itself: look for the client before you try again after an error.',
    types: [CreateClientSuccess, InvalidInputError, OrganizationNotEligibleError, NotFoundError, RejectedByGandiError],
    union: {
      name: 'CreateClientResult',
      description: 'What `createClient` can come to.',
      resolveType: () => CreateClientSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: CreateClientInput, required: true, description: 'The new client.' }) },
    resolve: async (_root, { input }, { services, scope }) => ({
      client: await services.clients.create(scope, {
        organizationId:
          input.organizationId == null ? null : keyOf('Organization', input.organizationId, 'input.organizationId'),
        client: clientData(input.client),
      }),
    }),
  }),
  updateClient: t.errorUnionField({
    description: 'Changes the data of a client.',
    types: [UpdateClientSuccess, InvalidInputError, NotFoundError, RejectedByGandiError],
    union: {
      name: 'UpdateClientResult',
      description: 'What `updateClient` can come to.',
      resolveType: () => UpdateClientSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: {
      input: t.arg({ type: UpdateClientInput, required: true, description: 'Which client, and what to change.' }),
    },
    resolve: async (_root, { input }, { services, scope }) => ({
      client: await services.clients.update(scope, {
        clientId: keyOf('Client', input.clientId, 'input.clientId'),
        changes: defined(input.changes),
      }),
    }),
  }),
}));
