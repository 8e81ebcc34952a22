// Webhooks and their deliveries: how they are read.
import type { WebhookAttemptRecord, WebhookDeliveryRecord, WebhookRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { EventType } from './event.ts';
import { assertBounded } from './filters.ts';
import { asNode, encodeNodeId, keyOf } from './node-id.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined } from './sorting.ts';
import { WebhookDisabledReason } from './webhook-enums.ts';

export const WebhookState = builder.enumType('WebhookState', {
  description: 'Whether a webhook gets events.',
  values: {
    ENABLED: { description: 'Events are sent to it.' },
    DISABLED: { description: 'Nothing is sent. It keeps its place: once enabled, it goes on where it was.' },
  } as const,
});

export const WebhookDeliveryState = builder.enumType('WebhookDeliveryState', {
  description: 'Where a delivery stands.',
  values: {
    PENDING: { description: 'It was not sent yet.' },
    RETRYING: { description: 'It was not taken, or is to be sent anew; it is sent again at `nextAttemptAt`.' },
    DELIVERED: { description: 'The receiver took it.' },
    FAILED: { description: 'It was given up, a day after it was first sent. `redeliver` sends it anew.' },
  } as const,
});

const WebhookAttemptError = builder.enumType('WebhookAttemptError', {
  description: 'Why an attempt failed.',
  values: {
    STATUS: { description: 'The receiver answered with a status that is not from 200 to 299.' },
    REDIRECT: { description: 'The receiver answered with a redirect; none is followed.' },
    TIMEOUT: { description: 'No answer came in time.' },
    CONNECTION: { description: 'There was no connection, or it broke.' },
    TLS: { description: 'The certificate of the receiver cannot be trusted, or TLS failed otherwise.' },
    ADDRESS_REFUSED: { description: 'The name leads to an address that is not public. Nothing was sent.' },
    PAYLOAD: { description: 'The payload could not be made for now. Nothing was sent.' },
    EVENT_GONE: { description: 'The event was removed from the log before it could be sent.' },
  } as const,
});

const WebhookAttempt = builder.objectRef<WebhookAttemptRecord>('WebhookAttempt').implement({
  description: 'One attempt to deliver an event.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it began.' }),
    durationMs: t.exposeInt('durationMs', { description: 'Milliseconds until the answer, or until it was given up.' }),
    status: t.exposeInt('status', { nullable: true, description: 'HTTP status of the answer; null when none came.' }),
    error: t.expose('error', {
      type: WebhookAttemptError,
      nullable: true,
      description: 'Why it failed; null: it was taken.',
    }),
  }),
});

export const Webhook = builder.node(builder.objectRef<WebhookRecord>('Webhook'), {
  description:
    'An address that events are sent to, signed as Standard Webhooks. Its secret is shown when it is made or rotated and never again.',
  id: { resolve: ({ id }) => id },
  loadOne: async (id: string, { services, scope }) => asNode('Webhook', await services.webhooks.byId(scope, id)),
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Where events are sent.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'Your own words; null when none were given.',
    }),
    organizationId: t.id({
      nullable: true,
      description: 'The organization whose events it gets; null: those of all, and of the gateway itself.',
      resolve: ({ organizationId }) => (organizationId === null ? null : encodeNodeId('Organization', organizationId)),
    }),
    clientId: t.id({
      nullable: true,
      description: 'The client whose events it gets; null: it is not limited to one.',
      resolve: ({ clientId }) => (clientId === null ? null : encodeNodeId('Client', clientId)),
    }),
    types: t.field({
      type: [EventType],
      nullable: true,
      description: 'The types of events it gets; null = all.',
      resolve: ({ filter }) => (filter.types === undefined ? null : [...filter.types]),
    }),
    domainName: t.field({
      type: 'DomainName',
      nullable: true,
      description: 'The domain whose events it gets; null = all, and those that are about none.',
      resolve: ({ filter }) => filter.domainName ?? null,
    }),
    query: t.exposeString('query', {
      nullable: true,
      description: 'The subscription that shapes its payloads; null = the default payload.',
    }),
    state: t.expose('state', { type: WebhookState, description: 'Whether it gets events.' }),
    disabledReason: t.expose('stateReason', {
      type: WebhookDisabledReason,
      nullable: true,
      description: 'Why it is disabled; null while it is enabled.',
    }),
    stateSince: t.expose('stateSince', { type: 'DateTime', description: 'Since when it is enabled or disabled.' }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'The first failure since something was last delivered; null = none. After a day it is disabled.',
    }),
    previousSecretUntil: t.expose('previousSecretUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret before the last rotation signs too; null = there is none.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
  }),
});

