// Domains: list rows, detail without its auth code, the auth code alone, and changes that cost nothing (Gandi v5 docs, domain).
import { kindOfHosts } from '../../lib/nameserver-kind.ts';
import type { CallOptions, GandiPort, NameserverKind, Page, UpstreamDomain, UpstreamDomainRow } from '../port.ts';
import type { GandiAnswer, Sender } from '../request.ts';
import type { ContactsPatchBody } from '../wire/contact.ts';
import {
  type AnyAutorenew,
  type AutorenewBody,
  autorenewEnabled,
  type DomainDetail,
  type DomainRow,
  domainDetailSchema,
  domainListSchema,
  type NameserversBody,
} from '../wire/domain.ts';
import { contactBody, contactName, contactsFrom } from './contacts.ts';
import { pageOf } from './paging.ts';
import { read } from './reply.ts';
import { aLabel, flag, instant, nameSegment, query, text, whole } from './values.ts';

function tldOf(name: string, told: string | null | undefined): string {
  return text(told)?.toLowerCase() ?? name.slice(name.indexOf('.') + 1);
}

const KINDS: Readonly<Record<string, NameserverKind>> = { livedns: 'LIVEDNS', abc: 'CLASSIC', classic: 'CLASSIC' };

function kindFrom(current: string | null | undefined): NameserverKind | null {
  return current ? (KINDS[current] ?? 'OTHER') : null;
}

const isOn = (autorenew: AnyAutorenew | null | undefined): boolean =>
  autorenew === null || autorenew === undefined ? false : autorenewEnabled(autorenew);

function common(wire: DomainRow | DomainDetail) {
  const name = aLabel(wire.fqdn);
  return {
    name,
    unicodeName: text(wire.fqdn_unicode) ?? name,
    gandiId: wire.id,
    tld: tldOf(name, wire.tld),
    eppStatuses: wire.status,
    tags: wire.tags ?? [],
    autoRenew: isOn(wire.autorenew),
    createdAt: instant(wire.dates.created_at),
    registryCreatedAt: instant(wire.dates.registry_created_at),
    expiresAt: instant(wire.dates.registry_ends_at),
    updatedAt: instant(wire.dates.updated_at),
  };
}

export function domainRowFrom(wire: DomainRow): UpstreamDomainRow {
  return {
    ...common(wire),
    registrantName: text(wire.domain_owner),
    nameserverKind: kindFrom(wire.nameserver?.current),
    sharingId: text(wire.sharing_id),
  };
}

/** The auth code of the wire shape is left behind here. */
export function domainFrom(wire: DomainDetail): UpstreamDomain {
  const { dates, autorenew, sharing_space: space } = wire;
  const contacts = contactsFrom(wire.contacts);
  const nameservers = wire.nameservers ?? [];
  return {
    ...common(wire),
    registrantName: contacts.registrant ? contactName(contacts.registrant) : null,
    nameserverKind: kindOfHosts(nameservers),
    ownerSpaceId: text(space?.id) ?? text(wire.sharing_id),
    resellerId: text(space?.sharing_space?.id),
    canTransferLock: flag(wire.can_tld_lock),
    contacts,
    nameservers,
    services: wire.services ?? [],
    reachability: text(wire.reachability),
    autoRenewal:
      typeof autorenew === 'object' && autorenew !== null
        ? {
            enabled: autorenew.enabled,
            durationYears: whole(autorenew.duration),
            payerId: text(autorenew.org_id),
            attemptsAt: (autorenew.dates ?? []).map(instant).filter((at) => at !== null),
          }
        : null,
    dates: {
      renewBeginsAt: instant(dates.renew_begins_at),
      renewEndsAt: instant(dates.renew_ends_at),
      holdBeginsAt: instant(dates.hold_begins_at),
      holdEndsAt: instant(dates.hold_ends_at),
      deletesAt: instant(dates.deletes_at),
      restoreEndsAt: instant(dates.restore_ends_at),
      pendingDeleteEndsAt: instant(dates.pending_delete_ends_at),
      authCodeExpiresAt: instant(dates.authinfo_expires_at),
    },
  };
}

export function domainEndpoints(sender: Sender) {
  const under = (name: string, rest: string) => `/domain/domains/${nameSegment(name)}${rest}`;
  const detail = (name: string, call: CallOptions): Promise<GandiAnswer> =>
    sender.send({ method: 'GET', path: under(name, ''), effect: 'read' }, call);
  return {
    async domains(
      asked: { organizationId?: string; clientId?: string; page: number; perPage: number },
      call: CallOptions,
    ): Promise<Page<UpstreamDomainRow>> {
      const { organizationId, clientId, page, perPage } = asked;
      const filters = query({ sharing_id: organizationId, resellee_id: clientId, page, per_page: perPage });
      const answer = await sender.send(
        { method: 'GET', path: '/domain/domains', query: filters, effect: 'read' },
        call,
      );
      const rows = read(answer, domainListSchema, (wire) => wire.map(domainRowFrom));
      const isFiltered = organizationId !== undefined || clientId !== undefined;
      return pageOf(rows, answer, { page, perPage, isFiltered });
    },

    domain: async (name: string, call: CallOptions): Promise<UpstreamDomain> =>
      read(await detail(name, call), domainDetailSchema, domainFrom),

    authCode: async (name: string, call: CallOptions) =>
      read(await detail(name, call), domainDetailSchema, (wire) => ({
        code: text(wire.authinfo),
        expiresAt: instant(wire.dates.authinfo_expires_at),
      })),

    async setTransferLock(name: string, locked: boolean, call: CallOptions): Promise<void> {
      const path = under(name, '/status');
      const body = { clientTransferProhibited: locked };
      await sender.send({ method: 'PATCH', path, body, effect: 'write' }, call);
    },

    async setAutoRenew(change: Parameters<GandiPort['setAutoRenew']>[0], call: CallOptions): Promise<void> {
      const { name, enabled, years, payerId } = change;
      const body: AutorenewBody = {
        enabled,
        ...(years !== undefined && { duration: years }),
        ...(payerId !== undefined && { org_id: payerId }),
      };
      await sender.send({ method: 'PATCH', path: under(name, '/autorenew'), body, effect: 'write' }, call);
    },

    async setNameservers(name: string, nameservers: readonly string[], call: CallOptions): Promise<void> {
      const body: NameserversBody = { nameservers: nameservers.map(aLabel) };
      await sender.send({ method: 'PUT', path: under(name, '/nameservers'), body, effect: 'write' }, call);
    },

    async setContacts(
      name: string,
      { admin, tech, billing }: Parameters<GandiPort['setContacts']>[1],
      call: CallOptions,
    ): Promise<void> {
      const body: ContactsPatchBody = {
        ...(admin && { admin: contactBody(admin) }),
        ...(tech && { tech: contactBody(tech) }),
        ...(billing && { bill: contactBody(billing) }),
      };
      await sender.send({ method: 'PATCH', path: under(name, '/contacts'), body, effect: 'write' }, call);
    },

    async regenerateAuthCode(name: string, call: CallOptions): Promise<void> {
      await sender.send({ method: 'PUT', path: under(name, '/authinfo'), effect: 'write' }, call);
    },

    async deleteDomain(name: string, call: CallOptions): Promise<void> {
      await sender.send({ method: 'DELETE', path: under(name, ''), effect: 'write' }, call);
    },
  };
}
