// A mirror over a store of its own and a Gandi in memory, and demands to put to it.
import { createUpstreamMeter, type UpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { createMirror, type Demand, type Mirror, type MirrorOptions } from '../../src/mirror/mirror.ts';
import type { Store } from '../../src/store/store.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { createFakeGandi, type FakeGandi, type FakeWorld } from '../helpers/fake-gandi.ts';
import { createTestStore } from '../helpers/test-store.ts';
import { tracked } from '../helpers/tracked.ts';

export interface MirrorTest {
  readonly clock: FakeClock;
  readonly gandi: FakeGandi;
  readonly store: Store;
  mirror: Mirror;
  /** Another process over the same store. */
  restart(): Mirror;
  /** A demand with a meter of its own. */
  demand(more?: Partial<Demand>): Demand & { readonly meter: UpstreamMeter };
  close(): Promise<void>;
}

export async function mirrorTest(world: FakeWorld, options: Partial<MirrorOptions> = {}): Promise<MirrorTest> {
  const clock = fakeClock();
  const gandi = createFakeGandi(world);
  const { store: untracked, close } = await createTestStore();
  const { value: store, settled } = tracked(untracked);
  clock.settlesWith(settled);
  const make = () => createMirror({ port: gandi.port, store, clock, ...options });
  const test: MirrorTest = {
    clock,
    gandi,
    store,
    mirror: make(),
    restart: () => {
      test.mirror = make();
      return test.mirror;
    },
    demand: (more = {}) => ({
      maxAgeSeconds: null,
      lane: 'interactive',
      tenant: 't1',
      meter: createUpstreamMeter(),
      ...more,
    }),
    close,
  };
  return test;
}

/** All domains of the mirror, by name. */
export async function allDomains(store: Store) {
  const everything = {
    visibility: { organizationId: null, clientId: null },
    filter: {},
    orderBy: { field: 'NAME', direction: 'ASC' },
  } as const;
  const rows = [];
  let after: string | undefined;
  do {
    const page = await store.domains.list({
      ...everything,
      page: { first: 100, ...(after !== undefined && { after }) },
    });
    rows.push(...page.rows.map(({ row }) => row));
    after = page.hasNextPage ? page.rows.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  return rows;
}
