// Turns what the sandbox remembers into Gandi's JSON.
import {
  type ContactTypeName,
  contactTypeNumber,
  type WireContact,
  type WireContacts,
  type WireContactType,
} from '../upstream/wire/contact.ts';
import type { DomainDetail, DomainRow, SharingSpace, WireTld } from '../upstream/wire/domain.ts';
import type { CustomerRow, UserInfo, WireCustomer, WireOrganization } from '../upstream/wire/organization.ts';
import type { SandboxState } from './state.ts';
import { autorenewInstants, detailDates, iso, statusesOf } from './world/lifecycle.ts';
import type { User } from './world/organizations.ts';
import { nameserversOf } from './world/portfolio.ts';
import { isSold } from './world/prices.ts';
import { type Contact, type Customer, customerName, type Domain, type Organization } from './world/records.ts';
import type { Tld } from './world/tlds.ts';
import type { World } from './world/world.ts';

type Style = Pick<SandboxState, 'rowSharingId' | 'contactTypeAs'>;

export const typeOn = (style: Style, type: ContactTypeName): WireContactType =>
  style.contactTypeAs === 'integer' ? contactTypeNumber(type) : type;

export function contactOn(
  style: Style,
  contact: Contact,
  sameAsOwner: boolean | undefined,
  reachability: string,
): WireContact {
  const { type, more, ...fields } = contact;
  return {
    ...fields,
    type: typeOn(style, type),
    data_obfuscated: true,
    mail_obfuscated: true,
    icann_contract_accepted: false,
    extra_parameters: {},
    ...more,
    ...(sameAsOwner !== undefined && { same_as_owner: sameAsOwner }),
    validation: 'none',
    reachability,
  };
}

export function contactsOn(style: Style, domain: Domain): WireContacts {
  const role = (contact: Contact | undefined) =>
    contactOn(
      style,
      contact ?? domain.owner,
      contact === undefined,
      contact === undefined ? domain.reachability : 'done',
    );
  return {
    owner: contactOn(style, domain.owner, undefined, domain.reachability),
    admin: role(domain.admin),
    bill: role(domain.bill),
    tech: role(domain.tech),
  };
}

/** The account name shown for the holder: the customer's, or the organization's own. */
function spaceName(world: World, domain: Domain): string {
  const customer = domain.customerId === undefined ? undefined : world.customers.get(domain.customerId);
  return customer ? customerName(customer) : (world.organization(domain.organizationId)?.name ?? '');
}

export const domainHref = (base: string, fqdn: string): string => `${base}/domain/domains/${fqdn}`;

function identity(base: string, domain: Domain, now: number) {
  return {
    id: domain.id,
    fqdn: domain.fqdn,
    fqdn_unicode: domain.unicode,
    tld: domain.tld.name,
    href: domainHref(base, domain.fqdn),
    status: statusesOf(domain, now),
    tags: [...domain.tags],
  };
}

export function domainRow(style: Style, world: World, base: string, domain: Domain, now: number): DomainRow {
  const space = spaceName(world, domain);
  return {
    ...identity(base, domain, now),
    autorenew: domain.autorenew.enabled,
    owner: space,
    orga_owner: space,
    domain_owner: domain.owner.orgname ?? `${domain.owner.given} ${domain.owner.family}`,
    nameserver: { current: domain.nameserverKind },
    dates: {
      created_at: iso(domain.createdAt),
      registry_created_at: iso(domain.registeredAt),
      registry_ends_at: iso(domain.expiresAt),
      updated_at: iso(domain.updatedAt),
    },
    ...(style.rowSharingId && { sharing_id: domain.customerId ?? domain.organizationId }),
  };
}

function sharingSpace(world: World, domain: Domain): SharingSpace {
  const organization = world.organization(domain.organizationId);
  const own = { id: domain.organizationId, name: organization?.name ?? '' };
  if (domain.customerId === undefined) {
    return {
      ...own,
      type: organization?.type === 'individual' ? 'user' : 'organization',
      reseller: organization?.reseller ?? false,
    };
  }
  return {
    id: domain.customerId,
    name: spaceName(world, domain),
    type: 'organization',
    reseller: true,
    sharing_space: own,
  };
}

export function domainDetail(style: Style, world: World, base: string, domain: Domain, now: number): DomainDetail {
  const { enabled, duration, organizationId } = domain.autorenew;
  const codeHolds = domain.authCodeExpiresAt === undefined || domain.authCodeExpiresAt > now;
  return {
    ...identity(base, domain, now),
    can_tld_lock: domain.tld.lock,
    reachability: domain.reachability,
    ...(domain.tld.authinfo && codeHolds && { authinfo: domain.authCode }),
    services: [...domain.services],
    trustee_roles: [],
    nameservers: [...nameserversOf(domain)],
    autorenew: {
      href: `${domainHref(base, domain.fqdn)}/autorenew`,
      enabled,
      duration,
      org_id: organizationId,
      dates: autorenewInstants(domain.expiresAt).map(iso),
    },
    sharing_id: domain.customerId ?? domain.organizationId,
    sharing_space: sharingSpace(world, domain),
    contacts: contactsOn(style, domain),
    dates: detailDates(domain),
  };
}

export function organizationOn(style: Style, organization: Organization): WireOrganization {
  const { id, name, type, firstname, lastname, orgname, email, reseller } = organization;
  const wireType = typeOn(style, type);
  return {
    id,
    name,
    type: wireType,
    firstname,
    lastname,
    ...(orgname !== undefined && { orgname }),
    email,
    reseller,
    corporate: false,
  };
}

export function organizationDetail(style: Style, organization: Organization): WireOrganization {
  const { streetaddr, zip, city, state, country, phone } = organization;
  const vat = organization.reseller ? { vat_number: 'FR00000000000', siren: '000000000' } : undefined;
  return { ...organizationOn(style, organization), streetaddr, zip, city, state, country, phone, ...vat };
}

export function customerRow(style: Style, customer: Customer): CustomerRow {
  const { id, firstname, lastname, email, type, orgname } = customer;
  const name = customerName(customer);
  return { id, name, firstname, lastname, email, type: typeOn(style, type), ...(orgname !== undefined && { orgname }) };
}

export function customerDetail(style: Style, customer: Customer): WireCustomer {
  const { organizationId: _organization, ...fields } = customer;
  return { ...fields, name: customerName(customer), type: typeOn(style, customer.type) };
}

export function userInfo(user: User, id: string): UserInfo {
  return { ...user, id, name: `${user.firstname} ${user.lastname}` };
}

export function tldDetail(base: string, tld: Tld): WireTld {
  return {
    name: tld.name,
    full_tld: tld.name,
    category: tld.category,
    lock: tld.lock,
    change_owner: isSold(tld, 'change_owner'),
    authinfo_for_transfer: tld.authinfo,
    ext_trade: tld.extTrade,
    corporate: false,
    href: `${base}/domain/tlds/${tld.name}`,
  };
}
