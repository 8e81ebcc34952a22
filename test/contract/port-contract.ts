// What any adapter behind GandiPort must do, whatever protocol it speaks: run against the sandbox, and its reads against Gandi itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpstreamError } from '../../src/upstream/errors.ts';
import type {
  CallOptions,
  ClientInput,
  GandiPort,
  Page,
  TransferRequest,
  UpstreamDomainRow,
} from '../../src/upstream/port.ts';
import { upstreamError } from '../helpers/gandi-v5.ts';

/** One call as the far side saw it. */
export interface SeenCall {
  readonly method: string;
  readonly path: string;
}

/** What a far side that we control can be made to do. */
export interface FarSide {
  /** Calls seen so far. */
  calls(): readonly SeenCall[];
  /** Calls that came although the limit was used up. */
  overLimit(): number;
  /** The next call of this kind is answered with a status, or loses its answer after its effect. */
  fail(rule: {
    method: string;
    path: string;
    status?: number;
    html?: boolean;
    retryAfterSeconds?: number;
    loseAnswer?: boolean;
    times?: number;
  }): void;
  /** Moves the far side's own time. */
  advance(ms: number): void;
}

export interface PortUnderTest {
  readonly port: GandiPort;
  call(more?: Partial<CallOptions>): CallOptions & { readonly meter: NonNullable<CallOptions['meter']> };
  /** Waits, letting time pass where time is not the machine's. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** null: a real account, where only reads are run. */
  readonly farSide: FarSide | null;
  close(): Promise<void>;
}

async function everyPage<T>(page: (number: number) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let number = 1; ; number++) {
    const { items: more, hasNext } = await page(number);
    items.push(...more);
    if (!hasNext) return items;
  }
}

/** Declares the suite for one adapter. */
export function describePort(name: string, make: () => Promise<PortUnderTest>): void {
  describe(`reads: ${name}`, () => describeReads(make));
}

/** Declares the part that changes things and breaks things: only for a far side that we control. */
export function describePortWrites(name: string, make: () => Promise<PortUnderTest & { farSide: FarSide }>): void {
  describe(`writes: ${name}`, () => describeWrites(make));
  describe(`faults: ${name}`, () => describeFaults(make));
}

