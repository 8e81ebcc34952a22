// Events of domains, their registrants and clients.
import type {
  ClientFacts as ClientFactsValue,
  DomainChanges as DomainChangesValue,
  DomainFacts as DomainFactsValue,
} from '../src/services/services.ts';
import { builder } from './builder.ts';
import { ClientPayment } from './client-payment.ts';
import { HolderType } from './contact.ts';
import { eventType } from './event.ts';
import { InstantChange, ListChange, SwitchChange, WordChange } from './event-changes.ts';
import { encodeNodeId } from './node-id.ts';

const DomainFacts = builder.objectRef<DomainFactsValue>('DomainFacts').implement({
  description: 'A domain as it was at an event: what its ownership, renewal and working depend on.',
  fields: (t) => ({
    name: t.expose('name', { type: 'DomainName', description: 'The name as A-labels, lower case.' }),
    unicodeName: t.exposeString('unicodeName', { description: 'The name as people read it.' }),
    tld: t.exposeString('tld', { description: 'The registry suffix, without a dot.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its term ended; null when Gandi did not say.',
    }),
    autoRenew: t.exposeBoolean('autoRenew', { description: 'Whether Gandi renewed it by itself.' }),
    eppStatuses: t.exposeStringList('eppStatuses', {
      description: 'Its EPP statuses; `clientTransferProhibited` is the transfer lock.',
    }),
    tags: t.exposeStringList('tags', { description: 'Its tags.' }),
    nameservers: t.exposeStringList('nameservers', {
      nullable: true,
      description: 'Its nameservers; null when they had not been read.',
    }),
  }),
});

const DomainChanges = builder.objectRef<DomainChangesValue>('DomainChanges').implement({
  description: 'What changed of a domain, with both sides. What is null did not change.',
  fields: (t) => ({
    expiresAt: t.field({
      type: InstantChange,
      nullable: true,
      description: 'End of its term.',
      resolve: ({ expiresAt }) => expiresAt ?? null,
    }),
    autoRenew: t.field({
      type: SwitchChange,
      nullable: true,
      description: 'Whether Gandi renews it by itself.',
      resolve: ({ autoRenew }) => autoRenew ?? null,
    }),
    eppStatuses: t.field({
      type: ListChange,
      nullable: true,
      description: 'Its EPP statuses, the transfer lock among them.',
      resolve: ({ eppStatuses }) => eppStatuses ?? null,
    }),
    tags: t.field({ type: ListChange, nullable: true, description: 'Its tags.', resolve: ({ tags }) => tags ?? null }),
    nameservers: t.field({
      type: ListChange,
      nullable: true,
      description: 'Its nameservers.',
      resolve: ({ nameservers }) => nameservers ?? null,
    }),
  }),
});

const DomainField = builder.enumType('DomainField', {
  description: 'What can change of a domain.',
  values: {
    EXPIRES_AT: { description: 'End of its term.' },
    AUTO_RENEW: { description: 'Whether Gandi renews it by itself.' },
    EPP_STATUSES: { description: 'Its EPP statuses, the transfer lock among them.' },
    TAGS: { description: 'Its tags.' },
    NAMESERVERS: { description: 'Its nameservers.' },
    ADMIN_CONTACT: { description: 'Its administrative contact.' },
    TECH_CONTACT: { description: 'Its technical contact.' },
    BILLING_CONTACT: { description: 'Its billing contact.' },
    CLIENT: { description: 'The client it belongs to.' },
  } as const,
});

const DriftField = builder.enumType('DriftField', {
  description: 'What of a domain was changed elsewhere.',
  values: {
    EXPIRES_AT: { description: 'End of its term.' },
    TRANSFER_LOCK: { description: 'Its transfer lock.' },
    NAMESERVERS: { description: 'Its nameservers.' },
    REGISTRANT: { description: 'Its registrant.' },
  } as const,
});

const ClientMovement = builder.enumType('ClientMovement', {
  description: 'Whether the client of an event got the domain or lost it.',
  values: {
    JOINED: { description: 'The domain is now of this client.' },
    LEFT: { description: 'The domain is no longer of this client.' },
  } as const,
});

eventType(
  'DOMAIN_ADDED',
  'A domain was not there before: registered, transferred in, or back after it had gone. Nothing is told of what the first complete list shows.',
  (t) => ({
    facts: t.field({ type: DomainFacts, description: 'As it was then.', resolve: ({ payload }) => payload.domain }),
  }),
);

eventType(
  'DOMAIN_CHANGED',
  'A domain was looked at and is no longer what it was. When it goes from one client to another, each of the two gets an event of its own.',
  (t) => ({
    facts: t.field({
      type: DomainFacts,
      nullable: true,
      description: 'As it was after the change; null for a client that it has left.',
      resolve: ({ payload }) => payload.domain,
    }),
    fields: t.field({ type: [DomainField], description: 'What changed.', resolve: ({ payload }) => payload.fields }),
    changes: t.field({
      type: DomainChanges,
      description: 'Both sides of it. Of contacts it is told that they changed, not what is in them.',
      resolve: ({ payload }) => payload.changes,
    }),
    movement: t.field({
      type: ClientMovement,
      nullable: true,
      description: 'Whether the client of this event got it or lost it; null when its client is the same.',
      resolve: ({ payload }) => payload.movement,
    }),
  }),
);

