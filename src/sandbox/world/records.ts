// What the sandbox remembers: organizations, customers, domains. Instants are epoch milliseconds, money is cents.
import type { Timer } from '../../lib/clock.ts';
import type { ContactTypeName } from '../../upstream/wire/contact.ts';
import type { Purchase } from './ledger.ts';
import type { ParsedName, Tld } from './tlds.ts';

/** A contact as stored with a domain; each domain keeps its own copy, a later change of the customer does not reach it. */
export interface Contact {
  readonly type: ContactTypeName;
  readonly given: string;
  readonly family: string;
  readonly orgname?: string;
  readonly email: string;
  readonly streetaddr: string;
  readonly zip?: string;
  readonly city?: string;
  readonly state?: string;
  readonly country: string;
  readonly phone?: string;
  readonly lang?: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface Address {
  readonly streetaddr: string;
  readonly streetaddr2?: string;
  readonly zip?: string;
  readonly city?: string;
  readonly state?: string;
  readonly country: string;
  readonly phone?: string;
  readonly fax?: string;
}

export interface Organization extends Address {
  readonly id: string;
  readonly name: string;
  readonly type: ContactTypeName;
  readonly orgname?: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly email: string;
  readonly reseller: boolean;
  readonly grid: string;
}

/** A reseller's customer. Replaced as a whole when it changes. */
export interface Customer extends Address {
  readonly id: string;
  readonly organizationId: string;
  readonly type: ContactTypeName;
  readonly firstname: string;
  readonly lastname: string;
  readonly orgname?: string;
  readonly email: string;
  readonly reference?: string;
  readonly lang?: string;
}

export type NameserverKind = 'livedns' | 'abc' | 'other';

export interface Domain {
  readonly id: string;
  readonly fqdn: string;
  readonly unicode: string;
  readonly tld: Tld;
  readonly organizationId: string;
  /** Changed by the estate only, which keeps lists by it. */
  customerId: string | undefined;
  readonly createdAt: number;
  readonly registeredAt: number;
  updatedAt: number;
  expiresAt: number;
  locked: boolean;
  /** EPP codes besides the lock, the hold after expiry and a transfer under way. */
  extraStatuses: readonly string[];
  autorenew: { enabled: boolean; duration: number; organizationId: string };
  tags: readonly string[];
  nameserverKind: NameserverKind;
  /** Hosts when `nameserverKind` is other. */
  customNameservers: readonly string[];
  services: readonly string[];
  reachability: string;
  owner: Contact;
  /** undefined: same as the owner. */
  admin: Contact | undefined;
  bill: Contact | undefined;
  tech: Contact | undefined;
  authCode: string;
  authCodeExpiresAt: number | undefined;
  /** When the domain leaves for another registrar; set while a transfer out is under way. */
  departsAt: number | undefined;
  /** The registration while its registry still takes the name back: until when, and what is then given back. */
  addGrace: { readonly endsAt: number; readonly purchase: Purchase } | undefined;
  /** A deletion was accepted and is under way. */
  beingDeleted: boolean;
  /** Tries of the auto-renewal, oldest first. */
  autorenewTries: readonly { readonly at: number; readonly renewed: boolean }[];
  /** The next scheduled change of this domain's life. */
  nextStep: Timer | undefined;
}

export const customerName = (customer: Pick<Customer, 'type' | 'orgname' | 'firstname' | 'lastname'>): string =>
  (customer.type === 'individual' ? undefined : customer.orgname) || `${customer.firstname} ${customer.lastname}`;

/** The name of a domain as it would be parsed from text. */
export const nameOf = ({ fqdn, unicode, tld }: Pick<Domain, 'fqdn' | 'unicode' | 'tld'>): ParsedName => ({
  fqdn,
  unicode,
  label: unicode.slice(0, -tld.name.length - 1),
  tld,
});

/** The contact a customer gives to a domain ordered for it. */
export function contactOf(customer: Customer): Contact {
  return {
    type: customer.type,
    given: customer.firstname,
    family: customer.lastname,
    email: customer.email,
    streetaddr: customer.streetaddr,
    country: customer.country,
    ...(customer.city !== undefined && { city: customer.city }),
    ...(customer.phone !== undefined && { phone: customer.phone }),
    ...(customer.orgname !== undefined && { orgname: customer.orgname }),
    ...(customer.zip !== undefined && { zip: customer.zip }),
    ...(customer.state !== undefined && { state: customer.state }),
    ...(customer.lang !== undefined && { lang: customer.lang }),
  };
}

/** The customer that an order's owner becomes when the payer is a reseller and names no existing one. */
export function customerFrom(owner: Contact, id: string, organizationId: string): Customer {
  const { given, family, more: _more, ...rest } = owner;
  return { ...rest, id, organizationId, firstname: given, lastname: family };
}
