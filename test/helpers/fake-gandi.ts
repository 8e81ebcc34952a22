// A Gandi in memory behind the port: a portfolio to read, a log of calls, failures and held calls on demand. No HTTP, no budget.
import type { Lane } from '../../src/upstream/budget/lanes.ts';
import { UpstreamError, type UpstreamErrorKind } from '../../src/upstream/errors.ts';
import type {
  CallOptions,
  ContactInput,
  GandiPort,
  Page,
  UpstreamClient,
  UpstreamClientRow,
  UpstreamContact,
  UpstreamDomain,
  UpstreamDomainRow,
  UpstreamOrganization,
  UpstreamUser,
} from '../../src/upstream/port.ts';

/** One domain of the portfolio, as a test thinks of it. */
export interface FakeDomain {
  readonly name: string;
  readonly organizationId: string;
  readonly clientId: string | null;
  readonly expiresAt?: number;
  eppStatuses?: readonly string[];
  tags?: readonly string[];
  canTransferLock?: boolean;
  /** Not in the list although its detail answers, as in redemption. */
  unlisted?: boolean;
  updatedAt?: number;
  /** What its detail tells otherwise than the default one. */
  detail?: Partial<UpstreamDomain>;
}

export interface FakeWorld {
  user: UpstreamUser | null;
  organizations: UpstreamOrganization[];
  clients: { organizationId: string; client: UpstreamClient }[];
  domains: FakeDomain[];
  /** List rows carry the id of the client or organization. */
  rowSharingIds: boolean;
  /** What the whole domain list says it has in all; null = it does not say. Default: the truth. */
  totalOfDomains: ((truth: number, page: number) => number | null) | undefined;
}

export interface FakeCall {
  /** For example `domains:1`, `domains:client=c1:1`, `domain:example.org`, `clients:reseller:1`, `organizations`. */
  readonly what: string;
  readonly lane: Lane;
  readonly tenant: string;
  /** What a write carried beyond what `what` names. */
  readonly body?: unknown;
}

export interface FakeGandi {
  readonly port: GandiPort;
  readonly world: FakeWorld;
  /** Calls that were sent, in order. */
  readonly calls: readonly FakeCall[];
  /** The `what` of the calls sent, in order. */
  sent(): string[];
  clearCalls(): void;
  /** Calls whose `what` matches fail, `times` times (default always). Returns a function that ends it. */
  fail(match: RegExp, failure: UpstreamError | (() => UpstreamError), times?: number): () => void;
  /** Calls whose `what` matches wait before they are sent, as for a permit, or before they are answered, until released. */
  hold(
    match: RegExp,
    stage: 'before-sending' | 'before-answering',
  ): { readonly waiting: () => FakeCall[]; release(): void };
  /** Runs each time a call was answered, with what it was: to change the world in the middle of a pass. */
  onAnswer(run: (what: string) => void): void;
}

/** A failure of a call as the adapter would throw it. */
export function failure(
  kind: UpstreamErrorKind,
  details: { status?: number; retryAfterMs?: number; endpoint?: string } = {},
): UpstreamError {
  return new UpstreamError(`fake ${kind}`, { endpoint: 'GET /fake', kind, ...details });
}

export function fakeOrganization(id: string, isReseller: boolean): UpstreamOrganization {
  return {
    id,
    name: id,
    type: 'COMPANY',
    companyName: id,
    firstName: null,
    lastName: null,
    email: `${id}@example.net`,
    isReseller,
    isCorporate: false,
    vatNumber: null,
  };
}

export function fakeClient(id: string): UpstreamClient {
  return {
    id,
    name: `Client ${id}`,
    type: 'COMPANY',
    firstName: 'Nia',
    lastName: 'Okafor',
    companyName: `Company ${id}`,
    email: `${id}@example.net`,
    address: { street: '1 Test Way', zip: '00100', city: 'Helsinki', country: 'FI', region: null },
    phone: '+358.401234567',
    fax: null,
    reference: `REF-${id}`,
    language: 'en',
  };
}

