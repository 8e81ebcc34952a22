// The services of organizations and domains over the real mirror, loaders and store, and a Gandi in memory.
import { ALL_SCOPES, type Session } from '../../src/auth/session.ts';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { createLoaders } from '../../src/loaders/loaders.ts';
import { createDomainSettingsService } from '../../src/services/domain-settings.ts';
import { createDomainsService } from '../../src/services/domains.ts';
import { createOrganizationsService } from '../../src/services/organizations.ts';
import type { OperationScope } from '../../src/services/services.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeWorld } from '../helpers/fake-gandi.ts';
import { type MirrorTest, mirrorTest } from '../mirror/setup.ts';

export interface ServicesTest extends MirrorTest {
  readonly organizations: ReturnType<typeof createOrganizationsService>;
  readonly domains: ReturnType<typeof createDomainsService>;
  readonly settings: ReturnType<typeof createDomainSettingsService>;
  /** The scope of a new operation. */
  scope(options?: { session?: Partial<Session>; maxAgeSeconds?: number | null; signal?: AbortSignal }): OperationScope;
  /** SQL reads of domains and clients so far, by the name of the store's function. */
  readonly reads: string[];
  /** What was noted in the audit log: actor, action and subject. */
  readonly audited: string[];
}

export async function servicesTest(world: FakeWorld): Promise<ServicesTest> {
  const t = await mirrorTest(world);
  const { mirror, clock, gandi } = t;
  const reads: string[] = [];
  const audited: string[] = [];
  const store: Store = {
    ...t.store,
    domains: counted('domains', t.store.domains, reads),
    clients: counted('clients', t.store.clients, reads),
    audit: {
      async append(entry) {
        await t.store.audit.append(entry);
        audited.push(`${entry.actor} ${entry.action} ${entry.subject} ${entry.organizationId}`);
      },
    },
  };
  const scope: ServicesTest['scope'] = (options = {}) => {
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
    const meter = createUpstreamMeter();
    const maxAgeSeconds = options.maxAgeSeconds ?? null;
    const { signal } = options;
    const loaders = createLoaders({ session, meter, maxAgeSeconds, signal, mirror, store, clock });
    return { session, meter, maxAgeSeconds, signal, loaders };
  };
  return {
    ...t,
    reads,
    audited,
    scope,
    organizations: createOrganizationsService({ mirror, mode: 'SANDBOX', clock }),
    domains: createDomainsService({ port: gandi.port, store, mirror, clock }),
    settings: createDomainSettingsService({ port: gandi.port, store, mirror, clock }),
  };
}

function counted<T extends object>(noun: string, target: T, reads: string[]): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const value: unknown = Reflect.get(object, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        reads.push(`${noun}.${String(name)}`);
        return value.apply(object, args);
      };
    },
  });
}
