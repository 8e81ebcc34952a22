// Making, changing, testing and removing webhooks, and sending anew what was sent before.
import {
  InvalidInputError,
  NotFoundError,
  SecretsKeyMissingError,
  WebhookDisabledError,
  WebhookLimitError,
} from '../src/services/errors.ts';
import type { WebhookDeliveryRecord, WebhookRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { EventType } from './event.ts';
import { keyOf } from './node-id.ts';
import { Webhook, WebhookDelivery } from './webhook.ts';

/** Mutations of webhooks ask nothing of Gandi. */
const OWN_MUTATION_COST = 10;

const URL_FIELD =
  'Where events are sent: https, a public address, without a user name and password. In front of the sandbox http and private addresses are taken too.';
const TYPES = 'The types of events it gets; all when not given.';
const DOMAIN = 'The domain whose events it gets; all when not given.';
const DESCRIPTION = 'Your own words, up to 255 characters in one line.';
const QUERY =
  'A document with one subscription on `events`, without arguments and variables: its answer for an event is the `data` of the payload. The default payload when not given.';

interface WithSecret {
  readonly webhook: WebhookRecord;
  readonly secret: string;
}

const SECRET =
  'What the receiver verifies signatures with, as libraries of Standard Webhooks take it. It is shown now and never again.';

const CreateWebhookSuccess = builder.objectRef<WithSecret>('CreateWebhookSuccess').implement({
  description: 'It gets every matching event from now on.',
  fields: (t) => ({
    webhook: t.expose('webhook', { type: Webhook, description: 'The new webhook.' }),
    secret: t.exposeString('secret', { description: SECRET }),
  }),
});

const CreateWebhookInput = builder.inputType('CreateWebhookInput', {
  description: 'A new webhook.',
  fields: (t) => ({
    url: t.string({ required: true, description: URL_FIELD }),
    description: t.string({ description: DESCRIPTION }),
    organizationId: t.id({
      description: 'The organization whose events it gets; all you may see when not given. It cannot be changed later.',
    }),
    clientId: t.id({ description: 'The client whose events it gets. It cannot be changed later.' }),
    types: t.field({ type: [EventType], description: TYPES }),
    domainName: t.field({ type: 'DomainName', description: DOMAIN }),
    query: t.string({ description: QUERY }),
    after: t.string({ description: 'Cursor after which its events begin; with the next event when not given.' }),
  }),
});

builder.mutationField('createWebhook', (t) =>
  t.errorUnionField({
    description: 'Has events sent to an address of yours by HTTP POST, signed, and again until they are taken.',
    types: [CreateWebhookSuccess, InvalidInputError, NotFoundError, WebhookLimitError, SecretsKeyMissingError],
    union: {
      name: 'CreateWebhookResult',
      description: 'What `createWebhook` can come to.',
      resolveType: () => CreateWebhookSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: CreateWebhookInput, required: true, description: 'What to make.' }) },
    resolve: (_root, { input }, { services, scope }) => {
      const { url, description, organizationId, clientId, types, domainName, query, after } = input;
      return services.webhooks.create(scope, {
        url,
        description: description ?? null,
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'input.organizationId'),
        clientId: clientId == null ? null : keyOf('Client', clientId, 'input.clientId'),
        types: types ?? null,
        domainName: domainName == null ? null : domainNameOf(domainName, 'input.domainName'),
        query: query ?? null,
        after: after ?? null,
      });
    },
  }),
);

interface Changed {
  readonly webhook: WebhookRecord;
}

const UpdateWebhookSuccess = builder.objectRef<Changed>('UpdateWebhookSuccess').implement({
  description: 'The changes hold from now on; what waits to be sent goes to the new address.',
  fields: (t) => ({ webhook: t.expose('webhook', { type: Webhook, description: 'The webhook with its changes.' }) }),
});

const UpdateWebhookInput = builder.inputType('UpdateWebhookInput', {
  description: 'What to change; fields left out stay as they are, and null takes a condition away.',
  fields: (t) => ({
    webhookId: t.id({ required: true, description: 'The webhook.' }),
    url: t.string({ description: URL_FIELD }),
    description: t.string({ description: DESCRIPTION }),
    types: t.field({ type: [EventType], description: TYPES }),
    domainName: t.field({ type: 'DomainName', description: DOMAIN }),
    query: t.string({ description: QUERY }),
  }),
});

builder.mutationField('updateWebhook', (t) =>
  t.errorUnionField({
    description: 'Changes a webhook. Payloads that were written before stay as they are.',
    types: [UpdateWebhookSuccess, InvalidInputError, NotFoundError],
    union: {
      name: 'UpdateWebhookResult',
      description: 'What `updateWebhook` can come to.',
      resolveType: () => UpdateWebhookSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: UpdateWebhookInput, required: true, description: 'Which, and what.' }) },
    resolve: async (_root, { input }, { services, scope }) => {
      const { webhookId, url, description, types, domainName, query } = input;
      const changes = {
        ...(url != null && { url }),
        ...(description !== undefined && { description }),
        ...(types !== undefined && { types }),
        ...(domainName !== undefined && {
          domainName: domainName === null ? null : domainNameOf(domainName, 'input.domainName'),
        }),
        ...(query !== undefined && { query }),
      };
      const id = keyOf('Webhook', webhookId, 'input.webhookId');
      return { webhook: await services.webhooks.update(scope, { webhookId: id, changes }) };
    },
  }),
);