function describeReads(make: () => Promise<PortUnderTest>): void {
  let env: PortUnderTest;
  let organizationId: string;
  let rows: readonly UpstreamDomainRow[];
  const ask = <T>(question: (port: GandiPort, call: CallOptions) => Promise<T>) =>
    env.settle(question(env.port, env.call({ maxWaitMs: 120_000 })));

  beforeAll(async () => {
    env = await make();
    const organizations = await ask((port, call) => port.organizations(call));
    const organization = organizations.find(({ isReseller }) => isReseller) ?? organizations[0];
    if (!organization) throw new Error('the credential sees no organization');
    organizationId = organization.id;
    rows = (await ask((port, call) => port.domains({ organizationId, page: 1, perPage: 50 }, call))).items;
  });
  afterAll(() => env.close());

  const subject = (): UpstreamDomainRow => {
    const row = rows[0];
    if (!row) throw new Error('the organization has no domain');
    return row;
  };

  /** A real account may lack it; the one we set up must not. */
  const mayBeMissing = (what: string): void => {
    if (env.farSide) throw new Error(`the far side has no ${what}`);
  };

  it('tell who the credential belongs to', async () => {
    expect(await ask((port, call) => port.user(call))).toMatchObject({ id: expect.any(String) });
  });

  it('list domains page by page: every one once, as many as was said', async () => {
    const first = await ask((port, call) => port.domains({ organizationId, page: 1, perPage: 50 }, call));
    const all = await everyPage((page) =>
      ask((port, call) => port.domains({ organizationId, page, perPage: 50 }, call)),
    );
    expect(new Set(all.map((row) => row.name)).size).toBe(all.length);
    if (first.total !== null) expect(all).toHaveLength(first.total);
    for (const row of all) {
      expect(row.name).toBe(row.name.toLowerCase());
      expect(row.name).toMatch(/^[a-z0-9.-]+$/);
      expect(row.name.endsWith(`.${row.tld}`)).toBe(true);
    }
  });

  it('give an empty last page past the end', async () => {
    const page = await ask((port, call) => port.domains({ organizationId, page: 9_999, perPage: 50 }, call));
    expect(page).toMatchObject({ items: [], hasNext: false });
  });

  it('give in detail what the list says in short, and who holds it', async () => {
    const domain = await ask((port, call) => port.domain(subject().name, call));
    const { name, unicodeName, gandiId, tld, eppStatuses, expiresAt, registryCreatedAt } = subject();
    expect(domain).toMatchObject({ name, unicodeName, gandiId, tld, eppStatuses, expiresAt, registryCreatedAt });
    expect(domain.ownerSpaceId).toEqual(expect.any(String));
    expect(domain.contacts.registrant?.email).toEqual(expect.any(String));
    expect(domain.nameservers.length).toBeGreaterThan(0);
  });

  it('keep the auth code out of everything but its own answer', async () => {
    for (const { name } of rows.slice(0, 3)) {
      const domain = await ask((port, call) => port.domain(name, call));
      const { code } = await ask((port, call) => port.authCode(name, call));
      if (code !== null) expect(JSON.stringify(domain)).not.toContain(JSON.stringify(code).slice(1, -1));
    }
  });

  it('list clients, each readable with an address', async () => {
    const { items } = await ask((port, call) => port.clients({ organizationId, page: 1, perPage: 5 }, call));
    const client = items[0];
    if (!client) return mayBeMissing('client');
    const detail = await ask((port, call) => port.client(organizationId, client.id, call));
    expect(detail).toMatchObject({ id: client.id, email: client.email });
    expect(detail.address.country).toMatch(/^[A-Z]{2}$/);
  });

  it('list the domains of one client only', async () => {
    const { items } = await ask((port, call) => port.clients({ organizationId, page: 1, perPage: 100 }, call));
    for (const client of items) {
      const query = { organizationId, clientId: client.id, page: 1, perPage: 5 };
      const theirs = (await ask((port, call) => port.domains(query, call))).items[0];
      if (!theirs) continue;
      const detail = await ask((port, call) => port.domain(theirs.name, call));
      expect(detail).toMatchObject({ ownerSpaceId: client.id, resellerId: organizationId });
      return;
    }
    mayBeMissing('client with a domain');
  });

  it('know TLDs, and their prices in exact money', async () => {
    const tlds = await ask((port, call) => port.tlds({ page: 1, perPage: 500 }, call));
    expect(tlds.items).toContainEqual({ name: 'com' });
    expect(await ask((port, call) => port.tld('com', call))).toMatchObject({ name: 'com', category: 'GTLD' });
    const query = { organizationId, tlds: ['com'], currency: 'EUR', processes: ['CREATE', 'TRANSFER'] } as const;
    const prices = await ask((port, call) => port.prices(query, call));
    expect(prices.map(({ tld, process }) => `${tld} ${process}`).sort()).toEqual(['com CREATE', 'com TRANSFER']);
    for (const { prices: offers } of prices) {
      expect(offers[0]?.beforeTaxes.minor).toBeGreaterThan(0);
      expect(Number.isInteger(offers[0]?.afterTaxes.minor)).toBe(true);
      expect(offers[0]?.afterTaxes.currency).toBe('EUR');
    }
  });

  it('say that a name we hold cannot be registered', async () => {
    const query = { name: subject().name, processes: ['CREATE'] as const, organizationId };
    const found = await ask((port, call) => port.availability(query, call));
    expect(found).toMatchObject([{ name: subject().name, process: 'CREATE' }]);
    expect(found[0]?.status).toMatch(/^unavailable/);
  });

  it('tell the balance of the account', async () => {
    const { prepaid } = await ask((port, call) => port.billing(organizationId, call));
    if (prepaid) expect(Number.isInteger(prepaid.balance.minor)).toBe(true);
  });

  it('say "not found" or "forbidden" about a domain that is not ours, and never give one', async () => {
    const error = await upstreamError(ask((port, call) => port.domain('a-name-we-do-not-hold.com', call)));
    expect(['not-found', 'forbidden']).toContain(error.kind);
  });

  it('count what they cost', async () => {
    const call = env.call({ maxWaitMs: 120_000 });
    await env.settle(Promise.all([env.port.user(call), env.port.user(call), env.port.organizations(call)]));
    expect(call.meter).toMatchObject({ made: 2, coalesced: 1 });
  });

  it('never came faster than allowed', () => {
    expect(env.farSide?.overLimit() ?? 0).toBe(0);
  });
}

