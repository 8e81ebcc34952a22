// A portfolio is read again as a bulk job: everything once, over deaths, cancelled in between, by one of several replicas, with progress told as it is.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalBus } from '../../../src/events/bus.ts';
import { createWorkRunner } from '../../../src/jobs/work-runner.ts';
import { sleep } from '../../../src/lib/clock.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createBulkJobsService } from '../../../src/services/bulk-jobs.ts';
import { createPortfolioRefresh } from '../../../src/services/portfolio-refresh.ts';
import type { OperationScope } from '../../../src/services/services.ts';
import { defaultNewId } from '../../../src/services/transfers.ts';
import type { BulkJobRecord } from '../../../src/store/records.ts';
import type { Store } from '../../../src/store/store.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createFakeGandi, type FakeGandi, failure, fakePortfolio } from '../../helpers/fake-gandi.ts';
import { createMortal } from '../../helpers/mortal.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { tracked } from '../../helpers/tracked.ts';
import { scopeOf } from '../transfers/setup.ts';

const DOMAINS = 50;
const CALL_MS = 100;

let database: TestStore;
let clock: FakeClock;
let store: Store;
let gandi: FakeGandi;

/** One process of the gateway. */
function startGateway(parts: { readonly store: Store; readonly port: GandiPort } = { store, port: gandi.port }) {
  const bus = createLocalBus();
  const mirror = createMirror({ ...parts, clock });
  const deps = { store: parts.store, mirror, bus, clock, newId: defaultNewId };
  const jobs = createBulkJobsService(deps);
  const runner = createWorkRunner({ ...deps, handlers: [createPortfolioRefresh(deps)], logger: silentLogger });
  return { jobs, runner, mirror };
}
type Gateway = ReturnType<typeof startGateway>;

const scope = (): OperationScope => scopeOf({ organizationId: 'reseller' });
const ask = async (gateway: Gateway = startGateway()) =>
  (await gateway.jobs.refreshPortfolio(scope(), { organizationId: null })).job;
const now = async ({ id }: BulkJobRecord): Promise<BulkJobRecord> =>
  (await store.bulkJobs.byIds([id]))[0] ?? expect.unreachable();
const told = async (): Promise<readonly BulkJobRecord[]> =>
  (await store.events.after(0n, 1_000))
    .filter(({ type }) => type === 'BULK_JOB_CHANGED')
    .map(({ payload }) => payload as unknown as BulkJobRecord);
const demand = () => ({
  maxAgeSeconds: 0,
  lane: 'interactive' as const,
  tenant: 'reseller',
  maxWaitMs: 60_000,
  meter: createUpstreamMeter(),
});
const detailsRead = () => gandi.sent().filter((what) => what.startsWith('domain:'));

/** Lets gateways work until the job has ended, or so many seconds. */
async function work(job: BulkJobRecord, gateways: readonly Gateway[], seconds = 120): Promise<BulkJobRecord> {
  for (const { runner } of gateways) runner.start();
  for (let second = 0; second < seconds && (await now(job)).endedAt === null; second++) await clock.advance(1_000);
  await stop(gateways);
  return now(job);
}
async function stop(gateways: readonly Gateway[]): Promise<void> {
  const stopped = Promise.all(gateways.map(({ runner }) => runner.stop()));
  await clock.advance(CALL_MS);
  await stopped;
}

