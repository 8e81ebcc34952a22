// The transfers and client writes of a Gandi in memory: it counts what it bought, and answers, refuses or loses answers as the test says.
// It buys whatever it is asked to, also twice, so that a second order shows.
import type { Clock } from '../../../src/lib/clock.ts';
import { UpstreamError, type UpstreamErrorDetails, type UpstreamErrorKind } from '../../../src/upstream/errors.ts';
import type {
  CallOptions,
  ClientInput,
  GandiPort,
  TransferRequest,
  UpstreamClient,
  UpstreamDryRun,
  UpstreamTransfer,
  UpstreamTransferability,
} from '../../../src/upstream/port.ts';
import { createFakeGandi, type FakeWorld, fakeOrganization, fakePortfolio } from '../../helpers/fake-gandi.ts';

export type WriteName = 'create' | 'delete' | 'order' | 'relaunch' | 'authCode' | 'approval';

/** What becomes of one write: Gandi takes it, takes it and its answer is lost, never gets it though nobody knows, or fails in a known way. */
export type Fate = 'taken' | 'taken-unanswered' | 'lost' | UpstreamError;

export const upstreamError = (kind: UpstreamErrorKind, more: Partial<UpstreamErrorDetails> = {}): UpstreamError =>
  new UpstreamError(`fake ${kind}`, { kind, endpoint: 'POST /fake', ...more });

export type TransferGandi = ReturnType<typeof createTransferGandi>;

export function createTransferGandi(clock: Clock, change: (world: FakeWorld) => void = () => {}) {
  const world = fakePortfolio({ domains: 2, clients: 2 });
  world.organizations.push({ ...fakeOrganization('person', false), type: 'INDIVIDUAL' });
  change(world);
  const fake = createFakeGandi(world);
  const reports = new Map<string, UpstreamTransfer>();
  const sent: string[] = [];
  const lanes: string[] = [];
  const orders: TransferRequest[] = [];
  const fates = new Map<WriteName, Fate[]>();
  const answers: { transferability: Partial<UpstreamTransferability>; dryRun: UpstreamDryRun } = {
    transferability: {},
    dryRun: { problems: [], warning: null },
  };
  let readFailure: UpstreamError | null = null;

  const note = (what: string, { lane, meter }: CallOptions): void => {
    sent.push(what);
    lanes.push(`${lane} ${what}`);
    if (meter) meter.made += 1;
  };
  const write = async <T>(name: WriteName, what: string, call: CallOptions, effect: () => T): Promise<T> => {
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
  const start = (name: string): UpstreamTransfer => ({
    name,
    step: 'BILL',
    stepNumber: 1,
    innerStep: null,
    errorType: null,
    errorLabel: null,
    approvals: [],
    createdAt: clock.now(),
    updatedAt: clock.now(),
    startedAt: null,
    registryAcceptedAt: null,
  });

  const port: GandiPort = {
    ...fake.port,
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
    transferability: (name, _code, call) =>
      read(`transferability:${name}`, call, () => ({
        name,
        unicodeName: name,
        available: true,
        isInternal: false,
        isCorporate: false,
        durationsYears: [],
        message: null,
        ...answers.transferability,
      })),
    dryRunTransfer: (request, call) => read(`dry-run:${request.name}:${request.clientId}`, call, () => answers.dryRun),
    requestTransfer: (request, call) =>
      write('order', `order:${request.name}`, call, () => {
        orders.push(request);
        reports.set(request.name, start(request.name));
      }),
    transfer: (name, call) => read(`transfer:${name}`, call, () => reports.get(name) ?? null),
    relaunchTransfer: (name, call) =>
      write('relaunch', `relaunch:${name}`, call, () => {
        reports.set(name, { ...start(name), step: 'RUN', innerStep: 'registry_request', startedAt: clock.now() });
      }),
    updateTransferAuthCode: (name, _payerId, _code, call) => write('authCode', `auth-code:${name}`, call, () => {}),
    resendTransferApproval: (name, email, call) => write('approval', `approval:${name}:${email}`, call, () => {}),
  };

  return {
    port,
    world,
    fake,
    /** Gandi's report of each transfer under way, to be set by the test. */
    reports,
    /** Orders Gandi took: what was paid for. */
    orders,
    /** Calls of this file, in order; those of the fake below it are in `fake.calls`. */
    sent,
    lanes,
    answers,
    allCalls: () => sent.length + fake.calls.length,
    clear: () => {
      sent.splice(0);
      lanes.splice(0);
      fake.clearCalls();
    },
    /** What becomes of the next writes of this name, in order. */
    willBe: (name: WriteName, ...next: Fate[]) => void fates.set(name, next),
    failReads: (error: UpstreamError | null) => {
      readFailure = error;
    },
    report: (name: string, fields: Partial<UpstreamTransfer>) => {
      reports.set(name, { ...(reports.get(name) ?? start(name)), ...fields });
    },
    /** The transfer is done: the domain is in the account and Gandi reports nothing any more. */
    complete: (name: string, clientId: string | null = 'c00') => {
      reports.delete(name);
      world.domains.push({ name, organizationId: 'reseller', clientId });
    },
    clientsOf: (email: string) => world.clients.filter(({ client }) => client.email === email).length,
  };
}

function toClient(id: string, input: ClientInput): UpstreamClient {
  const { zip = null, region = null, street, city, country, fax = null, reference = null, language = null } = input;
  const { companyName = null, ...rest } = input;
  const address = { street, zip, city, country, region };
  return { ...rest, id, name: `gandi-${id}`, companyName, address, fax, reference, language };
}
