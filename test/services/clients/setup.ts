// The clients service over the real mirror and store, and a Gandi in memory that makes and changes clients as the test says.
import { ALL_SCOPES, type Session } from '../../../src/auth/session.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import { createLoaders, type LoadersOptions } from '../../../src/loaders/loaders.ts';
import { createMirror } from '../../../src/mirror/mirror.ts';
import { createClientsService } from '../../../src/services/clients.ts';
import type { ClientDataInput, OperationScope } from '../../../src/services/services.ts';
import { UpstreamError, type UpstreamErrorDetails } from '../../../src/upstream/errors.ts';
import type { ClientInput, ClientPatch, GandiPort, UpstreamClient } from '../../../src/upstream/port.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { createFakeGandi, type FakeWorld, fakeOrganization, fakePortfolio } from '../../helpers/fake-gandi.ts';
import type { TestStore } from '../../helpers/test-store.ts';

/** What Gandi does with the next write: take it, take it and lose the answer, lose it before it has an effect, or refuse it. */
export type Fate = 'taken' | 'taken-unanswered' | 'lost' | UpstreamError;

export const maple: ClientDataInput = {
  type: 'COMPANY',
  companyName: 'Maple Oy',
  firstName: 'Nia',
  lastName: 'Okafor',
  email: 'nia@maple.example',
  street: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '040 123 4567',
  reference: 'ACC-0042',
};

export const upstreamError = (kind: UpstreamErrorDetails['kind'], more: Partial<UpstreamErrorDetails> = {}) =>
  new UpstreamError(`fake ${kind}`, { kind, endpoint: 'POST /fake', ...more });

export interface ScopeOptions {
  readonly session?: Partial<Session>;
  readonly maxAgeSeconds?: number | null;
  readonly signal?: AbortSignal;
}

/** Makes the scope of one operation over these parts, as the gateway does. */
export function scopesOver(parts: Pick<LoadersOptions, 'mirror' | 'store' | 'clock'>) {
  return (options: ScopeOptions = {}): OperationScope => {
    const session: Session = {
      actor: { kind: 'key', id: 'k1' },
      organizationId: null,
      clientId: null,
      scopes: ALL_SCOPES,
      language: 'en',
      requestId: 'r1',
      expiresAt: null,
      ...options.session,
    };
    const demanded = {
      meter: createUpstreamMeter(),
      maxAgeSeconds: options.maxAgeSeconds ?? null,
      signal: options.signal,
    };
    return { session, ...demanded, loaders: createLoaders({ session, ...demanded, ...parts }) };
  };
}

/** One reseller with `clients` clients c00, c01 …, and beside it a company that is no reseller. */
export function setup(test: TestStore, clients = 3, change: (world: FakeWorld) => void = () => {}) {
  const world = fakePortfolio({ domains: 4, clients });
  world.organizations.push(fakeOrganization('plain', false));
  change(world);
  const gandi = createFakeGandi(world);
  const clock = fakeClock();
  const writes: { what: string; body: ClientInput | ClientPatch }[] = [];
  let fate: Fate = 'taken';
  let onWrite = () => {};

  const write = async (what: string, body: ClientInput | ClientPatch, effect: () => void): Promise<void> => {
    writes.push({ what, body });
    onWrite();
    if (fate instanceof UpstreamError) throw fate;
    if (fate !== 'lost') effect();
    if (fate !== 'taken') throw upstreamError('timeout', { ambiguous: true });
  };
  const port: GandiPort = {
    ...gandi.port,
    async createClient(organizationId, input) {
      const id = `new${world.clients.length}`;
      await write(`create:${organizationId}`, input, () =>
        world.clients.push({ organizationId, client: toClient(id, input) }),
      );
      return { id };
    },
    async updateClient(organizationId, clientId, patch) {
      await write(`update:${organizationId}:${clientId}`, patch, () => {
        const at = world.clients.findIndex(({ client }) => client.id === clientId);
        const entry = world.clients[at];
        if (entry) world.clients[at] = { ...entry, client: patched(entry.client, patch) };
      });
    },
  };
  const mirror = createMirror({ port, store: test.store, clock });
  const service = createClientsService({ port, store: test.store, mirror, clock });
  return {
    gandi,
    world,
    clock,
    writes,
    service,
    scopeOf: scopesOver({ mirror, store: test.store, clock }),
    store: test.store,
    willBe: (next: Fate) => {
      fate = next;
    },
    /** Runs when a write has reached Gandi. */
    onWrite: (run: () => void) => {
      onWrite = run;
    },
  };
}

function toClient(id: string, input: ClientInput): UpstreamClient {
  const { zip = null, region = null, street, city, country, fax = null, reference = null, language = null } = input;
  const { companyName = null, ...rest } = input;
  const address = { street, zip, city, country, region };
  return { ...rest, id, name: `gandi-${id}`, companyName, address, fax, reference, language };
}

function patched(client: UpstreamClient, patch: ClientPatch): UpstreamClient {
  const { street, zip, city, country, region, ...flat } = patch;
  const place = Object.fromEntries(
    Object.entries({ street, zip, city, country, region }).filter(([, value]) => value !== undefined),
  );
  return { ...client, ...flat, address: { ...client.address, ...place } };
}
