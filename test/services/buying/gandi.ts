// What is sold by a Gandi in memory beside renewals and transfers: registrations, restores, changes of registrant and the clients for them.
// It sells whatever it is asked for, also twice, so that a double shows; answers are given, refused or lost as the test says.
import type { Clock } from '../../../src/lib/clock.ts';
import type { Money } from '../../../src/lib/money.ts';
import { identityOf } from '../../../src/services/registrant-changes-procedure.ts';
import { UpstreamError, type UpstreamErrorDetails, type UpstreamErrorKind } from '../../../src/upstream/errors.ts';
import type {
  CallOptions,
  ClientInput,
  ContactInput,
  GandiPort,
  RegistrantChangeRequest,
  RegistrationRequest,
  UpstreamClient,
  UpstreamContact,
  UpstreamDomain,
  UpstreamDryRun,
  UpstreamRegistrantChange,
  UpstreamRegistration,
} from '../../../src/upstream/port.ts';
import { createFakeGandi, fakeClient, fakeOrganization, fakePortfolio } from '../../helpers/fake-gandi.ts';

export type WriteName = 'create' | 'delete' | 'register' | 'restore' | 'change' | 'mail';

/** What becomes of one write: Gandi takes it, takes it and its answer is lost, never gets it though nobody knows, or fails in a known way. */
export type Fate = 'taken' | 'taken-unanswered' | 'lost' | UpstreamError;

export const eur = (minor: number): Money => ({ minor, currency: 'EUR' });

export const upstreamError = (kind: UpstreamErrorKind, more: Partial<UpstreamErrorDetails> = {}): UpstreamError =>
  new UpstreamError(`fake ${kind}`, { kind, endpoint: 'POST /fake', ...more });

export const refusal = (message = 'the registry does not like it'): UpstreamError =>
  upstreamError('invalid', { status: 400, problems: [{ field: 'fqdn', message }] });

/** One purchase that Gandi took, in the lane it came in. */
export type Purchase =
  | ({ readonly process: 'create'; readonly lane: string } & RegistrationRequest)
  | ({ readonly process: 'change_owner'; readonly lane: string } & RegistrantChangeRequest)
  | { readonly process: 'restore'; readonly lane: string; readonly name: string; readonly payerId: string };

export type BuyingGandi = ReturnType<typeof createBuyingGandi>;

/** The person or company that a client of the portfolio is on a domain. */
export const contactOf = (clientId: string): ContactInput => {
  const { type, firstName, lastName, companyName, email, address, phone } = fakeClient(clientId);
  if (type === null || type === 'RESELLER') throw new Error('A contact is a person or a company.');
  return {
    type,
    givenName: firstName ?? '',
    familyName: lastName ?? '',
    ...(companyName !== null && { companyName }),
    email: email ?? '',
    street: address.street ?? '',
    country: address.country ?? '',
    ...(phone !== null && { phone }),
  };
};

