// Which way a domain gets to a client: the plan that says the route, its price, what it needs and what it brings about.
import { badArgument } from '../src/services/bad-argument.ts';
import { InvalidInputError, NotFoundError, OrganizationNotEligibleError } from '../src/services/errors.ts';
import type { AdoptionPlan as AdoptionPlanValue, Told } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { ClientDataInput, clientData } from './contact.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { keyOf } from './node-id.ts';
import { Order } from './order.ts';
import { QuotePrice } from './quote.ts';

const AdoptionRoute = builder.enumType('AdoptionRoute', {
  description: 'The ways a domain can get to who should hold it.',
  values: {
    TRANSFER_IN: { description: 'An inbound transfer, paid by the reseller: `transferDomainIn`.' },
    CLIENT_RECLAIM: {
      description: 'The client takes it into an account of its own: you unlock it and hand over the auth code.',
    },
    CHANGE_REGISTRANT: { description: 'A change of registrant within the reseller’s organization.' },
    ALREADY_THERE: { description: 'Nothing has to be done.' },
    IMPOSSIBLE: { description: 'Not now; `reason` says why and what helps.' },
  } as const,
});

const AdoptionNote = builder.objectRef<Told<string>>('AdoptionNote').implement({
  description: 'One thing said for programs and for people.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable name, such as `OTHER_REGISTRAR`; more may be added.' }),
    message: t.exposeString('message', { description: 'The same in a sentence, in the caller’s language.' }),
  }),
});

const AdoptionPlan = builder.objectRef<AdoptionPlanValue>('AdoptionPlan').implement({
  description: 'How a domain gets to a client. Only an answer: nothing is written, spent or sent.',
  fields: (t) => ({
    domainName: t.expose('name', { type: 'DomainName', description: 'The domain.' }),
    route: t.expose('route', { type: AdoptionRoute, description: 'The way that applies now.' }),
    reason: t.expose('reason', { type: AdoptionNote, description: 'Why this way, or why none.' }),
    mutation: t.exposeString('mutation', {
      nullable: true,
      description: 'The mutation that takes the first step; null when none does.',
    }),
    price: t.expose('price', {
      type: QuotePrice,
      nullable: true,
      description: 'What it costs; null when it is free or the price is not known.',
    }),
    inputs: t.expose('inputs', { type: [AdoptionNote], description: 'What you or the client have to bring or do.' }),
    effects: t.expose('effects', { type: [AdoptionNote], description: 'What happens besides.' }),
    maxDays: t.exposeInt('maxDays', {
      nullable: true,
      description: 'Days it usually takes at most; null when there is nothing to wait for.',
    }),
    order: t.expose('order', {
      type: Order,
      nullable: true,
      description: 'The order that is in the way; null when there is none, or it is not yours to see.',
    }),
  }),
});

const AdoptionClientInput = builder.inputType('AdoptionClientInput', {
  description: 'Who should hold the domain: exactly one of the three.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'A client that exists.' }),
    create: t.field({ type: ClientDataInput, description: 'A client to be created with the order.' }),
    ownAccount: t.boolean({
      description: '`true`: the client alone, in an account of its own outside the reseller’s.',
    }),
  }),
});

const AdoptionPlanInput = builder.inputType('AdoptionPlanInput', {
  description: 'A domain, and who should hold it.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The domain, in Unicode or ASCII.' }),
    client: t.field({ type: AdoptionClientInput, required: true, description: 'Who should hold it.' }),
    payerId: t.id({ description: 'The reseller organization it is about; not needed when you have only one.' }),
  }),
});

builder.queryField('adoptionPlan', (t) =>
  t.errorUnionField({
    nullable: true,
    description:
      'Which way brings a domain to a client: an inbound transfer, a change of registrant, or the client taking it into an account of its own.',
    types: [AdoptionPlan, InvalidInputError, NotFoundError, OrganizationNotEligibleError],
    union: {
      name: 'AdoptionPlanResult',
      description: 'What `adoptionPlan` can answer.',
      resolveType: () => AdoptionPlan,
    },
    complexity: { field: MUTATION_COST },
    args: {
      input: t.arg({ type: AdoptionPlanInput, required: true, description: 'The domain and who should hold it.' }),
    },
    resolve: (_root, { input: { domain, client, payerId } }, { services, scope }) =>
      services.adoption.plan(scope, {
        domain: domainNameOf(domain, 'input.domain'),
        payerId: payerId == null ? null : keyOf('Organization', payerId, 'input.payerId'),
        client: clientChoice(client),
      }),
  }),
);

function clientChoice({ id, create, ownAccount }: typeof AdoptionClientInput.$inferInput) {
  if (id != null) return { id: keyOf('Client', id, 'input.client.id') };
  if (create != null) return { create: clientData(create) };
  if (ownAccount === true) return { ownAccount: true } as const;
  throw badArgument(
    'input.client',
    ownAccount === false ? 'ownAccount: false' : 'nothing',
    '`id`, `create` or `ownAccount: true`',
  );
}