/** `domains` domains called d0000.example …, dealt in turn to `clients` clients c00, c01 … of one reseller organization called `reseller`. */
export function fakePortfolio(size: { domains: number; clients: number; rowSharingIds?: boolean }): FakeWorld {
  const ids = Array.from({ length: size.clients }, (_, index) => `c${String(index).padStart(2, '0')}`);
  return {
    user: { id: 'u1', username: 'nia', name: 'Nia Okafor', email: 'nia@example.net', language: 'en' },
    organizations: [fakeOrganization('reseller', true)],
    clients: ids.map((id) => ({ organizationId: 'reseller', client: fakeClient(id) })),
    domains: Array.from({ length: size.domains }, (_, index) => ({
      name: `d${String(index).padStart(4, '0')}.example`,
      organizationId: 'reseller',
      clientId: ids[index % ids.length] ?? null,
    })),
    rowSharingIds: size.rowSharingIds ?? true,
    totalOfDomains: undefined,
  };
}

/** A contact as the detail shows one that was sent. */
function contactShown(input: ContactInput): UpstreamContact {
  return {
    type: input.type,
    givenName: input.givenName,
    familyName: input.familyName,
    companyName: input.companyName ?? null,
    email: input.email,
    address: {
      street: input.street,
      zip: input.zip ?? null,
      city: input.city ?? null,
      country: input.country,
      region: input.region ?? null,
    },
    phone: input.phone ?? null,
    mobile: null,
    fax: null,
    language: input.language ?? null,
    isDataObfuscated: input.isDataObfuscated ?? null,
    isMailObfuscated: input.isMailObfuscated ?? null,
    sameAsRegistrant: false,
    validation: null,
    reachability: null,
    extraParameters: {},
  };
}

interface Hold {
  readonly match: RegExp;
  readonly stage: 'before-sending' | 'before-answering';
  readonly waiting: Set<FakeCall>;
  readonly released: Promise<void>;
}