export function createBuyingGandi(clock: Clock) {
  const world = fakePortfolio({ domains: 2, clients: 3 });
  world.organizations.push(fakeOrganization('other', true), fakeOrganization('person', false));
  world.clients.push({ organizationId: 'other', client: fakeClient('x00') });
  world.domains = world.domains.map((domain) => ({
    ...domain,
    detail: { contacts: contactsOf(contactOf(domain.clientId ?? 'c00')) },
  }));
  const fake = createFakeGandi(world);
  const sent: string[] = [];
  const bought: Purchase[] = [];
  const fates = new Map<WriteName, Fate[]>();
  const premium = new Map<string, Money>();
  const taken = new Set<string>();
  const redeemable = new Set<string>();
  const registrations = new Map<string, UpstreamRegistration>();
  const changes = new Map<string, UpstreamRegistrantChange>();
  const terms: {
    balance: Money | null;
    dryRun: UpstreamDryRun;
    afterDryRun: () => void;
    /** How long the registry takes for a restore; null = until the test says so. */
    restoreMs: number | null;
    /** Most years Gandi shows a price of a premium name for. */
    premiumYears: number;
  } = {
    balance: eur(10_000_000),
    restoreMs: null,
    premiumYears: 9,
    dryRun: { problems: [], warning: null },
    afterDryRun: () => {},
  };
  let readFailure: UpstreamError | null = null;

  const note = (what: string, { meter }: CallOptions): void => {
    sent.push(what);
    if (meter) meter.made += 1;
  };
  const write = async <T>(name: WriteName, what: string, call: CallOptions, effect: () => T): Promise<T> => {
    call.beforeSending?.();
    note(what, call);
    await null;
    const fate = fates.get(name)?.shift() ?? 'taken';
    if (fate instanceof UpstreamError) throw fate;
    if (fate === 'lost') throw upstreamError('timeout', { ambiguous: true });
    const result = effect();
    if (fate === 'taken-unanswered') throw upstreamError('timeout', { ambiguous: true });
    return result;
  };
  const read = async <T>(what: string, call: CallOptions, answer: () => T): Promise<T> => {
    note(what, call);
    await null;
    if (readFailure !== null) throw readFailure;
    return answer();
  };
  const dryRun = async (what: string, call: CallOptions): Promise<UpstreamDryRun> => {
    const answer = await read(what, call, () => terms.dryRun);
    terms.afterDryRun();
    return answer;
  };
  const isHeld = (name: string) => taken.has(name) || world.domains.some((domain) => domain.name === name);
  const started = (name: string): UpstreamRegistrantChange => ({
    name,
    step: 'BILL',
    stepNumber: 1,
    innerStep: null,
    errorType: null,
    errorLabel: null,
    oldRegistrantAnswer: null,
    newRegistrantAnswer: null,
    newRegistrantEmail: null,
    approvals: [],
    createdAt: clock.now(),
    updatedAt: clock.now(),
    startedAt: null,
  });
  const purchaseOf = <P extends Purchase['process']>(process: P, name: string) => {
    const found = bought.findLast((purchase) => purchase.process === process && purchase.name === name);
    if (found === undefined) throw new Error(`Nobody ordered ${process} of ${name}.`);
    return found as Extract<Purchase, { process: P }>;
  };

  const giveBack = (name: string, organizationId = 'reseller'): void => {
    if (!redeemable.delete(name)) return;
    world.domains.push({ name, organizationId, clientId: 'c00', detail: { contacts: contactsOf(contactOf('c00')) } });
  };

  const port: GandiPort = {
    ...fake.port,
    availability: ({ name, processes, years = 1 }, call) =>
      read(`check:${name}`, call, () => {
        const own = premium.get(name);
        const price = own ?? eur(1_200);
        const prices = [
          {
            minYears: 1,
            maxYears: own === undefined ? Math.max(years, 9) : terms.premiumYears,
            beforeTaxes: eur((price.minor / 12) * 10),
            afterTaxes: price,
            normalBeforeTaxes: null,
            normalAfterTaxes: null,
            isDiscounted: false,
            isPremium: own !== undefined,
          },
        ];
        return processes.map((process) =>
          isHeld(name)
            ? { name, process, status: 'unavailable', prices: [] }
            : { name, process, status: 'available', prices },
        );
      }),
    billing: (organizationId, call) =>
      read(`billing:${organizationId}`, call, () => ({
        grid: 'A',
        prepaid: terms.balance && { balance: terms.balance, warningThreshold: null },
      })),
    createClient: (organizationId, input, call) =>
      write('create', `create-client:${input.email}`, call, () => {
        const id = `new${world.clients.length}`;
        world.clients.push({ organizationId, client: toClient(id, input) });
        return { id };
      }),
    deleteClient: (_organizationId, clientId, call) =>
      write('delete', `delete-client:${clientId}`, call, () => {
        world.clients = world.clients.filter(({ client }) => client.id !== clientId);
      }),

    dryRunRegistration: ({ name, clientId }, call) => dryRun(`dry-run:${name}:${clientId}`, call),
    register: (request, call) =>
      write('register', `register:${request.name}`, call, () => {
        if (taken.has(request.name)) throw refusal(`${request.name} is not available`);
        bought.push({ process: 'create', lane: call.lane, ...request });
        registrations.set(request.name, underWay('BILL'));
      }),
    registration: (name, call) =>
      read(`createstatus:${name}`, call, () => registrations.get(name) ?? { kind: 'unknown' }),

    isRestorable: (name, call) => read(`restorable:${name}`, call, () => redeemable.has(name)),
    restore: ({ name, payerId }, call) =>
      write('restore', `restore:${name}`, call, () => {
        if (!redeemable.has(name)) throw upstreamError('not-found', { status: 404 });
        bought.push({ process: 'restore', lane: call.lane, name, payerId });
        if (terms.restoreMs !== null) clock.after(terms.restoreMs, () => giveBack(name));
      }),

    dryRunRegistrantChange: ({ name }, call) => dryRun(`dry-run:${name}`, call),
    changeRegistrant: (request, call) =>
      write('change', `change:${request.name}`, call, () => {
        bought.push({ process: 'change_owner', lane: call.lane, ...request });
        changes.set(request.name, started(request.name));
      }),
    registrantChange: (name, payerId, call) =>
      read(`change-status:${name}:${payerId}`, call, () => changes.get(name) ?? null),
    resendRegistrantChangeApproval: (name, email, call) => write('mail', `mail:${name}:${email}`, call, () => {}),
  };

  return {
    port,
    world,
    fake,
    /** Everything that Gandi was paid for, in order. */
    bought,
    /** Calls of this file, in order; those of the fake below it are in `fake.calls`. */
    sent,
    /** Calls of this file of one kind. */
    sentOf: (kind: string) => sent.filter((what) => what.startsWith(`${kind}:`)),
    terms,
    /** What names cost that cost more than their extension, after taxes. */
    premium,
    /** Names that somebody outside holds. */
    taken,
    /** Names in redemption. */
    redeemable,
    /** Gandi's report of each registration, to be set by the test. */
    registrations,
    /** Gandi's report of each change of registrant, to be set by the test. */
    changes,
    allCalls: () => sent.length + fake.calls.length,
    clear: () => {
      sent.splice(0);
      fake.clearCalls();
    },
    clientsOf: (email: string) => world.clients.filter(({ client }) => client.email === email).length,
    /** What becomes of the next writes of this name, in order. */
    willBe: (name: WriteName, ...next: Fate[]) => void fates.set(name, next),
    failReads: (error: UpstreamError | null) => {
      readFailure = error;
    },
    /** The registry has created the domain that was ordered. */
    deliver(name: string) {
      const { payerId, clientId, registrant } = purchaseOf('create', name);
      registrations.set(name, { kind: 'registered' });
      world.domains.push({
        name,
        organizationId: payerId,
        clientId,
        detail: { registryCreatedAt: clock.now(), contacts: contactsOf(registrant) },
      });
    },
    /** The domain is deleted for want of renewal: in no list, and to be had back. */
    expire(name: string) {
      world.domains = world.domains.filter((domain) => domain.name !== name);
      redeemable.add(name);
    },
    /** The registry has given the domain back. */
    giveBack,
    reportChange(name: string, fields: Partial<UpstreamRegistrantChange>) {
      changes.set(name, { ...(changes.get(name) ?? started(name)), ...fields });
    },
    /** Both parties and the registry agreed: the domain shows the new registrant and is that client's. */
    handOver(name: string) {
      const { registrant } = purchaseOf('change_owner', name);
      const own = world.clients.find(({ client }) => client.email === registrant.email)?.client.id ?? null;
      world.domains = world.domains.map((domain) =>
        domain.name === name ? { ...domain, clientId: own, detail: { contacts: contactsOf(registrant) } } : domain,
      );
      changes.set(name, { ...(changes.get(name) ?? started(name)), step: 'DONE' });
    },
    /** Changes what the domain shows beside its contacts. */
    show(name: string, detail: Partial<UpstreamDomain>) {
      world.domains = world.domains.map((domain) =>
        domain.name === name ? { ...domain, detail: { ...domain.detail, ...detail } } : domain,
      );
    },
    /** Who the domain shows as its registrant. */
    registrantOf(name: string) {
      const contact = world.domains.find((domain) => domain.name === name)?.detail?.contacts?.registrant;
      return contact ? identityOf(contact) : null;
    },
  };
}