const DeleteWebhookSuccess = builder.objectRef<{ readonly deletedId: string }>('DeleteWebhookSuccess').implement({
  description: 'It is gone, with everything that waited to be sent to it.',
  fields: (t) => ({
    deletedId: t.id({ description: 'The id it had.', resolve: ({ deletedId }) => deletedId }),
  }),
});

const DeleteWebhookInput = builder.inputType('DeleteWebhookInput', {
  description: 'A webhook to delete.',
  fields: (t) => ({ webhookId: t.id({ required: true, description: 'The webhook.' }) }),
});

builder.mutationField('deleteWebhook', (t) =>
  t.errorUnionField({
    description:
      'Deletes a webhook with its deliveries. Nothing else ever does: what fails is disabled, and keeps its place.',
    types: [DeleteWebhookSuccess, NotFoundError],
    union: {
      name: 'DeleteWebhookResult',
      description: 'What `deleteWebhook` can come to.',
      resolveType: () => DeleteWebhookSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: DeleteWebhookInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { webhookId } }, { services, scope }) => {
      await services.webhooks.remove(scope, { webhookId: keyOf('Webhook', webhookId, 'input.webhookId') });
      return { deletedId: webhookId };
    },
  }),
);

const EnableWebhookSuccess = builder
  .objectRef<Changed & { readonly missedUntil: number | null }>('EnableWebhookSuccess')
  .implement({
    description: 'Everything that waits is sent now, and events go on after the last one it was given.',
    fields: (t) => ({
      webhook: t.expose('webhook', { type: Webhook, description: 'The webhook.' }),
      missedUntil: t.expose('missedUntil', {
        type: 'DateTime',
        nullable: true,
        description:
          'Events until this instant were removed from the log while it was disabled, and it never gets them; null: it misses nothing.',
      }),
    }),
  });

const EnableWebhookInput = builder.inputType('EnableWebhookInput', {
  description: 'A webhook to enable.',
  fields: (t) => ({ webhookId: t.id({ required: true, description: 'The webhook.' }) }),
});

builder.mutationField('enableWebhook', (t) =>
  t.errorUnionField({
    description: 'Sends to a webhook again. One that is enabled stays as it is.',
    types: [EnableWebhookSuccess, NotFoundError],
    union: {
      name: 'EnableWebhookResult',
      description: 'What `enableWebhook` can come to.',
      resolveType: () => EnableWebhookSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: EnableWebhookInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input: { webhookId } }, { services, scope }) =>
      services.webhooks.enable(scope, { webhookId: keyOf('Webhook', webhookId, 'input.webhookId') }),
  }),
);

const DisableWebhookSuccess = builder.objectRef<Changed>('DisableWebhookSuccess').implement({
  description: 'Nothing more is sent to it until it is enabled.',
  fields: (t) => ({ webhook: t.expose('webhook', { type: Webhook, description: 'The webhook.' }) }),
});

const DisableWebhookInput = builder.inputType('DisableWebhookInput', {
  description: 'A webhook to disable.',
  fields: (t) => ({ webhookId: t.id({ required: true, description: 'The webhook.' }) }),
});

builder.mutationField('disableWebhook', (t) =>
  t.errorUnionField({
    description: 'Stops sending to a webhook. It keeps its place and what waits for it.',
    types: [DisableWebhookSuccess, NotFoundError],
    union: {
      name: 'DisableWebhookResult',
      description: 'What `disableWebhook` can come to.',
      resolveType: () => DisableWebhookSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: DisableWebhookInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { webhookId } }, { services, scope }) => ({
      webhook: await services.webhooks.disable(scope, { webhookId: keyOf('Webhook', webhookId, 'input.webhookId') }),
    }),
  }),
);

const RotateWebhookSecretSuccess = builder.objectRef<WithSecret>('RotateWebhookSecretSuccess').implement({
  description: 'Everything is signed with both secrets until the old one ends, then with the new one alone.',
  fields: (t) => ({
    webhook: t.expose('webhook', { type: Webhook, description: 'The webhook.' }),
    secret: t.exposeString('secret', { description: SECRET }),
  }),
});

const RotateWebhookSecretInput = builder.inputType('RotateWebhookSecretInput', {
  description: 'A webhook that is to have a new secret.',
  fields: (t) => ({
    webhookId: t.id({ required: true, description: 'The webhook.' }),
    keepPreviousHours: t.int({
      required: true,
      defaultValue: 24,
      description: 'Hours for which the old secret signs too, 0 to 168. 0 ends it at once: for a secret that leaked.',
    }),
  }),
});

