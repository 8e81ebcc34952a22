// A Gandi in memory that renews by itself: at its attempt dates, when auto-renewal is on and the account suffices, to the cent. Also sells renewals.
import type { Clock } from '../../src/lib/clock.ts';
import type { Money } from '../../src/lib/money.ts';
import { termAfter } from '../../src/services/renewals-procedure.ts';
import { UpstreamError } from '../../src/upstream/errors.ts';
import type { CallOptions, GandiPort, UpstreamDomain, UpstreamDomainRow } from '../../src/upstream/port.ts';
import { createFakeGandi, fakeClient, fakeOrganization } from './fake-gandi.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Days before the expiry, as in Gandi's documented example. */
export const ATTEMPT_DAYS = [31, 15, 1] as const;

export const attemptsBefore = (expiresAt: number): number[] => ATTEMPT_DAYS.map((days) => expiresAt - days * DAY_MS);

export interface PortfolioDomain {
  readonly name: string;
  /** null = the reseller's own. */
  readonly clientId: string | null;
  readonly expiresAt: number;
  /** Default: on. */
  readonly autoRenew?: boolean;
  readonly tags?: readonly string[];
  readonly years?: number;
  readonly payerId?: string;
}

/** A renewal that Gandi charged, by itself or ordered. */
export interface Renewed {
  readonly name: string;
  readonly at: number;
  readonly by: 'ATTEMPT' | 'ORDER';
  /** End of the term that was over. */
  readonly termEndedAt: number;
  readonly cost: number;
}

/** What becomes of one write: done, done and unanswered, never there and unanswered, or refused. */
export type Fate = 'taken' | 'taken-unanswered' | 'lost' | UpstreamError;

interface State {
  readonly domain: PortfolioDomain;
  expiresAt: number;
  autoRenew: boolean;
}

export type RenewingGandi = ReturnType<typeof createRenewingGandi>;