export const underWay = (step: string, failure: { type?: string; label?: string } = {}): UpstreamRegistration => ({
  kind: 'under-way',
  step,
  stepNumber: 1,
  errorType: failure.type ?? null,
  errorLabel: failure.label ?? null,
});

function contactsOf(registrant: ContactInput) {
  return { registrant: contactShown(registrant), admin: null, tech: null, billing: null };
}

function contactShown(input: ContactInput): UpstreamContact {
  const { street, zip = null, city = null, country, region = null } = input;
  return {
    type: input.type,
    givenName: input.givenName,
    familyName: input.familyName,
    companyName: input.companyName ?? null,
    email: input.email,
    address: { street, zip, city, country, region },
    phone: input.phone ?? null,
    mobile: null,
    fax: null,
    language: null,
    isDataObfuscated: null,
    isMailObfuscated: null,
    sameAsRegistrant: null,
    validation: null,
    reachability: null,
    extraParameters: {},
  };
}

function toClient(id: string, input: ClientInput): UpstreamClient {
  const { zip = null, region = null, street, city, country, fax = null, reference = null, language = null } = input;
  const { companyName = null, ...rest } = input;
  const address = { street, zip, city, country, region };
  return { ...rest, id, name: `gandi-${id}`, companyName, address, fax, reference, language };
}
