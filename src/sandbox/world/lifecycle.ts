// A domain's life as dates and statuses, and what happens to it when nobody does anything.
import type { DomainDates } from '../../upstream/wire/domain.ts';
import type { SandboxClock } from '../clock.ts';
import { day } from '../options.ts';
import type { Estate } from './estate.ts';
import type { Ledger } from './ledger.ts';
import type { PriceBook } from './prices.ts';
import { type Domain, nameOf, type Organization } from './records.ts';

export type Stage = 'active' | 'hold' | 'redemption' | 'pendingDelete' | 'gone';

export interface LifeDates {
  readonly holdEndsAt: number;
  /** When the domain leaves the account's list. */
  readonly deletesAt: number;
  readonly restoreEndsAt: number;
  readonly pendingDeleteEndsAt: number;
}

const hour = 3_600_000;
/** Days before the expiry at which auto-renewal tries, from the documented example of `autorenew.dates`. */
const autorenewLeadDays = [31, 15, 1] as const;

export function lifeDates({ expiresAt, tld }: Pick<Domain, 'expiresAt' | 'tld'>): LifeDates {
  const holdEndsAt = expiresAt + tld.holdDays * day;
  const restoreEndsAt = holdEndsAt + tld.redemptionDays * day;
  return {
    holdEndsAt,
    deletesAt: tld.holdDays > 0 ? holdEndsAt - 7 * hour : expiresAt,
    restoreEndsAt,
    pendingDeleteEndsAt: restoreEndsAt + tld.pendingDeleteDays * day,
  };
}

export function stageOf(domain: Domain, now: number): Stage {
  const dates = lifeDates(domain);
  if (now < domain.expiresAt) return 'active';
  if (now < dates.deletesAt) return 'hold';
  if (now < dates.restoreEndsAt) return 'redemption';
  return now < dates.pendingDeleteEndsAt ? 'pendingDelete' : 'gone';
}

/** EPP codes as of `now`; a domain on hold after its expiry does not resolve. */
export function statusesOf(domain: Domain, now: number): string[] {
  const statuses = [...domain.extraStatuses];
  if (domain.locked) statuses.unshift('clientTransferProhibited');
  if (now >= domain.expiresAt && !statuses.includes('clientHold')) statuses.push('clientHold');
  if (domain.departsAt !== undefined) statuses.push('pendingTransfer');
  if (domain.beingDeleted) statuses.push('pendingDelete');
  return statuses;
}

/** When auto-renewal tries: whole seconds, as detail shows them. */
export const autorenewInstants = (expiresAt: number): number[] =>
  autorenewLeadDays.map((days) => Math.floor((expiresAt - days * day - hour) / 1000) * 1000);

/** The same day and time `years` later; 29 February becomes 1 March in a common year. */
export function addYears(instant: number, years: number): number {
  const date = new Date(instant);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.getTime();
}

export const iso = (instant: number): string => `${new Date(instant).toISOString().slice(0, 19)}Z`;

/** All dates, as detail shows them. */
export function detailDates(domain: Domain): DomainDates {
  const dates = lifeDates(domain);
  return {
    created_at: iso(domain.createdAt),
    registry_created_at: iso(domain.registeredAt),
    registry_ends_at: iso(domain.expiresAt),
    updated_at: iso(domain.updatedAt),
    renew_begins_at: '2012-01-01T00:00:00Z',
    hold_begins_at: iso(domain.expiresAt),
    hold_ends_at: iso(dates.holdEndsAt),
    deletes_at: iso(dates.deletesAt),
    restore_ends_at: iso(dates.restoreEndsAt),
    pending_delete_ends_at: iso(dates.pendingDeleteEndsAt),
    ...(domain.authCodeExpiresAt !== undefined && { authinfo_expires_at: iso(domain.authCodeExpiresAt) }),
  };
}

/** The latest expiry a registry accepts: ten years ahead, less where it sells single years. */
const latestExpiry = ({ tld }: Domain, now: number): number => addYears(now, Math.max(2, tld.maxYears));

