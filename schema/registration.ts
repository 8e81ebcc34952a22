// Registering a domain, or a quote for it.
import {
  ConfirmationNeededError,
  IdempotencyKeyReusedError,
  InsufficientFundsError,
  InvalidInputError,
  NameUnavailableError,
  NotFoundError,
  OperationInProgressError,
  OrganizationNotEligibleError,
  PriceChangedError,
  RejectedByGandiError,
  SpendCeilingError,
} from '../src/services/errors.ts';
import type { ClientChoice, ContactRole } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { clientChoice, OrderClientInput } from './client-choice.ts';
import { clientData } from './contact.ts';
import { domainNameOf } from './domain-name.ts';
import { DomainContactInput } from './domain-settings.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { MoneyInput, moneyFrom } from './money.ts';
import { keyOf } from './node-id.ts';
import { ACKNOWLEDGE, DRY_RUN, EXPECTED_PRICE, IDEMPOTENCY_KEY, isPlaced, placedOrder } from './placed-order.ts';
import { orderQuote } from './quote.ts';
import { SideEffect } from './side-effects.ts';

const RegisterDomainQuote = orderQuote('RegisterDomainQuote');
const RegisterDomainSuccess = placedOrder(
  'RegisterDomainSuccess',
  'It is COMPLETED once Gandi lists the domain under the organization.',
);

export const RegistryParameterInput = builder.inputType('RegistryParameterInput', {
  description: 'Something a registry asks for beyond the usual data, by the name Gandi has for it.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name, as `contactRequirements` tells it.' }),
    value: t.string({ required: true, description: 'Its value. Passwords are never taken.' }),
  }),
});

export const RegistrationContactsInput = builder.inputType('RegistrationContactsInput', {
  description: 'Contacts that are not the registrant; those left out are.',
  fields: (t) => ({
    admin: t.field({ type: DomainContactInput, description: 'Who decides about the domain.' }),
    tech: t.field({ type: DomainContactInput, description: 'Who runs it.' }),
    billing: t.field({ type: DomainContactInput, description: 'Who is asked about payments.' }),
  }),
});

const RegisterDomainInput = builder.inputType('RegisterDomainInput', {
  description: 'A free name to register.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The name, in Unicode or ASCII.' }),
    client: t.field({ type: OrderClientInput, required: true, description: 'Whom it is for: the registrant.' }),
    payerId: t.id({ description: 'The reseller organization that pays; not needed when you have only one.' }),
    years: t.int({ required: true, defaultValue: 1, description: 'Years, 1 to 10.' }),
    contacts: t.field({
      type: RegistrationContactsInput,
      description: 'Other contacts; the registrant for all when left out.',
    }),
    registrantParameters: t.field({
      type: [RegistryParameterInput],
      description: 'What the registry asks of the registrant.',
    }),
    extraParameters: t.field({
      type: [RegistryParameterInput],
      description: 'What the registry asks of the order.',
    }),
    nameservers: t.stringList({
      description: 'Host names, 2 to 13; LiveDNS of Gandi when left out.',
    }),
    templateId: t.string({ description: 'A template of yours at Gandi that sets the domain up, by its UUID.' }),
    language: t.string({
      description: 'ISO 639-2 language of an internationalised name, `fre`, where the registry asks for it.',
    }),
    acknowledge: t.field({ type: [SideEffect], description: ACKNOWLEDGE }),
    expectedPrice: t.field({ type: MoneyInput, description: EXPECTED_PRICE }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
  }),
});

builder.mutationField('registerDomain', (t) =>
  t.errorUnionField({
    description:
      'Registers a free name for a client. This spends money: the organization that pays does so from its prepaid account. Try it with `dryRun: true` first; `order.refund` tells until when it can be given back.',
    types: [
      RegisterDomainSuccess,
      RegisterDomainQuote,
      InvalidInputError,
      NotFoundError,
      OrganizationNotEligibleError,
      IdempotencyKeyReusedError,
      OperationInProgressError,
      NameUnavailableError,
      ConfirmationNeededError,
      PriceChangedError,
      InsufficientFundsError,
      SpendCeilingError,
      RejectedByGandiError,
    ],
    union: {
      name: 'RegisterDomainResult',
      description: 'What `registerDomain` can come to.',
      resolveType: (value) => (isPlaced(value) ? RegisterDomainSuccess : RegisterDomainQuote),
    },
    complexity: { field: MUTATION_COST },
    args: {
      input: t.arg({ type: RegisterDomainInput, required: true, description: 'What to register, and for whom.' }),
    },
    resolve: (_root, { input }, { services, scope }) => {
      const {
        dryRun,
        idempotencyKey,
        domain,
        client,
        payerId,
        contacts,
        templateId,
        language,
        expectedPrice,
        registrantParameters,
        extraParameters,
        nameservers,
        acknowledge,
        ...rest
      } = input;
      const wish = {
        ...rest,
        domain: domainNameOf(domain, 'input.domain'),
        client: clientChoice(client, 'input.client'),
        payerId: payerId == null ? null : keyOf('Organization', payerId, 'input.payerId'),
        contacts: contactsFrom(contacts, 'input.contacts'),
        templateId: templateId ?? null,
        language: language ?? null,
        registrantParameters: registrantParameters ?? [],
        extraParameters: extraParameters ?? [],
        nameservers: nameservers ?? [],
        acknowledge: acknowledge ?? [],
        expectedPrice: moneyFrom(expectedPrice),
      };
      return dryRun
        ? services.registrations.quote(scope, wish)
        : services.registrations.register(scope, { ...wish, idempotencyKey });
    },
  }),
);

/** @throws {RequestFault} BAD_USER_INPUT for an id of another kind. */
export function contactsFrom(
  contacts: typeof RegistrationContactsInput.$inferInput | null | undefined,
  path: string,
): Readonly<Partial<Record<ContactRole, ClientChoice>>> {
  return Object.fromEntries(
    (['admin', 'tech', 'billing'] as const).flatMap((role) => {
      const contact = contacts?.[role];
      return contact == null ? [] : [[role, contactFrom(contact, `${path}.${role}`)]];
    }),
  );
}

/** @throws {RequestFault} BAD_USER_INPUT for an id of another kind. */
function contactFrom({ clientId, contact }: typeof DomainContactInput.$inferInput, path: string): ClientChoice {
  return contact != null
    ? { create: clientData(contact) }
    : { id: keyOf('Client', clientId ?? '', `${path}.clientId`) };
}