export function createFakeGandi(world: FakeWorld): FakeGandi {
  const calls: FakeCall[] = [];
  const failures: { match: RegExp; failure: UpstreamError | (() => UpstreamError); left: number }[] = [];
  const holds = new Set<Hold>();
  const listeners: ((what: string) => void)[] = [];

  const stand = async (call: FakeCall, stage: Hold['stage'], signal: AbortSignal | undefined) => {
    for (const hold of holds) {
      if (hold.stage !== stage || !hold.match.test(call.what)) continue;
      hold.waiting.add(call);
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        await Promise.race([hold.released, aborted.promise]);
      } finally {
        hold.waiting.delete(call);
        signal?.removeEventListener('abort', onAbort);
      }
    }
  };
  const answer = async <T>(
    what: string,
    { lane, tenant, signal, meter }: CallOptions,
    read: () => T,
    body?: unknown,
  ): Promise<T> => {
    const call: FakeCall = { what, lane, tenant, ...(body !== undefined && { body }) };
    signal?.throwIfAborted();
    await stand(call, 'before-sending', signal);
    calls.push(call);
    if (meter) meter.made += 1;
    await stand(call, 'before-answering', signal);
    await null;
    const failing = failures.find((entry) => entry.left > 0 && entry.match.test(what));
    if (failing) {
      failing.left -= 1;
      throw typeof failing.failure === 'function' ? failing.failure() : failing.failure;
    }
    const result = read();
    for (const listener of listeners) listener(what);
    return result;
  };

  const pageOf = <T>(items: readonly T[], page: number, perPage: number, total: number | null): Page<T> => ({
    items: items.slice((page - 1) * perPage, page * perPage),
    total,
    hasNext: page * perPage < items.length,
  });
  const rowOf = ({
    address: _a,
    phone: _p,
    fax: _f,
    reference: _r,
    language: _l,
    ...row
  }: UpstreamClient): UpstreamClientRow => row;
  const domainRow = (domain: FakeDomain): UpstreamDomainRow => ({
    name: domain.name,
    unicodeName: domain.name,
    gandiId: `id-${domain.name}`,
    tld: domain.name.slice(domain.name.lastIndexOf('.') + 1),
    eppStatuses: domain.eppStatuses ?? [],
    tags: domain.tags ?? [],
    autoRenew: false,
    registrantName: domain.clientId,
    nameserverKind: 'LIVEDNS',
    createdAt: null,
    registryCreatedAt: null,
    expiresAt: domain.expiresAt ?? Date.UTC(2031, 0, 1),
    updatedAt: domain.updatedAt ?? null,
    sharingId: world.rowSharingIds ? (domain.clientId ?? domain.organizationId) : null,
  });
  const domainDetail = (domain: FakeDomain): UpstreamDomain => {
    const { sharingId: _sharingId, ...row } = domainRow(domain);
    return {
      ...row,
      ownerSpaceId: domain.clientId ?? domain.organizationId,
      resellerId: domain.clientId === null ? null : domain.organizationId,
      canTransferLock: domain.canTransferLock ?? true,
      contacts: { registrant: null, admin: null, tech: null, billing: null },
      nameservers: ['ns1.example.net'],
      services: ['gandilivedns'],
      reachability: 'done',
      autoRenewal: { enabled: false, durationYears: 1, payerId: domain.organizationId, attemptsAt: [] },
      dates: {
        renewBeginsAt: null,
        renewEndsAt: null,
        holdBeginsAt: null,
        holdEndsAt: null,
        deletesAt: null,
        restoreEndsAt: null,
        pendingDeleteEndsAt: null,
        authCodeExpiresAt: null,
      },
      ...domain.detail,
    };
  };
  /** What a change of settings makes of the detail. */
  const change = (name: string, changed: (now: UpstreamDomain) => Partial<UpstreamDomain>): void => {
    const domain = findDomain(name);
    domain.detail = { ...domain.detail, ...changed(domainDetail(domain)) };
    domain.updatedAt = (domain.updatedAt ?? 0) + 1_000;
  };
  const found = <T>(value: T | undefined): T => {
    if (value === undefined) throw failure('not-found', { status: 404 });
    return value;
  };
  const findDomain = (name: string) => found(world.domains.find((domain) => domain.name === name));
  const findClient = (organizationId: string, id: string) =>
    found(world.clients.find((entry) => entry.organizationId === organizationId && entry.client.id === id)).client;
  const notFaked = (): never => {
    throw new Error('The fake Gandi does not do this.');
  };

  const port: GandiPort = {
    name: 'v5',
    capabilities: [],
    operationsPerCall: 1,
    user: (call) =>
      answer('user', call, () => {
        if (world.user === null) throw failure('forbidden', { status: 403 });
        return world.user;
      }),
    organizations: (call) => answer('organizations', call, () => [...world.organizations]),
    clients: ({ organizationId, page, perPage }, call) =>
      answer(`clients:${organizationId}:${page}`, call, () => {
        const rows = world.clients.filter((entry) => entry.organizationId === organizationId);
        return pageOf(
          rows.map((entry) => rowOf(entry.client)),
          page,
          perPage,
          rows.length,
        );
      }),
    client: (organizationId, clientId, call) =>
      answer(`client:${organizationId}:${clientId}`, call, () => findClient(organizationId, clientId)),
    createClient: notFaked,
    updateClient: notFaked,
    deleteClient: notFaked,
    domains: ({ organizationId, clientId, page, perPage }, call) => {
      const scope = `${organizationId === undefined ? '' : `org=${organizationId}:`}${clientId === undefined ? '' : `client=${clientId}:`}`;
      return answer(`domains:${scope}${page}`, call, () => {
        const listed = world.domains.filter(
          (domain) =>
            !domain.unlisted &&
            (organizationId === undefined || domain.organizationId === organizationId) &&
            (clientId === undefined || domain.clientId === clientId),
        );
        const rows = listed.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(domainRow);
        const isWhole = scope === '';
        const total = isWhole && world.totalOfDomains ? world.totalOfDomains(rows.length, page) : rows.length;
        return pageOf(rows, page, perPage, total);
      });
    },
    domain: (name, call) => answer(`domain:${name}`, call, () => domainDetail(findDomain(name))),
    authCode: notFaked,
    setTransferLock: (name, locked, call) =>
      answer(`lock:${name}:${locked}`, call, () => {
        const domain = findDomain(name);
        const others = (domain.eppStatuses ?? []).filter((status) => status !== 'clientTransferProhibited');
        domain.eppStatuses = locked ? [...others, 'clientTransferProhibited'] : others;
      }),
    availability: notFaked,
    prices: notFaked,
    tlds: notFaked,
    tld: notFaked,
    billing: notFaked,
    transferability: notFaked,
    dryRunTransfer: notFaked,
    requestTransfer: notFaked,
    transfer: notFaked,
    relaunchTransfer: notFaked,
    updateTransferAuthCode: notFaked,
    resendTransferApproval: notFaked,
    dryRunRegistration: notFaked,
    register: notFaked,
    registration: notFaked,
    renewalOptions: notFaked,
    dryRunRenewal: notFaked,
    renew: notFaked,
    isRestorable: notFaked,
    restore: notFaked,
    deleteDomain: notFaked,
    dryRunRegistrantChange: notFaked,
    changeRegistrant: notFaked,
    registrantChange: notFaked,
    resendRegistrantChangeApproval: notFaked,
    setAutoRenew: ({ name, ...body }, call) =>
      answer(
        `autorenew:${name}`,
        call,
        () =>
          change(name, ({ autoRenewal }) => ({
            autoRenew: body.enabled,
            autoRenewal: {
              payerId: body.payerId ?? autoRenewal?.payerId ?? null,
              enabled: body.enabled,
              durationYears: body.years ?? autoRenewal?.durationYears ?? null,
              attemptsAt: autoRenewal?.attemptsAt ?? [],
            },
          })),
        body,
      ),
    setNameservers: (name, nameservers, call) =>
      answer(
        `nameservers:${name}`,
        call,
        () => change(name, () => ({ nameservers: nameservers.toReversed() })),
        nameservers,
      ),
    setContacts: (name, contacts, call) =>
      answer(
        `contacts:${name}`,
        call,
        () =>
          change(name, (now) => ({
            contacts: {
              ...now.contacts,
              ...(contacts.admin && { admin: contactShown(contacts.admin) }),
              ...(contacts.tech && { tech: contactShown(contacts.tech) }),
              ...(contacts.billing && { billing: contactShown(contacts.billing) }),
            },
          })),
        contacts,
      ),
    regenerateAuthCode: (name, call) =>
      answer(`authinfo:${name}`, call, () =>
        change(name, ({ dates }) => ({
          dates: { ...dates, authCodeExpiresAt: (dates.authCodeExpiresAt ?? Date.UTC(2030, 1, 1)) + 86_400_000 },
        })),
      ),
  };

  return {
    port,
    world,
    calls,
    sent: () => calls.map((call) => call.what),
    clearCalls: () => void calls.splice(0),
    fail(match, thrown, times = Number.POSITIVE_INFINITY) {
      const entry = { match, failure: thrown, left: times };
      failures.push(entry);
      return () => {
        entry.left = 0;
      };
    },
    hold(match, stage) {
      const gate = Promise.withResolvers<void>();
      const hold: Hold = { match, stage, waiting: new Set(), released: gate.promise };
      holds.add(hold);
      return {
        waiting: () => [...hold.waiting],
        release() {
          holds.delete(hold);
          gate.resolve();
        },
      };
    },
    onAnswer: (run) => void listeners.push(run),
  };
}
