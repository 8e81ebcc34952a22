// Which data a contact needs for an extension: the types of the rules, and the query that answers offline.
import { CONTACT_FACTS_READ_ON, titleOf, type Words, wordsOf } from '../src/services/contact-rules.ts';
import type { ContactRequirement as RequirementValue, TldContact } from '../src/services/services.ts';
import { builder } from './builder.ts';

export const ContactType = builder.enumType('ContactType', {
  description: 'What kind of person or body a contact is.',
  values: {
    INDIVIDUAL: { description: 'A natural person.' },
    COMPANY: { description: 'A company.' },
    ASSOCIATION: { description: 'An association.' },
    PUBLIC_BODY: { description: 'A public body.' },
  } as const,
});

export const ContactOperation = builder.enumType('ContactOperation', {
  description:
    'What a contact is given for. The sets of fields differ: some registries want theirs not with a transfer.',
  values: {
    REGISTER: { description: 'A new registration.' },
    TRANSFER_IN: { description: 'An inbound transfer.' },
    CHANGE_REGISTRANT: { description: 'A change of the holder.' },
  } as const,
});

const ContactFieldKind = builder.enumType('ContactFieldKind', {
  description: 'Who wants a field.',
  values: {
    BASE: { description: 'Gandi, of every contact; `name` is a field of `ClientDataInput`.' },
    REGISTRY: { description: 'The registry of an extension; `name` is the parameter as Gandi spells it.' },
  } as const,
});

const ContactFieldTarget = builder.enumType('ContactFieldTarget', {
  description: 'Where Gandi takes a field.',
  values: {
    CONTACT: { description: 'In the contact.' },
    ORDER: { description: 'In the order of the domain.' },
  } as const,
});

const ContactRole = builder.enumType('ContactRole', {
  description: 'Which contact of a domain a field is about.',
  values: {
    REGISTRANT: { description: 'The holder.' },
    ADMIN: { description: 'The administrative contact.' },
    TECH: { description: 'The technical contact.' },
    BILLING: { description: 'The billing contact.' },
  } as const,
});

const ContactFieldNeed = builder.enumType('ContactFieldNeed', {
  description: 'Whether a field is needed.',
  values: {
    REQUIRED: { description: 'Always, for this operation and type.' },
    CONDITIONAL: { description: 'Sometimes; `condition` says when.' },
    OPTIONAL: { description: 'Never, but it is taken.' },
  } as const,
});

const ContactValueType = builder.enumType('ContactValueType', {
  description: 'What kind of value a field has.',
  values: {
    TEXT: { description: 'A line of text.' },
    DATE: { description: 'A day as `1980-12-31`.' },
    INTEGER: { description: 'A whole number.' },
    CHOICE: { description: 'One of several values, in `allowedValues` where they are known.' },
  } as const,
});

const FactCertainty = builder.enumType('ContactFactCertainty', {
  description: 'How well what is said of a field is known. Whatever it is, Gandi’s own answer wins.',
  values: {
    DOCUMENTED: { description: 'In the documentation of Gandi, another registrar or the registry.' },
    CLIENT_CODE: { description: 'Only in public code that talks to Gandi.' },
    GENERAL: { description: 'General knowledge, or inferred.' },
  } as const,
});

const BilingualText = builder.objectRef<Words>('BilingualText').implement({
  description: 'The same in two languages.',
  fields: (t) => ({
    en: t.exposeString('en', { description: 'In English.' }),
    fr: t.exposeString('fr', { description: 'In French.' }),
  }),
});