const person: ClientInput = {
  type: 'COMPANY',
  firstName: 'Ada',
  lastName: 'Olive',
  companyName: 'Olive & Sons',
  email: 'ada@olive.example',
  street: '4 Mill Lane',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '+358.401234567',
  reference: 'ACC-77',
};

interface Subjects {
  readonly organizationId: string;
  readonly clientId: string;
  /** A domain of that client. */
  readonly held: string;
}

async function subjectsOf({ port, call, settle }: PortUnderTest): Promise<Subjects> {
  const organizations = await settle(port.organizations(call()));
  const organizationId = organizations.find(({ isReseller }) => isReseller)?.id ?? '';
  const { items } = await settle(port.domains({ organizationId, page: 1, perPage: 100 }, call()));
  for (const { name, eppStatuses } of items) {
    const domain = await settle(port.domain(name, call({ maxWaitMs: 120_000 })));
    if (domain.resellerId === organizationId && domain.canTransferLock && eppStatuses.length < 2)
      return { organizationId, clientId: domain.ownerSpaceId ?? '', held: name };
  }
  throw new Error('no domain of a client in the portfolio');
}

const transferOf = (
  { organizationId, clientId }: Subjects,
  name: string,
  authCode: string | null,
): TransferRequest => ({
  name,
  payerId: organizationId,
  clientId,
  registrant: {
    type: 'INDIVIDUAL',
    givenName: 'Ada',
    familyName: 'Olive',
    email: 'ada@olive.example',
    street: '4 Mill Lane',
    zip: '00100',
    city: 'Helsinki',
    country: 'FI',
    phone: '+358.401234567',
  },
  authCode,
  years: 1,
  changeRegistrant: false,
});

type Controlled = PortUnderTest & { farSide: FarSide };