/** Years that a renewal could add now. */
export function renewableYears(domain: Domain, now: number): number[] {
  const most = domain.tld.maxYears === 1 ? 1 : 9;
  const years = Array.from({ length: most }, (_, index) => index + 1);
  return years.filter((count) => addYears(domain.expiresAt, count) <= latestExpiry(domain, now));
}

/** Why the domain cannot be renewed at all now; undefined when it can. */
export function renewalObstacle(domain: Domain, now: number): string | undefined {
  if (domain.departsAt !== undefined) return 'a transfer to another registrar is under way';
  if (domain.beingDeleted) return 'the domain is being deleted';
  const prohibiting = domain.extraStatuses.find((status) => /^(client|server)RenewProhibited$/.test(status));
  if (prohibiting !== undefined) return `the domain is in status ${prohibiting}`;
  if (!['active', 'hold'].includes(stageOf(domain, now))) return 'the time for renewals is over';
  return renewableYears(domain, now).length === 0 ? 'the expiry is already as far ahead as it can be' : undefined;
}

export interface Lifecycle {
  /** Schedules the domain's next change; call it again after anything that moves its dates or its auto-renewal. */
  follow(domain: Domain): void;
  /** Moves the expiry by whole years. A registration that was renewed cannot be taken back any more. */
  extend(domain: Domain, years: number): void;
}

export function createLifecycle(deps: {
  clock: SandboxClock;
  estate: Estate;
  ledger: Ledger;
  prices: PriceBook;
  organization(id: string): Organization | undefined;
  /** Nobody holds the name any more. */
  freed(domain: Domain): void;
}): Lifecycle {
  const { clock, estate, ledger, prices } = deps;

  function nextInstant(domain: Domain, after: number): number | undefined {
    const dates = lifeDates(domain);
    const instants = [dates.deletesAt, dates.pendingDeleteEndsAt];
    if (domain.departsAt !== undefined) instants.push(domain.departsAt);
    else if (domain.autorenew.enabled) instants.push(...autorenewInstants(domain.expiresAt));
    let next: number | undefined;
    for (const instant of instants) if (instant > after && (next === undefined || instant < next)) next = instant;
    return next;
  }

  function renewIfAsked(domain: Domain, now: number): void {
    const { enabled, duration, organizationId } = domain.autorenew;
    if (!enabled || !autorenewInstants(domain.expiresAt).includes(now)) return;
    const { fqdn } = domain;
    const { tld, label } = nameOf(domain);
    const { grid = 'A' } = deps.organization(organizationId) ?? {};
    const { afterTaxesCents } = prices.quote({ tld, process: 'renew', years: duration, grid, label });
    const purchase = { organizationId, amountCents: afterTaxesCents, process: 'renew', fqdn, automatic: true } as const;
    const renewed = renewalObstacle(domain, now) === undefined && ledger.debit(purchase, now);
    domain.autorenewTries = [...domain.autorenewTries, { at: now, renewed }];
    if (renewed) prolong(domain, duration, now);
  }

  function prolong(domain: Domain, years: number, now: number): void {
    domain.expiresAt = addYears(domain.expiresAt, years);
    domain.addGrace = undefined;
    estate.touch(domain, now);
  }

  function live(domain: Domain): void {
    const now = clock.now();
    const departed = domain.departsAt !== undefined && domain.departsAt <= now;
    renewIfAsked(domain, now);
    const stage = stageOf(domain, now);
    if (departed || stage === 'gone') {
      estate.remove(domain);
      if (!departed) deps.freed(domain);
      return;
    }
    if (stage === 'redemption' || stage === 'pendingDelete') estate.unlist(domain);
    schedule(domain, now);
  }

  function schedule(domain: Domain, now: number): void {
    domain.nextStep?.cancel();
    const next = nextInstant(domain, now);
    domain.nextStep = next === undefined ? undefined : clock.at(next, () => live(domain));
  }

  return {
    follow: (domain) => schedule(domain, clock.now()),
    extend(domain, years) {
      prolong(domain, years, clock.now());
      schedule(domain, clock.now());
    },
  };
}