export const ContactRequirement = builder.objectRef<RequirementValue>('ContactRequirement').implement({
  description: 'A field of a contact, and what is known about it.',
  fields: (t) => ({
    name: t.string({
      description: 'Its name: of a base field as in `ClientDataInput`, otherwise of the parameter at Gandi.',
      resolve: ({ field }) => field.name,
    }),
    kind: t.field({ type: ContactFieldKind, description: 'Who wants it.', resolve: ({ field }) => field.kind }),
    role: t.field({
      type: ContactRole,
      description: 'Whose data it is. Contacts other than the holder have a type of their own.',
      resolve: ({ field }) => field.role,
    }),
    appliesTo: t.field({
      type: [ContactFieldTarget],
      description: 'Where Gandi takes it: either place will do when there are two.',
      resolve: ({ field }) => field.appliesTo,
    }),
    tlds: t.exposeStringList('tlds', { description: 'The extensions asked for that want it.' }),
    need: t.field({ type: ContactFieldNeed, description: 'Whether it is needed.', resolve: ({ field }) => field.need }),
    condition: t.string({
      nullable: true,
      description:
        'When it is needed or what goes into it, in the caller’s language; null when there is nothing to say.',
      resolve: ({ field }, _args, { scope }) =>
        field.condition === null ? null : wordsOf(field.condition)[scope.session.language],
    }),
    valueType: t.field({
      type: ContactValueType,
      description: 'What kind of value it has.',
      resolve: ({ field }) => field.value,
    }),
    allowedValues: t.stringList({
      nullable: true,
      description: 'The values there are; null when any will do, or when they are not known.',
      resolve: ({ field }) => (field.allowedValues === null ? null : [...field.allowedValues]),
    }),
    pattern: t.string({
      nullable: true,
      description:
        'The form of a value as a regular expression; null when none is known. A hint only for parameters of registries.',
      resolve: ({ field }) => field.pattern,
    }),
    label: t.string({
      description: 'What to call it in a form, in the caller’s language.',
      resolve: ({ field }, _args, { scope }) => field.label[scope.session.language],
    }),
    labels: t.field({
      type: BilingualText,
      description: 'What to call it in a form, in both languages.',
      resolve: ({ field }) => field.label,
    }),
    isCorporateOnly: t.boolean({
      description: 'True when only Gandi’s corporate services use it.',
      resolve: ({ field }) => field.standing === 'CORPORATE',
    }),
    certainty: t.field({
      type: FactCertainty,
      description: 'How well all this is known.',
      resolve: ({ field }) => field.certainty,
    }),
    sources: t.stringList({
      description: 'Where it was read.',
      resolve: ({ field }) => field.sources.map(titleOf),
    }),
    readOn: t.string({
      description: 'The day the sources were read, as `2026-11-24`.',
      resolve: () => CONTACT_FACTS_READ_ON,
    }),
  }),
});

export const ContactTld = builder.objectRef<TldContact>('ContactTld').implement({
  description: 'What one extension wants of a contact.',
  fields: (t) => ({
    name: t.exposeString('tld', { description: 'The extension in ASCII, without a dot: `fr`, `co.uk`.' }),
    known: t.exposeBoolean('known', {
      description: 'False: the table does not have it, so its registry may want more than the base fields.',
    }),
    fields: t.exposeStringList('fields', { description: 'Names of the fields that apply, base fields first.' }),
    refusedParameters: t.stringList({
      description:
        'Secrets the registry may ask for. The gateway never takes them; such a name has to be ordered at Gandi itself.',
      resolve: ({ refused }) => [...refused],
    }),
  }),
});

const ContactRequirements = builder
  .objectRef<{ readonly fields: readonly RequirementValue[]; readonly tlds: readonly TldContact[] }>(
    'ContactRequirements',
  )
  .implement({
    description: 'What a contact needs for an operation under several extensions, merged.',
    fields: (t) => ({
      fields: t.expose('fields', {
        type: [ContactRequirement],
        description: 'Each field once, base fields first, with the extensions that want it.',
      }),
      tlds: t.expose('tlds', { type: [ContactTld], description: 'Each extension once, in the order asked.' }),
    }),
  });

builder.queryField('contactRequirements', (t) =>
  t.field({
    type: ContactRequirements,
    nullable: true,
    description:
      'Which data a contact needs. Answered from dated tables without a call to Gandi; what they do not know is left open, and where Gandi answers otherwise, Gandi is right.',
    args: {
      tlds: t.arg.stringList({
        required: true,
        description: 'Extensions, with or without a leading dot: 1 to 100 of them.',
      }),
      operation: t.arg({
        type: ContactOperation,
        required: true,
        defaultValue: 'REGISTER',
        description: 'What the contact is for.',
      }),
      type: t.arg({ type: ContactType, required: true, description: 'What the holder is.' }),
    },
    resolve: (_root, query, { services, scope }) => services.contacts.requirements(scope, query),
  }),
);
