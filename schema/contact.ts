// People and companies behind domains and clients: addresses, contacts, and the data a new client needs.
import type { AddressRecord, ClientDataInput as ClientDataValue, ContactRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { defined } from './sorting.ts';

export const HolderType = builder.enumType('HolderType', {
  description: 'What kind of person or body an organization, client or contact is.',
  values: {
    INDIVIDUAL: { description: 'A natural person.' },
    COMPANY: { description: 'A company.' },
    ASSOCIATION: { description: 'An association.' },
    PUBLIC_BODY: { description: 'A public body.' },
    RESELLER: { description: 'A reseller organization at Gandi.' },
  } as const,
});

export const ClientType = builder.enumType('ClientType', {
  description: 'What kind of person or body a client is. It cannot change later.',
  values: {
    INDIVIDUAL: { description: 'A natural person.' },
    COMPANY: { description: 'A company; needs `companyName`.' },
    ASSOCIATION: { description: 'An association; needs `companyName`.' },
    PUBLIC_BODY: { description: 'A public body; needs `companyName`.' },
  } as const,
});

export const PostalAddress = builder.objectRef<AddressRecord>('PostalAddress').implement({
  description: 'A postal address. Parts Gandi does not have are null.',
  fields: (t) => ({
    street: t.exposeString('street', { nullable: true, description: 'Street and number.' }),
    zip: t.exposeString('zip', { nullable: true, description: 'Postal code; some countries have none.' }),
    city: t.exposeString('city', { nullable: true, description: 'Town.' }),
    country: t.exposeString('country', { nullable: true, description: 'ISO 3166-1 alpha-2 code, `FR`.' }),
    region: t.exposeString('region', { nullable: true, description: 'ISO 3166-2 code, `FR-IDF`.' }),
  }),
});

export const Contact = builder.objectRef<ContactRecord>('Contact').implement({
  description:
    "A contact of a domain: the domain's own copy of the data, which does not follow later changes of the client.",
  fields: (t) => ({
    type: t.expose('type', {
      type: HolderType,
      nullable: true,
      description: 'Kind of holder; null when Gandi names none we know.',
    }),
    givenName: t.exposeString('givenName', { nullable: true, description: 'Given name; null when not told.' }),
    familyName: t.exposeString('familyName', { nullable: true, description: 'Family name; null when not told.' }),
    companyName: t.exposeString('companyName', {
      nullable: true,
      description: 'Company, association or public body; null for an individual.',
    }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address; null when not told.' }),
    address: t.expose('address', { type: PostalAddress, description: 'Postal address.' }),
    phone: t.exposeString('phone', {
      nullable: true,
      description: 'Telephone as `+33.123456789`; null when not told.',
    }),
    mobile: t.exposeString('mobile', { nullable: true, description: 'Mobile telephone; null when there is none.' }),
    fax: t.exposeString('fax', { nullable: true, description: 'Fax; null when there is none.' }),
    language: t.exposeString('language', {
      nullable: true,
      description: 'Language of correspondence; null when not told.',
    }),
    isDataObfuscated: t.exposeBoolean('isDataObfuscated', {
      nullable: true,
      description: 'True when personal data is hidden from public directories; null when Gandi does not say.',
    }),
    isMailObfuscated: t.exposeBoolean('isMailObfuscated', {
      nullable: true,
      description: 'True when the e-mail address is hidden from public directories; null when Gandi does not say.',
    }),
    sameAsRegistrant: t.exposeBoolean('sameAsRegistrant', {
      nullable: true,
      description: 'True when it is the same as the registrant; null when Gandi does not say.',
    }),
    validation: t.exposeString('validation', {
      nullable: true,
      description:
        "Gandi's word on the check of the data, such as `pending`, `done` or `failed`; more may come. null when there is none.",
    }),
    reachability: t.exposeString('reachability', {
      nullable: true,
      description:
        "Gandi's word on the check of the e-mail address, such as `pending`, `done` or `failed`; more may come. null when there is none.",
    }),
  }),
});

export const ClientDataInput = builder.inputType('ClientDataInput', {
  description: 'What Gandi needs to know about a client. Data is checked here first, so that wrong data costs no call.',
  fields: (t) => ({
    type: t.field({ type: ClientType, required: true, description: 'What the client is.' }),
    firstName: t.string({ required: true, description: 'Given name of the person, or of the person in charge.' }),
    lastName: t.string({ required: true, description: 'Family name of the person, or of the person in charge.' }),
    companyName: t.string({
      description:
        'Name of the company, association or public body; required for these, not allowed for an individual.',
    }),
    email: t.string({ required: true, description: 'E-mail address. Gandi writes to it, also to approve transfers.' }),
    street: t.string({ required: true, description: 'Street and number.' }),
    zip: t.string({ description: 'Postal code, where the country has them.' }),
    city: t.string({ required: true, description: 'Town.' }),
    region: t.string({
      description: 'ISO 3166-2 code with or without the country: `FR-IDF` or `IDF`. Some countries require it.',
    }),
    country: t.string({ required: true, description: 'ISO 3166-1 alpha-2 code, `FR`.' }),
    phone: t.string({ required: true, description: 'Telephone in any usual international form: `+33 1 23 45 67 89`.' }),
    fax: t.string({ description: 'Fax, in the same forms as `phone`.' }),
    reference: t.string({ description: 'Your own reference for this client; Gandi prints it on invoices.' }),
    language: t.string({ description: 'Language Gandi writes in: en, es, fr, ja, zh-hans or zh-hant.' }),
  }),
});

/** The input as services take it: fields left out are absent. */
export function clientData(input: typeof ClientDataInput.$inferInput): ClientDataValue {
  const { type, firstName, lastName, email, street, city, country, phone, ...optional } = input;
  return { type, firstName, lastName, email, street, city, country, phone, ...defined(optional) };
}
