// Events: what all of them have in common, and how the type of each kind is made.
import type { ObjectFieldsShape } from '@pothos/core';
import type { EventNode, EventPayloads, EventType as EventTypeName } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { Domain } from './domain.ts';
import { eventTypeName } from './event-names.ts';
import { EventMessage, Positioned } from './messages.ts';
import { asNode } from './node-id.ts';
import { Organization } from './organization.ts';

export const EventType = builder.enumType('EventType', {
  description: 'What can happen. For each there is a type of its own with what is told of it.',
  values: {
    TRANSFER_CHANGED: { description: 'An inbound transfer was ordered or moved on: `TransferChangedEvent`.' },
    ORDER_CHANGED: { description: 'An order was written down or moved on: `OrderChangedEvent`.' },
    PLAN_CHANGED: { description: 'A plan, or an item of it, moved on: `PlanChangedEvent`.' },
    BULK_JOB_CHANGED: { description: 'A job over many domains moved on: `BulkJobChangedEvent`.' },
    DOMAIN_ADDED: { description: 'A domain was not there before: `DomainAddedEvent`.' },
    DOMAIN_CHANGED: { description: 'A domain is no longer as it was: `DomainChangedEvent`.' },
    DOMAIN_DRIFTED: { description: 'A domain was changed elsewhere: `DomainDriftedEvent`.' },
    DOMAIN_REMOVED: { description: 'A domain is gone, and that is proven: `DomainRemovedEvent`.' },
    REGISTRANT_CHANGED: { description: 'The registrant, or data of it, changed: `RegistrantChangedEvent`.' },
    CONTACT_VERIFICATION_CHANGED: {
      description: 'The verification of a registrant moved on: `ContactVerificationChangedEvent`.',
    },
    CLIENT_ADDED: { description: 'A client was not there before: `ClientAddedEvent`.' },
    CLIENT_CHANGED: { description: 'Data of a client changed: `ClientChangedEvent`.' },
    CLIENT_REMOVED: { description: 'A client is gone: `ClientRemovedEvent`.' },
    CLIENT_PAYMENT_RECORDED: {
      description: 'Somebody said whether a client has paid: `ClientPaymentRecordedEvent`.',
    },
    REFUND_WINDOW_CLOSING: {
      description: 'Little time is left to take an order back for its money: `RefundWindowClosingEvent`.',
    },
    REFUND_WINDOW_CLOSED: {
      description: 'An order cannot be taken back for its money any more: `RefundWindowClosedEvent`.',
    },
    AUTO_RENEW_DECIDED: { description: 'It was decided whether a term may be renewed: `AutoRenewDecidedEvent`.' },
    AUTO_RENEW_SWITCHED: { description: 'Gandi shows auto-renewal as it was decided: `AutoRenewSwitchedEvent`.' },
    AUTO_RENEW_DRIFTED: {
      description: 'Auto-renewal was switched elsewhere, against what was decided: `AutoRenewDriftedEvent`.',
    },
    RENEWAL_AT_RISK: { description: 'A domain will not be renewed although it should: `RenewalAtRiskEvent`.' },
    PRICE_SHOCK: { description: 'A price rose or fell by much: `PriceShockEvent`.' },
    BALANCE_LOW: { description: 'The prepaid account is below what Gandi warns at: `BalanceLowEvent`.' },
    RUNWAY_SHORT: { description: 'The prepaid account does not pay for the coming renewals: `RunwayShortEvent`.' },
    BUDGET_DEGRADED: { description: 'The gateway asks Gandi less than it wants to: `BudgetDegradedEvent`.' },
    BUDGET_RESTORED: { description: 'That is over: `BudgetRestoredEvent`.' },
    CREDENTIAL_EXPIRING: { description: "Gandi's credential ends soon or is refused: `CredentialExpiringEvent`." },
    WEBHOOK_DISABLED: {
      description: 'A webhook was disabled because of what came back from it: `WebhookDisabledEvent`.',
    },
  } satisfies Record<EventTypeName, { readonly description: string }>,
});

export const Event = builder.interfaceRef<EventNode>('Event').implement({
  description:
    'Something that happened. It is told once, in the order it was committed, with the state after the change and without secrets. Subscriptions, this log and webhooks tell the same events with the same `id` and `cursor`.',
  interfaces: [builder.nodeInterfaceRef(), Positioned, EventMessage],
  resolveType: ({ type }) => eventTypeName(type),
  fields: (t) => ({
    type: t.expose('type', { type: EventType, description: 'What happened, for programs.' }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    domainName: t.expose('domainName', {
      type: 'DomainName',
      nullable: true,
      description: 'The domain it is about, also where it is about its order or transfer; null when it is about none.',
    }),
    domain: t.field({
      type: Domain,
      nullable: true,
      description: 'That domain as it is now; null when there is none, it is gone, or it is not yours to see.',
      resolve: ({ organizationId, domainName }, _args, { services, scope }) =>
        organizationId === null || domainName === null
          ? null
          : services.domains.byKey(scope, { organizationId, name: domainName }),
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The organization it concerns, as it is now; null when it concerns the gateway as a whole.',
      resolve: ({ organizationId }, _args, { services, scope }) =>
        organizationId === null ? null : services.organizations.byId(scope, organizationId),
    }),
    client: t.field({
      type: Client,
      nullable: true,
      description: 'The client it concerns, as it is now; null when it concerns none.',
      resolve: ({ clientId }, _args, { services, scope }) =>
        clientId === null ? null : services.clients.byId(scope, clientId),
    }),
  }),
});

/** An event of one type, with its payload. */
export type EventOf<T extends EventTypeName> = EventNode & { readonly payload: EventPayloads[T] };

type Fields<T extends EventTypeName> = ObjectFieldsShape<typeof builder.$inferSchemaTypes, EventOf<T>>;

/** The type of one kind of event; its fields are those of {@link Event} and these. */
export function eventType<T extends EventTypeName>(type: T, description: string, fields: Fields<T>) {
  const name = eventTypeName(type);
  return builder.node(builder.objectRef<EventOf<T>>(name), {
    description,
    interfaces: [Positioned, EventMessage, Event],
    id: { resolve: ({ id }) => id },
    loadOne: async (id: string, { services, scope }) => {
      const event = await services.events.byId(scope, id);
      return (event && asNode(eventTypeName(event.type), event)) as EventOf<T> | null;
    },
    fields,
  });
}