export function createRenewingGandi(
  clock: Clock,
  {
    domains,
    priceOf = () => 1_200,
    balance = 100_000_000,
    threshold = null,
  }: {
    readonly domains: readonly PortfolioDomain[];
    /** Minor units for a year, by name; the price list shows that of each extension. */
    readonly priceOf?: (name: string) => number;
    readonly balance?: number;
    readonly threshold?: number | null;
  },
) {
  const clientIds = [...new Set(domains.flatMap(({ clientId }) => clientId ?? []))];
  const fake = createFakeGandi({
    user: null,
    organizations: [fakeOrganization('reseller', true)],
    clients: clientIds.map((id) => ({ organizationId: 'reseller', client: fakeClient(id) })),
    domains: domains.map(({ name, clientId, tags = [] }) => ({ name, clientId, tags, organizationId: 'reseller' })),
    rowSharingIds: true,
    totalOfDomains: undefined,
  });
  const states = new Map<string, State>(
    domains.map((domain) => [
      domain.name,
      { domain, expiresAt: domain.expiresAt, autoRenew: domain.autoRenew ?? true },
    ]),
  );
  const account = { balance, threshold };
  /** Attempts by the hour they fall in. */
  const agenda = new Map<number, { at: number; name: string; termEndsAt: number }[]>();
  const renewed: Renewed[] = [];
  const failed: { readonly name: string; readonly at: number }[] = [];
  const switches: { readonly name: string; readonly enabled: boolean; readonly at: number }[] = [];
  const sent: string[] = [];
  const fates = { switch: [] as Fate[], renew: [] as Fate[] };
  const shown = { attempts: true as boolean | 'WHEN_ON', prices: priceOf, renewalMs: 0 };
  let livedTo = clock.now();

  const eur = (minor: number): Money => ({ minor, currency: 'EUR' });
  const stateOf = (name: string): State => {
    const state = states.get(name);
    if (state === undefined) throw new UpstreamError('gone', { kind: 'not-found', endpoint: 'GET', status: 404 });
    return state;
  };
  const plan = (name: string): void => {
    const { expiresAt } = stateOf(name);
    for (const at of attemptsBefore(expiresAt)) {
      const hour = Math.floor(at / HOUR_MS);
      const entries = agenda.get(hour) ?? [];
      entries.push({ at, name, termEndsAt: expiresAt });
      agenda.set(hour, entries);
    }
  };
  for (const { name } of domains) plan(name);

  const pay = (name: string, years: number, by: Renewed['by'], at: number): boolean => {
    const state = stateOf(name);
    const cost = shown.prices(name) * years;
    const isOurs = (state.domain.payerId ?? 'reseller') === 'reseller';
    if (isOurs && cost > account.balance) return false;
    if (isOurs) account.balance -= cost;
    renewed.push({ name, at, by, termEndedAt: state.expiresAt, cost });
    state.expiresAt = termAfter(state.expiresAt, years);
    plan(name);
    return true;
  };
  /** Gandi's own time goes on to now. */
  const live = (): void => {
    const now = clock.now();
    for (let hour = Math.floor(livedTo / HOUR_MS); hour <= Math.floor(now / HOUR_MS); hour++) {
      const entries = (agenda.get(hour) ?? []).filter(({ at }) => at > livedTo && at <= now);
      for (const { at, name, termEndsAt } of entries.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))) {
        const state = states.get(name);
        if (state === undefined || !state.autoRenew || state.expiresAt !== termEndsAt) continue;
        if (!pay(name, state.domain.years ?? 1, 'ATTEMPT', at)) failed.push({ name, at });
      }
      if ((hour + 1) * HOUR_MS <= now) agenda.delete(hour);
    }
    livedTo = now;
  };

  const rowOf = <Row extends UpstreamDomainRow | UpstreamDomain>(row: Row): Row => {
    const { autoRenew, expiresAt } = stateOf(row.name);
    return { ...row, autoRenew, expiresAt };
  };
  const write = async <T>(kind: keyof typeof fates, what: string, call: CallOptions, effect: () => T): Promise<T> => {
    call.beforeSending?.();
    call.signal?.throwIfAborted();
    sent.push(what);
    if (call.meter) call.meter.made += 1;
    await null;
    const fate = fates[kind].shift() ?? 'taken';
    if (fate instanceof UpstreamError) throw fate;
    const unanswered = () => new UpstreamError('lost', { kind: 'timeout', endpoint: 'PATCH', ambiguous: true });
    if (fate === 'lost') throw unanswered();
    const result = effect();
    if (fate === 'taken-unanswered') throw unanswered();
    return result;
  };

  const port: GandiPort = {
    ...fake.port,
    async domains(query, call) {
      live();
      const page = await fake.port.domains(query, call);
      return { ...page, items: page.items.map(rowOf) };
    },
    async domain(name, call) {
      live();
      stateOf(name);
      const detail = await fake.port.domain(name, call);
      const { autoRenew, expiresAt, domain } = stateOf(name);
      const isTold = shown.attempts === 'WHEN_ON' ? autoRenew : shown.attempts;
      const autoRenewal = {
        enabled: autoRenew,
        durationYears: domain.years ?? 1,
        payerId: domain.payerId ?? 'reseller',
        attemptsAt: isTold ? attemptsBefore(expiresAt) : [],
      };
      return { ...rowOf(detail), autoRenewal };
    },
    async setAutoRenew({ name, enabled }, call) {
      live();
      return write('switch', `switch:${name}:${enabled ? 'on' : 'off'}`, call, () => {
        stateOf(name).autoRenew = enabled;
        switches.push({ name, enabled, at: clock.now() });
      });
    },
    async prices({ processes }, call) {
      sent.push('prices');
      if (call.meter) call.meter.made += 1;
      const tlds = new Map(domains.map(({ name }) => [name.slice(name.lastIndexOf('.') + 1), name]));
      return [...tlds].flatMap(([tld, name]) =>
        processes.map((process) => {
          const afterTaxes = eur(shown.prices(name));
          const price = { minYears: 1, maxYears: 9, beforeTaxes: afterTaxes, afterTaxes };
          const plain = { normalBeforeTaxes: null, normalAfterTaxes: null, isDiscounted: false, isPremium: false };
          return { tld, process, prices: [{ ...price, ...plain }] };
        }),
      );
    },
    async billing(organizationId, call) {
      live();
      sent.push(`billing:${organizationId}`);
      if (call.meter) call.meter.made += 1;
      const warningThreshold = account.threshold === null ? null : eur(account.threshold);
      return { grid: 'A', prepaid: { balance: eur(account.balance), warningThreshold } };
    },
    async availability({ name, processes }) {
      sent.push(`check:${name}`);
      return processes.map((process) => ({ name, process, status: 'unavailable', prices: [] }));
    },
    async renewalOptions() {
      return { beginsAt: null, endsAt: null, durationsYears: [1, 2, 3, 4, 5, 6, 7, 8, 9], isProhibited: false };
    },
    dryRunRenewal: async () => ({ problems: [], warning: null }),
    async renew({ name, years }, call) {
      live();
      return write('renew', `renew:${name}:${years}`, call, () => {
        const problem = new UpstreamError('no money', { kind: 'conflict', endpoint: 'POST', status: 409 });
        if (!pay(name, years, 'ORDER', clock.now())) throw problem;
      });
    },
  };

  return {
    port,
    fake,
    account,
    /** Whether details tell the dates of the attempts, and what a year costs, by name: to be changed by the test. */
    shown,
    /** What Gandi charged, in order. */
    renewed,
    /** Attempts that the account could not pay. */
    failed,
    /** What was switched through the API, in order. */
    switches,
    sent,
    live,
    stateOf,
    names: () => [...states.keys()],
    isOn: (name: string) => stateOf(name).autoRenew,
    expiresAt: (name: string) => stateOf(name).expiresAt,
    /** Somebody switches it elsewhere, such as on Gandi's site. */
    switchElsewhere(name: string, enabled: boolean) {
      stateOf(name).autoRenew = enabled;
    },
    /** What becomes of the next writes, in order. */
    willBe: (kind: keyof typeof fates, ...next: Fate[]) => void fates[kind].push(...next),
    switchesOf: (name: string) => switches.filter((one) => one.name === name).map(({ enabled }) => enabled),
    sentOf: (kind: string) => sent.filter((what) => what.startsWith(`${kind}:`)),
    clear() {
      sent.splice(0);
      fake.clearCalls();
    },
  };
}
