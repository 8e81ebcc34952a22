// The sync job: fills, keeps fresh at half the age, tells how far it is, gives way, backs off, resumes and stops.
import { afterEach, describe, expect, test } from 'vitest';
import { createMirrorSync, type MirrorSync, nextPauseMs } from '../../src/jobs/mirror-sync.ts';
import { type FakeWorld, failure, fakePortfolio } from '../helpers/fake-gandi.ts';
import { allDomains, type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
let sync: MirrorSync;
let lines: string[];
afterEach(async () => {
  const stopped = sync.stop();
  await t.clock.advance(10_000);
  await stopped;
  await t.close();
});

const MINUTE = 60_000;

async function setup(world: FakeWorld) {
  t = await mirrorTest(world);
  start();
}
function start() {
  lines = [];
  const write = (level: string) => (first: unknown, message?: unknown) => {
    lines.push(`${level} ${typeof first === 'string' ? first : String(message)}`);
  };
  const logger = { info: write('info'), warn: write('warn'), error: write('error') } as never;
  sync = createMirrorSync({ mirror: t.mirror, clock: t.clock, logger, random: () => 0.5 });
  sync.start();
}
/** Lets rounds run: store reads and writes take real turns while the clock stands. */
async function until(isSo: () => boolean | Promise<boolean>, stepMs = 0): Promise<void> {
  for (let turn = 0; turn < 5_000; turn++) {
    if (await isSo()) return;
    await t.clock.advance(stepMs);
  }
  throw new Error(`It never became so. ${lines.join('; ')} ${t.gandi.sent().slice(-5).join(' ')}`);
}

describe('the first start', () => {
  test('fills organizations, clients and domains with the fewest calls, all in lane backfill, and says when it is done', async () => {
    await setup(fakePortfolio({ domains: 350, clients: 5 }));
    await until(() => t.mirror.progress().isComplete);
    expect(t.mirror.progress()).toEqual({ isComplete: true, domains: 350, total: 350, lastError: null });
    expect(t.gandi.sent().slice(0, 6).toSorted()).toEqual(
      ['organizations', 'clients:reseller:1', 'domains:1', 'domains:2', 'domains:3', 'domains:4'].toSorted(),
    );
    await until(() => lines.length > 0);
    expect(lines).toEqual(['info mirror: complete, 350 domains']);
    expect(t.gandi.calls.every(({ lane }) => lane === 'backfill')).toBe(true);
  });

  test('says every few seconds how far it is', async () => {
    await setup(fakePortfolio({ domains: 350, clients: 5 }));
    const hold = t.gandi.hold(/^domains:4$/, 'before-answering');
    await until(() => t.mirror.progress().domains === 300);
    await t.clock.advance(6_500);
    expect(lines).toEqual(['info mirror: 300 of 350 domains', 'info mirror: 300 of 350 domains']);
    hold.release();
    await until(() => t.mirror.progress().isComplete);
  });

  test('learns the clients by their lists where rows do not tell them', async () => {
    await setup(fakePortfolio({ domains: 30, clients: 4, rowSharingIds: false }));
    await until(async () => (await allDomains(t.store)).filter(({ clientAsOf }) => clientAsOf !== null).length === 30);
    expect(t.gandi.sent().filter((what) => what.includes('client='))).toHaveLength(4);
  });
});

describe('afterwards', () => {
  test('the list is read again when half its maximum age has passed, and not before', async () => {
    await setup(fakePortfolio({ domains: 10, clients: 1 }));
    await until(() => t.gandi.sent().filter((what) => what.startsWith('domain:')).length === 10);
    const passes = () => t.gandi.sent().filter((what) => what === 'domains:1').length;
    await until(() => t.clock.now() >= Date.UTC(2030, 0, 1) + 7.4 * MINUTE, 5_000);
    expect(passes()).toBe(1);
    await until(() => passes() === 2, 5_000);
    expect(t.clock.now() - Date.UTC(2030, 0, 1)).toBeLessThanOrEqual(7.7 * MINUTE);
  });

  test('details come ten at a time, those of domains that expire soon first, and are not read again while young', async () => {
    const world = fakePortfolio({ domains: 25, clients: 1 });
    const soon = (day: number) => Date.UTC(2030, 0, 1) + day * 24 * 60 * MINUTE;
    world.domains = world.domains.map((domain, index) =>
      index === 20 ? { ...domain, expiresAt: soon(9) } : index === 7 ? { ...domain, expiresAt: soon(3) } : domain,
    );
    await setup(world);
    const details = () => t.gandi.sent().filter((what) => what.startsWith('domain:'));
    await until(() => details().length === 10);
    expect(details().slice(0, 2)).toEqual(['domain:d0007.example', 'domain:d0020.example']);
    await t.clock.advance(4_900);
    expect(details()).toHaveLength(10);
    await until(() => details().length === 25, 1_000);
    for (let round = 0; round < 20; round++) await t.clock.advance(5_000);
    expect(new Set(details()).size).toBe(25);
    expect(details()).toHaveLength(25);
  });

  test('what left the list is followed', async () => {
    await setup(fakePortfolio({ domains: 5, clients: 1 }));
    await until(() => t.mirror.progress().isComplete);
    t.gandi.world.domains.shift();
    await until(
      async () => (await allDomains(t.store)).some(({ presence }) => presence === 'ABSENT_CONFIRMED'),
      10_000,
    );
  });
});

describe('when Gandi cannot be asked', () => {
  test('it says so once, tries less and less often, and says when it works again', async () => {
    await setup(fakePortfolio({ domains: 5, clients: 1 }));
    const heal = t.gandi.fail(/.*/, failure('unavailable', { status: 502 }));
    await until(() => lines.length === 1);
    expect(lines).toEqual(['warn mirror: Gandi answered 502']);
    await until(() => t.clock.now() >= Date.UTC(2030, 0, 1) + 30 * MINUTE, 1_000);
    expect(t.gandi.calls.length).toBeLessThan(15);
    expect(lines).toHaveLength(1);
    heal();
    await until(() => lines.includes('info mirror: fresh again'), 5_000);
    expect(t.mirror.progress()).toMatchObject({ isComplete: true, domains: 5, lastError: null });
  });

  test.each([
    [0, 0.5, 5_000],
    [0, 0, 4_500],
    [0, 1, 5_500],
    [1, 0.5, 10_000],
    [3, 0.5, 40_000],
    [6, 0.5, 300_000],
    [1_000, 0.5, 300_000],
  ])('after %i failures the pause at random %d is %i ms', (failures, random, expected) => {
    expect(nextPauseMs(failures, random)).toBe(expected);
  });
});

describe('stopping', () => {
  test('withdraws what waits for a permit, lets what is sent come to its end, and leaves no timer', async () => {
    await setup(fakePortfolio({ domains: 500, clients: 1 }));
    const sent = t.gandi.hold(/^domains:2$/, 'before-answering');
    const waiting = t.gandi.hold(/^domains:[3-5]$/, 'before-sending');
    await until(() => waiting.waiting().length === 3 && sent.waiting().length === 1);
    const stopped = sync.stop();
    await t.clock.advance(0);
    sent.release();
    await stopped;
    expect(waiting.waiting()).toHaveLength(0);
    expect(t.gandi.sent().filter((what) => /^domains:[3-5]$/.test(what))).toEqual([]);
    expect(await allDomains(t.store)).toHaveLength(200);
    expect(t.clock.pending).toBe(0);
  });

  test('does not wait for ever for a call that never ends', async () => {
    await setup(fakePortfolio({ domains: 5, clients: 1 }));
    const stuck = t.gandi.hold(/^domains:1$/, 'before-answering');
    await until(() => stuck.waiting().length === 1);
    let isStopped = false;
    const stopped = sync.stop().then(() => {
      isStopped = true;
    });
    await t.clock.advance(4_999);
    expect(isStopped).toBe(false);
    await t.clock.advance(1);
    await stopped;
    stuck.release();
    await t.mirror.idle();
  });

  test('in the middle of the first fill is no loss: the next start goes on where it was', async () => {
    await setup(fakePortfolio({ domains: 500, clients: 1 }));
    const hold = t.gandi.hold(/^domains:[3-5]$/, 'before-sending');
    await until(() => t.mirror.progress().domains === 200);
    await t.clock.advance(0);
    await sync.stop();
    hold.release();
    t.gandi.clearCalls();
    t.restart();
    start();
    await until(() => t.mirror.progress().isComplete);
    expect(
      t.gandi
        .sent()
        .filter((what) => what.startsWith('domains:'))
        .toSorted(),
    ).toEqual(['domains:3', 'domains:4', 'domains:5']);
    expect(t.mirror.progress()).toMatchObject({ domains: 500, total: 500 });
  });
});

describe('a credential of another account', () => {
  test('is told from that of the account this database mirrors, and nothing of it is taken for the truth', async () => {
    await setup(fakePortfolio({ domains: 10, clients: 1 }));
    await until(() => t.mirror.progress().isComplete);
    await sync.stop();
    await t.clock.advance(1_000);
    const foreign = fakePortfolio({ domains: 3, clients: 0 });
    t.gandi.world.organizations = foreign.organizations.map((row) => ({ ...row, id: 'stranger' }));
    t.gandi.world.domains = foreign.domains.map((domain) => ({
      ...domain,
      name: `x-${domain.name}`,
      organizationId: 'stranger',
    }));
    t.gandi.clearCalls();
    start();
    await until(() => lines.some((line) => line.startsWith('warn')));
    expect(lines.at(-1)).toContain('of another Gandi account');
    expect(t.gandi.sent()).toEqual(['organizations']);
    const domains = await allDomains(t.store);
    expect(domains).toHaveLength(10);
    expect(domains.every(({ presence }) => presence === 'PRESENT')).toBe(true);
  });
});
