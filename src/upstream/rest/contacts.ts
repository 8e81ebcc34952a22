// Contacts of domains: read from Gandi's JSON, and written for orders (Gandi v5 docs, domain contacts).
import type { ContactInput, UpstreamContact, UpstreamDomain } from '../port.ts';
import type { ContactBody, WireContact, WireContacts } from '../wire/contact.ts';
import { flag, organizationType, text, wireType } from './values.ts';

export function contactFrom(wire: WireContact): UpstreamContact {
  return {
    type: organizationType(wire.type),
    givenName: text(wire.given),
    familyName: text(wire.family),
    companyName: text(wire.orgname),
    email: text(wire.email),
    address: {
      street: text(wire.streetaddr),
      zip: text(wire.zip),
      city: text(wire.city),
      country: text(wire.country),
      region: text(wire.state),
    },
    phone: text(wire.phone),
    mobile: text(wire.mobile),
    fax: text(wire.fax),
    language: text(wire.lang),
    isDataObfuscated: flag(wire.data_obfuscated),
    isMailObfuscated: flag(wire.mail_obfuscated),
    sameAsRegistrant: flag(wire.same_as_owner),
    validation: text(wire.validation),
    reachability: text(wire.reachability),
    extraParameters: wire.extra_parameters ?? {},
  };
}

export function contactsFrom(wire: WireContacts): UpstreamDomain['contacts'] {
  const role = (contact: WireContact | null | undefined) => (contact ? contactFrom(contact) : null);
  return { registrant: role(wire.owner), admin: role(wire.admin), tech: role(wire.tech), billing: role(wire.bill) };
}

/** The name a contact goes by: its company's, or its person's. */
export function contactName({ companyName, givenName, familyName }: UpstreamContact): string | null {
  return companyName ?? text([givenName, familyName].filter((part) => part !== null).join(' '));
}

export function contactBody(input: ContactInput): ContactBody {
  const optional = {
    orgname: input.companyName,
    zip: input.zip,
    city: input.city,
    state: input.region,
    phone: input.phone,
    lang: input.language,
    data_obfuscated: input.isDataObfuscated,
    mail_obfuscated: input.isMailObfuscated,
    extra_parameters: input.extraParameters,
  };
  return {
    type: wireType(input.type),
    given: input.givenName,
    family: input.familyName,
    email: input.email,
    streetaddr: input.street,
    country: input.country,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}
