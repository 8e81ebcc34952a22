// The offline check of a contact: what was understood, what has to be changed, and what is worth a look.
import type {
  CheckedContact as CheckedContactValue,
  ContactCheck as ContactCheckValue,
  ContactHint as ContactHintValue,
  ContactParameter as ContactParameterValue,
} from '../src/services/services.ts';
import { builder } from './builder.ts';
import { ContactOperation, ContactTld, ContactType } from './contact-rules.ts';
import { InputProblem } from './errors.ts';
import { defined } from './sorting.ts';

const ContactParameterInput = builder.inputType('ContactParameterInput', {
  description:
    'One parameter of a registry. Names that are those of a secret are refused, and their values never repeated.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name at Gandi, such as `x-ca_legaltype`.' }),
    value: t.string({ required: true, description: 'Its value; an empty one counts as not given.' }),
  }),
});

const ContactDraftInput = builder.inputType('ContactDraftInput', {
  description: 'A contact as far as it is filled in. Nothing of it is stored or sent.',
  fields: (t) => ({
    type: t.field({ type: ContactType, required: true, description: 'What the contact is.' }),
    firstName: t.string({ description: 'Given name of the person, or of the person in charge.' }),
    lastName: t.string({ description: 'Family name of the person, or of the person in charge.' }),
    companyName: t.string({ description: 'Name of the company, association or public body; not for an individual.' }),
    email: t.string({ description: 'E-mail address.' }),
    street: t.string({ description: 'Street and number.' }),
    zip: t.string({ description: 'Postal code, where the country has them.' }),
    city: t.string({ description: 'Town.' }),
    region: t.string({
      description: 'ISO 3166-2 code with or without the country, `FR-IDF` or `IDF`, where the country has regions.',
    }),
    country: t.string({
      description: 'ISO 3166-1 alpha-2 code, `FR`. A French overseas territory becomes its region of France.',
    }),
    phone: t.string({ description: 'Telephone in any usual international form.' }),
    extraParameters: t.field({
      type: [ContactParameterInput],
      description: 'Parameters of registries, at most 100; `contactRequirements` names them.',
    }),
  }),
});

const ValidateContactInput = builder.inputType('ValidateContactInput', {
  description: 'A contact, and what it is for.',
  fields: (t) => ({
    tlds: t.stringList({ required: true, description: 'Extensions, with or without a leading dot: 1 to 100 of them.' }),
    operation: t.field({
      type: ContactOperation,
      required: true,
      defaultValue: 'REGISTER',
      description: 'What the contact is for.',
    }),
    contact: t.field({ type: ContactDraftInput, required: true, description: 'The contact.' }),
  }),
});

const ContactParameter = builder.objectRef<ContactParameterValue>('ContactParameter').implement({
  description: 'One parameter of a registry.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name at Gandi.' }),
    value: t.exposeString('value', { description: 'Its value.' }),
  }),
});

const NULL = 'null when it is missing or cannot be used.';

const CheckedContact = builder.objectRef<CheckedContactValue>('CheckedContact').implement({
  description: 'A contact in the form Gandi takes, as far as it could be read.',
  fields: (t) => ({
    type: t.expose('type', { type: ContactType, description: 'What it is.' }),
    firstName: t.exposeString('firstName', { nullable: true, description: `Given name; ${NULL}` }),
    lastName: t.exposeString('lastName', { nullable: true, description: `Family name; ${NULL}` }),
    companyName: t.exposeString('companyName', {
      nullable: true,
      description: `Name of the organisation; null for an individual, and ${NULL}`,
    }),
    email: t.exposeString('email', { nullable: true, description: `E-mail address; ${NULL}` }),
    street: t.exposeString('street', { nullable: true, description: `Street and number; ${NULL}` }),
    zip: t.exposeString('zip', { nullable: true, description: `Postal code; ${NULL}` }),
    city: t.exposeString('city', { nullable: true, description: `Town; ${NULL}` }),
    region: t.exposeString('region', { nullable: true, description: `ISO 3166-2 code, \`FR-IDF\`; ${NULL}` }),
    country: t.exposeString('country', { nullable: true, description: `ISO 3166-1 alpha-2 code, \`FR\`; ${NULL}` }),
    phone: t.exposeString('phone', { nullable: true, description: `Telephone as \`+33.123456789\`; ${NULL}` }),
    extraParameters: t.expose('extraParameters', {
      type: [ContactParameter],
      description: 'Parameters that can be sent, in the order given.',
    }),
  }),
});

const ContactHint = builder.objectRef<ContactHintValue>('ContactHint').implement({
  description: 'Something to look at that is no reason to refuse the contact.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description: 'Where it is in the input, or would be; a parameter by its name.',
    }),
    code: t.exposeString('code', { description: 'Stable name, such as `FORMAT_DIFFERS`; more may be added.' }),
    message: t.exposeString('message', { description: 'The same in a sentence, in the caller’s language.' }),
  }),
});

const ContactCheck = builder.objectRef<ContactCheckValue>('ContactCheck').implement({
  description: 'What the tables say of a contact. Gandi may still refuse it: its own answer wins.',
  fields: (t) => ({
    isUsable: t.boolean({
      description: 'True when there is no problem. Hints may remain.',
      resolve: ({ problems }) => problems.length === 0,
    }),
    contact: t.expose('contact', { type: CheckedContact, description: 'What was understood.' }),
    problems: t.expose('problems', {
      type: [InputProblem],
      description:
        'Everything that has to be changed. Base fields are checked strictly; of a registry’s parameters only those missing.',
    }),
    hints: t.expose('hints', {
      type: [ContactHint],
      description:
        'Everything that may have to be changed: what is known of registries’ parameters is not confirmed by Gandi.',
    }),
    tlds: t.expose('tlds', { type: [ContactTld], description: 'What each extension wants.' }),
  }),
});

builder.queryField('validateContact', (t) =>
  t.field({
    type: ContactCheck,
    nullable: true,
    description:
      'Checks the data of a contact before anything is ordered, without a call to Gandi. Nothing is stored. There is no field for a password: none is ever taken.',
    args: { input: t.arg({ type: ValidateContactInput, required: true, description: 'The contact and its use.' }) },
    resolve: (_root, { input: { contact, ...use } }, { services, scope }) => {
      const { type, ...fields } = contact;
      return services.contacts.validate(scope, { ...use, contact: { type, ...defined(fields) } });
    },
  }),
);