eventType(
  'DOMAIN_DRIFTED',
  'Somebody changed a domain elsewhere: neither a change nor an order made through this gateway accounts for it. Comes beside the event of the change.',
  (t) => ({
    facts: t.field({ type: DomainFacts, description: 'As it is now.', resolve: ({ payload }) => payload.domain }),
    fields: t.field({ type: [DriftField], description: 'What drifted.', resolve: ({ payload }) => payload.fields }),
    changes: t.field({
      type: DomainChanges,
      description: 'Both sides of it; nothing for the registrant.',
      resolve: ({ payload }) => payload.changes,
    }),
    lastSeenAt: t.field({
      type: 'DateTime',
      description: 'When it was last seen as it was before: the change was made after that.',
      resolve: ({ payload }) => payload.lastSeenAt,
    }),
  }),
);

eventType('DOMAIN_REMOVED', 'A domain is gone, proven by a complete list without it and by its own page.', (t) => ({
  facts: t.field({
    type: DomainFacts,
    description: 'As it was when it was last seen.',
    resolve: ({ payload }) => payload.domain,
  }),
  reason: t.string({
    nullable: true,
    description: 'What is known of why; null when nothing is.',
    resolve: ({ payload }) => payload.reason,
  }),
}));

const RegistrantField = builder.enumType('RegistrantField', {
  description: 'What can change of a registrant.',
  values: {
    TYPE: { description: 'Person, company, association or public body.' },
    NAME: { description: 'First or last name.' },
    COMPANY: { description: 'Name of the company.' },
    EMAIL: { description: 'Email address.' },
    ADDRESS: { description: 'Postal address.' },
    PHONE: { description: 'Phone number.' },
    LANGUAGE: { description: 'Language.' },
    PRIVACY: { description: 'Whether its data are hidden.' },
    EXTRA_PARAMETERS: { description: 'What single registries ask for besides.' },
  } as const,
});

eventType('REGISTRANT_CHANGED', 'The registrant of a domain, or data of it, changed.', (t) => ({
  registrantName: t.string({
    nullable: true,
    description: 'Personal data: its company, or its own name, as it is now. Nothing of who it was before.',
    resolve: ({ payload }) => payload.registrantName,
  }),
  fields: t.field({
    type: [RegistrantField],
    description: 'What changed of it.',
    resolve: ({ payload }) => payload.fields,
  }),
}));

eventType(
  'CONTACT_VERIFICATION_CHANGED',
  "The verification of a registrant's address moved on. A domain whose registrant is not reached can be suspended.",
  (t) => ({
    reachability: t.field({
      type: WordChange,
      description: "Whether the address answers, in Gandi's words: pending, done, failed, deleted, none.",
      resolve: ({ payload }) => payload.reachability,
    }),
    validation: t.field({
      type: WordChange,
      description: 'Whether the data were confirmed, in the same words.',
      resolve: ({ payload }) => payload.validation,
    }),
  }),
);

const ClientField = builder.enumType('ClientField', {
  description: 'What can change of a client.',
  values: {
    NAME: { description: 'The name it is listed under.' },
    TYPE: { description: 'Person, company, association or public body.' },
    FIRST_NAME: { description: 'First name.' },
    LAST_NAME: { description: 'Last name.' },
    COMPANY: { description: 'Name of the company.' },
    EMAIL: { description: 'Email address.' },
    ADDRESS: { description: 'Postal address.' },
    PHONE: { description: 'Phone number.' },
    FAX: { description: 'Fax number.' },
    REFERENCE: { description: 'Your own reference.' },
    LANGUAGE: { description: 'Language.' },
  } as const,
});

const ClientFacts = builder.objectRef<ClientFactsValue>('ClientFacts').implement({
  description: 'A client as it was at an event.',
  fields: (t) => ({
    id: t.id({ description: 'Its id, also when it is gone.', resolve: ({ id }) => encodeNodeId('Client', id) }),
    gandiId: t.exposeString('id', { description: "Gandi's own id of it, a UUID." }),
    name: t.exposeString('name', { description: 'Personal data: the name it is listed under.' }),
    type: t.expose('type', {
      type: HolderType,
      nullable: true,
      description: 'What it is; null when Gandi names nothing we know.',
    }),
  }),
});

eventType('CLIENT_ADDED', 'A client was not there before, or is back.', (t) => ({
  facts: t.field({ type: ClientFacts, description: 'As it was then.', resolve: ({ payload }) => payload.client }),
}));

eventType('CLIENT_CHANGED', 'Data of a client changed.', (t) => ({
  facts: t.field({
    type: ClientFacts,
    description: 'As it was after the change.',
    resolve: ({ payload }) => payload.client,
  }),
  fields: t.field({
    type: [ClientField],
    description: 'Which data; not what they are.',
    resolve: ({ payload }) => payload.fields,
  }),
}));

eventType('CLIENT_REMOVED', 'A complete list no longer shows a client.', (t) => ({
  facts: t.field({
    type: ClientFacts,
    description: 'As it was when it was last seen.',
    resolve: ({ payload }) => payload.client,
  }),
}));

eventType('CLIENT_PAYMENT_RECORDED', 'Somebody said whether a client has paid.', (t) => ({
  payment: t.field({ type: ClientPayment, description: 'What was said.', resolve: ({ payload }) => payload }),
}));
