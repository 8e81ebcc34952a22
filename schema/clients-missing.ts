// The clients about whom an extension wants more than is known: for asking them before their names are ordered.
import type { ClientGap as ClientGapValue } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { ContactRequirement } from './contact-rules.ts';
import { ListFreshness } from './freshness.ts';
import { connectionOf, pageCost } from './paging.ts';

const ClientGapState = builder.enumType('ClientGapState', {
  description: 'What is known of the data of a client that is listed.',
  values: {
    LACKING: { description: 'At least one field is known to be missing.' },
    UNKNOWN: {
      description:
        'No field is known to be missing, but the data cannot be called complete: its detail was never read, a condition is open, or the extension is not in the table.',
    },
  } as const,
});

const ClientGap = builder.objectRef<ClientGapValue>('ClientGap').implement({
  description: 'A client, and what is missing of it for a registration.',
  fields: (t) => ({
    client: t.expose('client', { type: Client, description: 'The client.' }),
    state: t.expose('state', { type: ClientGapState, description: 'Whether something is missing, or only not known.' }),
    missing: t.expose('missing', {
      type: [ContactRequirement],
      description:
        'Fields the extension needs and the stored data does not have. Gandi stores no parameters of registries with a client, so these are always among them.',
    }),
    undecided: t.expose('undecided', {
      type: [ContactRequirement],
      description: 'Fields that were never read, and those of which it is open whether this client needs them.',
    }),
    detailAsOf: t.expose('detailAsOf', {
      type: 'DateTime',
      nullable: true,
      description: 'When address and telephone were read from Gandi; null when they never were.',
    }),
  }),
});

const ClientGapConnection = builder.connectionObject(
  {
    type: ClientGap,
    name: 'ClientGapConnection',
    description: 'A page of clients about whom something is missing.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All such clients, over all pages. Counted only when asked for, by looking at every client.',
        resolve: ({ totalCount }) => totalCount(),
      }),
      freshness: t.expose('freshness', {
        type: ListFreshness,
        nullable: true,
        description: 'How old and how complete the list of clients is.',
      }),
    }),
  },
  { name: 'ClientGapEdge', description: 'Such a client and its place in the list.' },
);

builder.queryField('clientsMissing', (t) =>
  t.connection(
    {
      type: ClientGap,
      nullable: true,
      description:
        'Clients whose stored data is not enough to register a name of an extension, by name. From the mirror: details of clients are not fetched for it, and a client whose detail was never read is listed as not known. null when the list could not be had at all.',
      complexity: (args) => pageCost(args),
      args: {
        tld: t.arg.string({ required: true, description: 'The extension, with or without a leading dot.' }),
      },
      resolve: (_root, { tld, ...page }, { services, scope }) =>
        connectionOf(page, (range) => services.contacts.clientsMissing(scope, { tld, page: range })),
    },
    ClientGapConnection,
  ),
);