function describeWrites(make: () => Promise<Controlled>): void {
  let env: Controlled;
  let subjects: Subjects;
  beforeAll(async () => {
    env = await make();
    subjects = await subjectsOf(env);
  });
  afterAll(() => env.close());
  const ask = <T>(question: (port: GandiPort, call: CallOptions) => Promise<T>) =>
    env.settle(question(env.port, env.call({ lane: 'money', maxWaitMs: 120_000 })));

  it('create a client, change it, and delete it', async () => {
    const { organizationId } = subjects;
    const { id } = await ask((port, call) => port.createClient(organizationId, person, call));
    const read = () => ask((port, call) => port.client(organizationId, id, call));
    expect(await read()).toMatchObject({
      type: 'COMPANY',
      companyName: 'Olive & Sons',
      email: 'ada@olive.example',
      address: { street: '4 Mill Lane', city: 'Helsinki', country: 'FI' },
      reference: 'ACC-77',
    });
    await ask((port, call) => port.updateClient(organizationId, id, { city: 'Turku', reference: 'ACC-78' }, call));
    expect(await read()).toMatchObject({ address: { city: 'Turku', street: '4 Mill Lane' }, reference: 'ACC-78' });
    await ask((port, call) => port.deleteClient(organizationId, id, call));
    expect(await upstreamError(read())).toMatchObject({ kind: 'not-found' });
  });

  it('name the fields of a client that cannot be', async () => {
    const input = { ...person, phone: '12', country: 'Finland' };
    const error = await upstreamError(ask((port, call) => port.createClient(subjects.organizationId, input, call)));
    expect(error).toMatchObject({ kind: 'invalid', status: 400, ambiguous: false });
    expect(error.problems.map(({ field }) => field).sort()).toEqual(['country', 'phone']);
  });

  it('do not delete a client that still holds domains', async () => {
    const { organizationId, clientId } = subjects;
    const error = await upstreamError(ask((port, call) => port.deleteClient(organizationId, clientId, call)));
    expect(error).toMatchObject({ kind: 'conflict', ambiguous: false });
  });

  it('lock and unlock a domain', async () => {
    const isLocked = async () => {
      env.farSide.advance(60_000);
      const { eppStatuses } = await ask((port, call) => port.domain(subjects.held, call));
      return eppStatuses.includes('clientTransferProhibited');
    };
    for (const locked of [true, false]) {
      await ask((port, call) => port.setTransferLock(subjects.held, locked, call));
      expect(await isLocked()).toBe(locked);
    }
  });

  it('say beforehand whether a name can be transferred', async () => {
    const check = (name: string, code: string | null) => ask((port, call) => port.transferability(name, code, call));
    expect(await check('contract-a.com', 'right-code')).toMatchObject({ available: true, message: null });
    expect(await check('contract-a.com', 'wrong-code')).toMatchObject({ available: false });
    expect((await check('locked-contract.com', null)).message).toEqual(expect.any(String));
  });

  it('try a transfer dry: problems when there are some, and nothing is ordered', async () => {
    const dry = (request: TransferRequest) => ask((port, call) => port.dryRunTransfer(request, call));
    const request = transferOf(subjects, 'contract-b.com', 'right-code');
    expect((await dry(request)).problems).toEqual([]);
    const odd = { ...request, registrant: { ...request.registrant, phone: '12' } };
    expect((await dry(odd)).problems).toMatchObject([{ field: 'owner.phone' }]);
    expect(await ask((port, call) => port.transfer('contract-b.com', call))).toBeNull();
  });

  it('order a transfer, follow it, and hear that it is there when it is done', async () => {
    const name = 'contract-c.com';
    await ask((port, call) => port.requestTransfer(transferOf(subjects, name, 'right-code'), call));
    expect(await ask((port, call) => port.transfer(name, call))).toMatchObject({ name, step: 'BILL' });
    const again = upstreamError(
      ask((port, call) => port.requestTransfer(transferOf(subjects, name, 'right-code'), call)),
    );
    expect(await again).toMatchObject({ kind: 'conflict', ambiguous: false });
    env.farSide.advance(24 * 3_600_000);
    expect(await ask((port, call) => port.transfer(name, call))).toBeNull();
    expect(await ask((port, call) => port.domain(name, call))).toMatchObject({ ownerSpaceId: subjects.clientId });
  });

  it('mend a transfer with a wrong code', async () => {
    const name = 'contract-d.com';
    await ask((port, call) => port.requestTransfer(transferOf(subjects, name, 'wrong-code'), call));
    env.farSide.advance(3_600_000);
    const failed = await ask((port, call) => port.transfer(name, call));
    expect(failed).toMatchObject({ step: 'ERROR' });
    expect(failed?.errorType).toEqual(expect.any(String));
    await ask((port, call) => port.updateTransferAuthCode(name, subjects.organizationId, 'right-code', call));
    await ask((port, call) => port.relaunchTransfer(name, call));
    env.farSide.advance(24 * 3_600_000);
    expect(await ask((port, call) => port.domain(name, call))).toMatchObject({ name });
  });

  it('send an approval mail again', async () => {
    const name = 'foa-lost-contract.com';
    await ask((port, call) => port.requestTransfer(transferOf(subjects, name, 'right-code'), call));
    env.farSide.advance(3_600_000);
    expect((await ask((port, call) => port.transfer(name, call)))?.approvals).toHaveLength(1);
    await ask((port, call) => port.resendTransferApproval(name, 'ada@olive.example', call));
    env.farSide.advance(24 * 3_600_000);
    expect(await ask((port, call) => port.domain(name, call))).toMatchObject({ name });
  });

  it('never came faster than allowed', () => {
    expect(env.farSide.overLimit()).toBe(0);
  });
}