export const WebhookDelivery = builder.node(builder.objectRef<WebhookDeliveryRecord>('WebhookDelivery'), {
  description: 'One event for one webhook, from the moment it was committed until it was taken or given up.',
  id: { resolve: ({ id }) => id },
  loadOne: async (id: string, { services, scope }) =>
    asNode('WebhookDelivery', await services.webhooks.deliveryById(scope, id)),
  fields: (t) => ({
    webhookId: t.id({
      description: 'The webhook it is for.',
      resolve: ({ webhookId }) => encodeNodeId('Webhook', webhookId),
    }),
    messageId: t.exposeString('id', {
      description: 'The `webhook-id` the receiver sees: the same for every attempt, so that it can tell repetitions.',
    }),
    isTest: t.boolean({
      description: 'True when `sendTestEvent` made it.',
      resolve: ({ sequence }) => sequence === null,
    }),
    type: t.field({
      type: EventType,
      nullable: true,
      description: 'The type of the event; null for a test.',
      resolve: ({ type }) => (type === 'WEBHOOK_TEST' ? null : type),
    }),
    state: t.expose('state', { type: WebhookDeliveryState, description: 'Where it stands.' }),
    payload: t.exposeString('body', {
      nullable: true,
      description: 'The very body that is sent, the same for every attempt; null before it was first sent.',
    }),
    attemptCount: t.exposeInt('attemptCount', { description: 'Attempts so far.' }),
    attempts: t.field({
      type: [WebhookAttempt],
      description: 'The last 50 attempts, oldest first.',
      resolve: ({ attempts }) => [...attempts],
    }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is sent next; null when it has ended.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made, at once after its event.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was delivered or given up; null before.',
    }),
  }),
});

builder.queryField('webhook', (t) =>
  t.field({
    type: Webhook,
    nullable: true,
    description: 'One webhook. null: there is none, or it is not yours to see.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, { services, scope }) => services.webhooks.byId(scope, keyOf('Webhook', id, 'id')),
  }),
);

const WebhookFilterInput = builder.inputType('WebhookFilter', {
  description: 'Which webhooks to list.',
  fields: (t) => ({ states: t.field({ type: [WebhookState], description: 'In one of these states.' }) }),
});

const WebhookConnection = builder.connectionObject(
  {
    type: Webhook,
    name: 'WebhookConnection',
    description: 'A page of webhooks.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All webhooks that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  },
  { name: 'WebhookEdge', description: 'A webhook and its place in the list.' },
);

builder.queryField('webhooks', (t) =>
  t.connection(
    {
      type: Webhook,
      nullable: true,
      description: 'Your webhooks, newest first.',
      complexity: (args) => pageCost(args),
      args: { filter: t.arg({ type: WebhookFilterInput, description: 'Which; all when not given.' }) },
      resolve: (_root, { filter, ...page }, { services, scope }) =>
        connectionOf(page, (range) => services.webhooks.list(scope, { states: filter?.states ?? null, page: range })),
    },
    WebhookConnection,
  ),
);

const WebhookDeliveryFilterInput = builder.inputType('WebhookDeliveryFilter', {
  description: 'Which deliveries to list; every condition given must hold.',
  fields: (t) => ({
    webhookId: t.id({ description: 'For this webhook.' }),
    states: t.field({ type: [WebhookDeliveryState], description: 'In one of these states.' }),
    types: t.field({ type: [EventType], description: 'Of events of one of these types.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Made after this instant.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Made before this instant.' }),
  }),
});

const WebhookDeliveryConnection = builder.connectionObject(
  {
    type: WebhookDelivery,
    name: 'WebhookDeliveryConnection',
    description: 'A page of deliveries.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All deliveries that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  },
  { name: 'WebhookDeliveryEdge', description: 'A delivery and its place in the list.' },
);

builder.queryField('webhookDeliveries', (t) =>
  t.connection(
    {
      type: WebhookDelivery,
      nullable: true,
      description: 'What was sent to your webhooks and what waits to be, newest first. Kept for 30 days after its end.',
      complexity: (args) => pageCost(args),
      args: { filter: t.arg({ type: WebhookDeliveryFilterInput, description: 'Which; all when not given.' }) },
      resolve: (_root, { filter, ...page }, { services, scope }) => {
        assertBounded(filter);
        const { webhookId, ...conditions } = filter ?? {};
        const wanted = defined({
          ...conditions,
          webhookId: webhookId == null ? undefined : keyOf('Webhook', webhookId, 'filter.webhookId'),
        });
        return connectionOf(page, (range) => services.webhooks.deliveries(scope, { filter: wanted, page: range }));
      },
    },
    WebhookDeliveryConnection,
  ),
);