builder.mutationField('rotateWebhookSecret', (t) =>
  t.errorUnionField({
    description: 'Gives a webhook a new secret. One that was still live from a rotation before ends now.',
    types: [RotateWebhookSecretSuccess, InvalidInputError, NotFoundError, SecretsKeyMissingError],
    union: {
      name: 'RotateWebhookSecretResult',
      description: 'What `rotateWebhookSecret` can come to.',
      resolveType: () => RotateWebhookSecretSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: RotateWebhookSecretInput, required: true, description: 'Which, and how.' }) },
    resolve: (_root, { input: { webhookId, keepPreviousHours } }, { services, scope }) =>
      services.webhooks.rotateSecret(scope, {
        webhookId: keyOf('Webhook', webhookId, 'input.webhookId'),
        keepPreviousHours,
      }),
  }),
);

interface Sent {
  readonly delivery: WebhookDeliveryRecord;
}

const SendTestEventSuccess = builder.objectRef<Sent>('SendTestEventSuccess').implement({
  description: 'The test was sent; whether it was taken is in the delivery.',
  fields: (t) => ({
    delivery: t.expose('delivery', { type: WebhookDelivery, description: 'The delivery, with its one attempt.' }),
  }),
});

const SendTestEventInput = builder.inputType('SendTestEventInput', {
  description: 'A webhook to try.',
  fields: (t) => ({ webhookId: t.id({ required: true, description: 'The webhook; it may be disabled.' }) }),
});

builder.mutationField('sendTestEvent', (t) =>
  t.errorUnionField({
    description:
      'Sends a payload of type `WEBHOOK_TEST` to a webhook, signed as every other, and waits for the answer, at most 15 seconds. It is tried once.',
    types: [SendTestEventSuccess, NotFoundError],
    union: {
      name: 'SendTestEventResult',
      description: 'What `sendTestEvent` can come to.',
      resolveType: () => SendTestEventSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: SendTestEventInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { webhookId } }, { services, scope }) => ({
      delivery: await services.webhooks.sendTest(scope, { webhookId: keyOf('Webhook', webhookId, 'input.webhookId') }),
    }),
  }),
);

const RedeliverSuccess = builder.objectRef<Sent>('RedeliverSuccess').implement({
  description: 'It is sent as soon as there is a free slot, and then tried for a day as at first.',
  fields: (t) => ({ delivery: t.expose('delivery', { type: WebhookDelivery, description: 'The delivery.' }) }),
});

const RedeliverInput = builder.inputType('RedeliverInput', {
  description: 'A delivery to send anew.',
  fields: (t) => ({
    deliveryId: t.id({ required: true, description: 'The delivery: its id, or its `messageId`.' }),
  }),
});

builder.mutationField('redeliver', (t) =>
  t.errorUnionField({
    description: 'Sends an event anew, under the same `webhook-id` and with the same body.',
    types: [RedeliverSuccess, NotFoundError, WebhookDisabledError],
    union: {
      name: 'RedeliverResult',
      description: 'What `redeliver` can come to.',
      resolveType: () => RedeliverSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: RedeliverInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { deliveryId } }, { services, scope }) => ({
      delivery: await services.webhooks.redeliver(scope, {
        deliveryId: keyOf('WebhookDelivery', deliveryId, 'input.deliveryId'),
      }),
    }),
  }),
);

const RedeliverSinceSuccess = builder.objectRef<Changed>('RedeliverSinceSuccess').implement({
  description: 'It is written down and done in the background, in the order of the log; it survives restarts.',
  fields: (t) => ({ webhook: t.expose('webhook', { type: Webhook, description: 'The webhook.' }) }),
});

const RedeliverSinceInput = builder.inputType('RedeliverSinceInput', {
  description: 'Which deliveries of a webhook to send anew.',
  fields: (t) => ({
    webhookId: t.id({ required: true, description: 'The webhook.' }),
    since: t.field({
      type: 'DateTime',
      required: true,
      description: 'Those made from then until now. Deliveries are kept for 30 days after their end.',
    }),
    includeDelivered: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Not only those that were given up, but also those that were taken: for a receiver that lost them.',
    }),
  }),
});

builder.mutationField('redeliverSince', (t) =>
  t.errorUnionField({
    description:
      'Sends everything anew that was made since an instant, each under the same `webhook-id` and with the same body.',
    types: [RedeliverSinceSuccess, NotFoundError, WebhookDisabledError],
    union: {
      name: 'RedeliverSinceResult',
      description: 'What `redeliverSince` can come to.',
      resolveType: () => RedeliverSinceSuccess,
    },
    complexity: { field: OWN_MUTATION_COST },
    args: { input: t.arg({ type: RedeliverSinceInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { webhookId, since, includeDelivered } }, { services, scope }) => ({
      webhook: await services.webhooks.redeliverSince(scope, {
        webhookId: keyOf('Webhook', webhookId, 'input.webhookId'),
        since,
        includeDelivered,
      }),
    }),
  }),
);