function describeFaults(make: () => Promise<Controlled>): void {
  let env: Controlled;
  let subjects: Subjects;
  beforeAll(async () => {
    env = await make();
    subjects = await subjectsOf(env);
  });
  afterAll(() => env.close());
  const ask = <T>(question: (port: GandiPort, call: CallOptions) => Promise<T>, more: Partial<CallOptions> = {}) =>
    env.settle(question(env.port, env.call({ maxWaitMs: 120_000, ...more })));
  const failure = (question: (port: GandiPort, call: CallOptions) => Promise<unknown>): Promise<UpstreamError> =>
    upstreamError(ask(question));
  const count = (method: string, pattern: RegExp) =>
    env.farSide.calls().filter((call) => call.method === method && pattern.test(call.path)).length;

  it('an answer lost after its effect leaves an order ambiguous, sent once and there', async () => {
    const name = 'contract-lost.com';
    env.farSide.fail({ method: 'POST', path: '/v5/domain/transferin', loseAnswer: true });
    const error = await failure((port, call) => port.requestTransfer(transferOf(subjects, name, 'right-code'), call));
    expect(error).toMatchObject({ kind: 'unreachable', ambiguous: true, attempts: 1 });
    expect(count('POST', /\/transferin$/)).toBe(1);
    expect(await ask((port, call) => port.transfer(name, call))).toMatchObject({ name, step: 'BILL' });
  });

  it('an HTML page from the edge is overcome by a read and ambiguous for a write', async () => {
    const path = `/v5/domain/domains/${subjects.held}`;
    env.farSide.fail({ method: 'GET', path, status: 502, html: true });
    const before = count('GET', new RegExp(`${subjects.held}$`));
    expect(await ask((port, call) => port.domain(subjects.held, call))).toMatchObject({ name: subjects.held });
    expect(count('GET', new RegExp(`${subjects.held}$`))).toBe(before + 2);
    env.farSide.fail({ method: 'PATCH', path: `${path}/status`, status: 502, html: true });
    const error = await failure((port, call) => port.setTransferLock(subjects.held, true, call));
    expect(error).toMatchObject({ kind: 'unavailable', status: 502, ambiguous: true });
    expect(count('PATCH', /\/status$/)).toBe(1);
  });

  it('a forbidden domain is forbidden, not gone', async () => {
    env.farSide.fail({ method: 'GET', path: `/v5/domain/domains/${subjects.held}`, status: 403 });
    expect(await failure((port, call) => port.domain(subjects.held, call))).toMatchObject({ kind: 'forbidden' });
  });

  it('an unknown route is no answer about a transfer', async () => {
    env.farSide.fail({ method: 'GET', path: '/v5/domain/transferin/*', status: 404, html: true, times: 3 });
    expect(await failure((port, call) => port.transfer('contract-x.com', call))).toMatchObject({ kind: 'unavailable' });
    expect(await ask((port, call) => port.transfer('contract-x.com', call))).toBeNull();
  });

  it('"too many calls" is heeded by everybody, and the read comes again after the wait', async () => {
    env.farSide.fail({ method: 'GET', path: '/v5/domain/tlds/com', status: 429, retryAfterSeconds: 5 });
    const call = env.call({ maxWaitMs: 60_000 });
    const [tld] = await env.settle(
      Promise.all([
        env.port.tld('com', call),
        ...Array.from({ length: 5 }, (_, n) =>
          env.port.transfer(`contract-y${n}.com`, env.call({ maxWaitMs: 60_000 })),
        ),
      ]),
    );
    expect(tld).toMatchObject({ name: 'com' });
    expect(count('GET', /\/tlds\/com$/)).toBe(2);
    expect(call.meter.waitedMs).toBeGreaterThanOrEqual(5_000);
  });

  it('a hundred reads at once all succeed, and none comes over the limit', async () => {
    const names = Array.from({ length: 100 }, (_, n) => `contract-burst-${n}.com`);
    const found = await Promise.all(names.map((name) => ask((port, call) => port.transfer(name, call))));
    expect(found.every((transfer) => transfer === null)).toBe(true);
    expect(env.farSide.overLimit()).toBe(0);
  });
}
