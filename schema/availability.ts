// Whether names can be had, and at what price.
import type { AvailabilityOffer, AvailabilityResult } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { Price, PriceProcess } from './money.ts';
import { keyOf } from './node-id.ts';

const AvailabilityCheck = builder.enumType('AvailabilityCheck', {
  description: 'What became of one name that was asked.',
  values: {
    ANSWERED: { description: 'Gandi answered; see `offers`.' },
    INVALID_NAME: { description: 'The text is no domain name; Gandi was not asked.' },
    NOT_CHECKED: { description: 'There was no answer in time. Ask again; `retryAfterMs` says when.' },
  } as const,
});

const AvailabilityStatus = builder.enumType('AvailabilityStatus', {
  description: 'Whether a process is possible for a name.',
  values: {
    AVAILABLE: { description: 'Yes.' },
    AVAILABLE_RESERVED: { description: 'Yes, but reserved for the holder of a right.' },
    AVAILABLE_PREORDER: { description: 'It can be ordered ahead of the opening of the TLD.' },
    UNAVAILABLE: { description: 'No.' },
    UNAVAILABLE_PREMIUM: { description: 'No: the registry sells it at a price Gandi does not offer.' },
    UNAVAILABLE_RESTRICTED: { description: 'No: the registry does not allow it.' },
    RESERVED_CORPORATE: { description: "Only through Gandi's corporate services." },
    PENDING: { description: 'Gandi is still asking the registry; ask again.' },
    ERROR: { description: 'The registry did not answer Gandi; ask again.' },
    UNKNOWN: { description: 'Gandi said something this gateway does not know.' },
  } as const,
});

const AvailabilityOfferType = builder.objectRef<AvailabilityOffer>('AvailabilityOffer').implement({
  description: 'The answer for one process.',
  fields: (t) => ({
    process: t.expose('process', { type: PriceProcess, description: 'What was asked.' }),
    status: t.expose('status', { type: AvailabilityStatus, description: 'Whether it is possible.' }),
    prices: t.expose('prices', {
      type: [Price],
      complexity: { field: 1, multiplier: 1 },
      description: 'What it costs; empty when it is not possible.',
    }),
  }),
});

const DomainAvailability = builder.objectRef<AvailabilityResult>('DomainAvailability').implement({
  description: 'The answer for one name.',
  fields: (t) => ({
    input: t.exposeString('input', { description: 'The name as it was asked.' }),
    name: t.expose('name', {
      type: 'DomainName',
      nullable: true,
      description: 'The name as A-labels; null when it is none.',
    }),
    unicodeName: t.exposeString('unicodeName', {
      nullable: true,
      description: 'The name as people read it; null when it is none.',
    }),
    check: t.field({
      type: AvailabilityCheck,
      description: 'Whether there is an answer.',
      resolve: ({ outcome }) => CHECKS[outcome.kind],
    }),
    offers: t.field({
      type: [AvailabilityOfferType],
      description: 'One answer for each process asked; empty unless `check` is ANSWERED.',
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ outcome }) => (outcome.kind === 'answer' ? outcome.offers : []),
    }),
    message: t.string({
      nullable: true,
      description: 'Why there is no answer; null when there is one.',
      resolve: ({ outcome }) => (outcome.kind === 'answer' ? null : outcome.message),
    }),
    retryAfterMs: t.int({
      nullable: true,
      description:
        'Milliseconds after which asking again makes sense; null when there is an answer, or nothing is known.',
      resolve: ({ outcome }) => (outcome.kind === 'not-checked' ? outcome.retryAfterMs : null),
    }),
  }),
});

const CHECKS = { answer: 'ANSWERED', 'invalid-name': 'INVALID_NAME', 'not-checked': 'NOT_CHECKED' } as const;

builder.queryField('domainAvailability', (t) =>
  t.field({
    type: [DomainAvailability],
    nullable: true,
    description:
      'Whether names can be registered or transferred, and at what price. Each name takes at least one call to Gandi; names whose turn does not come in time say so, the others still answer.',
    complexity: ({ names }) => ({ field: names.length * UPSTREAM_CALL_COST, multiplier: names.length }),
    args: {
      names: t.arg.stringList({
        required: true,
        description: 'Up to 200 names, in Unicode or ASCII; answered in their order.',
      }),
      processes: t.arg({
        type: [PriceProcess],
        required: true,
        defaultValue: ['CREATE'],
        description: 'What to ask for each.',
      }),
      organizationId: t.arg.id({
        description: "The paying organization, for its prices; the credential's own when not given.",
      }),
      currency: t.arg.string({ description: "ISO 4217 code of the prices; the organization's own when not given." }),
      years: t.arg.int({ description: 'Price for this many years; all ranges when not given.' }),
    },
    resolve: (_root, { names, processes, organizationId, currency, years }, { services, scope }) =>
      services.catalog.availability(scope, {
        names,
        processes,
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'organizationId'),
        currency: currency ?? null,
        years: years ?? null,
      }),
  }),
);