describeStore('refreshing a portfolio', (backend) => {
  beforeEach(async () => {
    database = await createTestStore(backend);
    clock = fakeClock();
    const { value, settled } = tracked(database.store);
    store = value;
    clock.settlesWith(settled);
    database.timeIs(clock.now);
    gandi = createFakeGandi(fakePortfolio({ domains: DOMAINS, clients: 2 }));
    const { domain } = gandi.port;
    gandi.port.domain = async (name, call) => {
      await sleep(clock, CALL_MS, call.signal);
      return domain(name, call);
    };
  });
  afterEach(() => database.close());

  test('reads every domain once, in lane bulk, and tells how far it is', async () => {
    const job = await ask();
    expect(job).toMatchObject({ state: 'QUEUED', done: 0, total: null, organizationId: 'reseller' });
    gandi.clearCalls();
    expect(await work(job, [startGateway()])).toMatchObject({
      state: 'COMPLETED',
      done: DOMAINS,
      failed: 0,
      total: DOMAINS,
      problem: null,
      endedAt: expect.any(Number),
    });
    expect(detailsRead()).toHaveLength(DOMAINS);
    expect(new Set(gandi.calls.map(({ lane, tenant }) => `${lane} ${tenant}`))).toEqual(new Set(['bulk reseller']));
    const events = await told();
    expect(events[0]).toEqual(job);
    expect(events.at(-1)).toEqual(await now(job));
    expect(events.map(({ done }) => done)).toEqual(events.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(new Set(events.map(({ done }) => done))).toEqual(new Set([0, 20, 40, 50]));
  });

  test('reads again what others had begun to read before it was asked for', async () => {
    const gateway = startGateway();
    await gateway.mirror.ensureDomains({ withClients: true }, demand());
    const name = 'd0000.example';
    const early = gateway.mirror.domainDepths({ links: [], details: [{ organizationId: 'reseller', name }] }, demand());
    await clock.advance(CALL_MS / 2);
    const job = await work(await ask(gateway), [gateway]);
    expect((await early).details.size).toBe(1);
    expect(job).toMatchObject({ state: 'COMPLETED', done: DOMAINS, failed: 0, total: DOMAINS });
    expect(detailsRead().filter((what) => what === `domain:${name}`)).toHaveLength(2);
  });

  test('is one job while it runs, and another one afterwards', async () => {
    const [first, twin] = await Promise.all([ask(), ask()]);
    expect(twin?.id).toBe(first?.id);
    await work(first ?? expect.unreachable(), [startGateway()]);
    expect((await ask()).id).not.toBe(first?.id);
  });

  test('by two replicas is done by one of them', async () => {
    const job = await ask();
    gandi.clearCalls();
    expect(await work(job, [startGateway(), startGateway()])).toMatchObject({ state: 'COMPLETED', done: DOMAINS });
    expect(detailsRead()).toHaveLength(DOMAINS);
  });

  test('goes on after a death where it was, reading nothing twice that was written', async () => {
    const calm = createMortal(null);
    await work(await ask(), [startGateway({ store: calm.wrap(store), port: gandi.port })]);
    const last = calm.calls();
    expect(last).toBeGreaterThan(20);
    for (const at of [1, last / 4, last / 2, (last * 3) / 4, last].map(Math.ceil)) {
      await clock.advance(60_000);
      const job = await ask();
      const mortal = createMortal(at);
      const dying = startGateway({ store: mortal.wrap(store), port: mortal.wrap(gandi.port) });
      gandi.clearCalls();
      await work(job, [dying], 60);
      const before = new Set(detailsRead());
      const kept = (await store.domains.countDetails('reseller', job.createdAt)).fresh;
      gandi.clearCalls();
      expect(await work(job, [startGateway()])).toMatchObject({ state: 'COMPLETED', done: DOMAINS, failed: 0 });
      expect(before.size).toBeLessThanOrEqual(DOMAINS);
      expect(detailsRead()).toHaveLength(DOMAINS - kept);
    }
  }, 300_000);

  test('cancelled, reads nothing more and stays cancelled', async () => {
    const gateway = startGateway();
    const job = await ask(gateway);
    gateway.runner.start();
    while ((await now(job)).done === 0) await clock.advance(100);
    const cancelled = await gateway.jobs.cancel(scope(), { jobId: job.id });
    expect(cancelled).toMatchObject({ state: 'CANCELLED', endedAt: expect.any(Number) });
    expect(await gateway.jobs.cancel(scope(), { jobId: job.id })).toEqual(cancelled);
    await clock.advance(60_000);
    await stop([gateway]);
    expect(await now(job)).toEqual(cancelled);
    expect(detailsRead().length).toBeLessThanOrEqual(40);
    expect((await told()).at(-1)).toEqual(cancelled);
  });

  test('a completed job cannot be cancelled, and strangers see none', async () => {
    const job = await work(await ask(), [startGateway()]);
    const { jobs } = startGateway();
    await expect(jobs.cancel(scope(), { jobId: job.id })).rejects.toMatchObject({
      code: 'WRONG_JOB_STATE',
      state: 'COMPLETED',
    });
    const stranger = scopeOf({ organizationId: 'another' });
    expect(await jobs.byId(stranger, job.id)).toBeNull();
    await expect(jobs.cancel(stranger, { jobId: job.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const client = scopeOf({ organizationId: 'reseller', clientId: 'c00' });
    await expect(jobs.refreshPortfolio(client, { organizationId: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const page = { first: 10 };
    expect((await jobs.list(scope(), { states: ['COMPLETED'], page })).edges).toHaveLength(1);
    expect((await jobs.list(stranger, { states: null, page })).edges).toEqual([]);
  });

  test('waits while Gandi is away, says so, and goes on by itself', async () => {
    const job = await ask();
    const back = gandi.fail(/^domain:/, failure('unavailable', { status: 502 }));
    const gateway = startGateway();
    gateway.runner.start();
    await clock.advance(10_000);
    expect(await now(job)).toMatchObject({ state: 'RUNNING', problem: expect.any(String) });
    back();
    await clock.advance(90_000);
    await stop([gateway]);
    expect(await now(job)).toMatchObject({ state: 'COMPLETED', done: DOMAINS, problem: null });
  });

  test('is given up in words when Gandi stays away', async () => {
    const job = await ask();
    gandi.fail(/^domain:/, failure('unavailable', { status: 502 }));
    expect(await work(job, [startGateway()], 2_400)).toMatchObject({ state: 'FAILED', problem: expect.any(String) });
  });

  test('leaves out a domain that cannot be read, and says how many there were', async () => {
    gandi.fail(/^domain:d0007/, failure('forbidden', { status: 403 }));
    expect(await work(await ask(), [startGateway()])).toMatchObject({ state: 'COMPLETED', done: 49, failed: 1 });
  });
});
