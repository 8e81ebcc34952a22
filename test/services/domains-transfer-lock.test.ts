// The transfer lock: what is sent, what is read back, and every way it can end.
import { afterEach, describe, expect, test } from 'vitest';
import {
  NotFoundError,
  RejectedByGandiError,
  RequestFault,
  TransferLockUnavailableError,
} from '../../src/services/errors.ts';
import { UpstreamError } from '../../src/upstream/errors.ts';
import { failure, fakePortfolio } from '../helpers/fake-gandi.ts';
import { type ServicesTest, servicesTest } from './domains-setup.ts';

let t: ServicesTest;
afterEach(() => t.close());

const NAME = 'd0000.example';
const BY_NAME = { filter: {}, orderBy: { field: 'NAME', direction: 'ASC' }, page: { first: 20 } } as const;

async function setup(change: Partial<(typeof t.gandi.world.domains)[number]> = {}) {
  const world = fakePortfolio({ domains: 3, clients: 1 });
  world.domains = world.domains.map((domain) => (domain.name === NAME ? { ...domain, ...change } : domain));
  t = await servicesTest(world);
  await t.domains.list(t.scope(), BY_NAME);
  await t.clock.advance(1);
  t.gandi.clearCalls();
}
/** Gandi takes the change and shows it only after so many further looks. */
function slowGandi(looks: number) {
  const { port } = t.gandi;
  const real = port.setTransferLock;
  let pending: (() => Promise<void>) | null = null;
  Object.assign(port, {
    setTransferLock: async (...[name, locked, call]: Parameters<typeof real>) => {
      if (call.meter) call.meter.made += 1;
      pending = () => real(name, locked, { ...call, meter: { ...call.meter } as never });
    },
  });
  let seen = 0;
  t.gandi.onAnswer((what) => {
    if (what === `domain:${NAME}` && ++seen === looks) void pending?.();
  });
}
async function finish<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  promise.then(over, over);
  for (let turn = 0; turn < 400 && !isOver; turn++) await t.clock.advance(turn % 20 === 19 ? 500 : 0);
  return promise;
}

describe('locking a domain', () => {
  test('is one write and one look, and everything read afterwards shows it', async () => {
    await setup();
    const scope = t.scope();
    await t.domains.byName(scope, NAME);
    const node = await t.domains.setTransferLock(scope, { name: 'D0000.example', locked: true });
    expect(node).toMatchObject({ name: NAME, eppStatuses: ['clientTransferProhibited'], freshness: { state: 'LIVE' } });
    expect(t.gandi.sent()).toEqual([`lock:${NAME}:true`, `domain:${NAME}`]);
    expect(t.gandi.calls.every(({ lane }) => lane === 'interactive')).toBe(true);
    expect(scope.meter).toMatchObject({ planned: 2, made: 2 });
    expect((await t.domains.byName(scope, NAME))?.eppStatuses).toEqual(['clientTransferProhibited']);
  });

  test('looks again while Gandi has not carried it out', async () => {
    await setup();
    slowGandi(2);
    const node = await finish(t.domains.setTransferLock(t.scope(), { name: NAME, locked: true }));
    expect(node.eppStatuses).toEqual(['clientTransferProhibited']);
    expect(t.gandi.sent().filter((what) => what === `domain:${NAME}`)).toHaveLength(3);
  });

  test('answers with what Gandi shows when it takes longer than three looks', async () => {
    await setup();
    slowGandi(9);
    const node = await finish(t.domains.setTransferLock(t.scope(), { name: NAME, locked: true }));
    expect(node.eppStatuses).toEqual([]);
    expect(t.gandi.sent().filter((what) => what === `domain:${NAME}`)).toHaveLength(3);
    expect(t.clock.pending).toBe(0);
  });

  test('goes on when the caller has gone', async () => {
    await setup();
    const abort = new AbortController();
    const hold = t.gandi.hold(/^lock/, 'before-answering');
    const locking = t.domains.setTransferLock(t.scope({ signal: abort.signal }), { name: NAME, locked: true });
    while (hold.waiting().length === 0) await t.clock.advance(0);
    abort.abort(new Error('gone'));
    hold.release();
    expect((await locking).eppStatuses).toEqual(['clientTransferProhibited']);
  });
});

describe('what cannot be done', () => {
  test('a TLD without a lock, as far as the mirror knows, is said without a call', async () => {
    await setup({ canTransferLock: false });
    const scope = t.scope();
    const domain = await t.domains.byName(scope, NAME);
    if (domain) await t.domains.detail(scope, domain);
    t.gandi.clearCalls();
    await expect(t.domains.setTransferLock(t.scope(), { name: NAME, locked: true })).rejects.toThrow(
      TransferLockUnavailableError,
    );
    expect(t.gandi.calls).toHaveLength(0);
  });

  test('a lock of the registry cannot be taken back, but the own one can be set', async () => {
    await setup({ eppStatuses: ['serverTransferProhibited'] });
    await expect(t.domains.setTransferLock(t.scope(), { name: NAME, locked: false })).rejects.toThrow(
      TransferLockUnavailableError,
    );
    expect(t.gandi.calls).toHaveLength(0);
    const node = await t.domains.setTransferLock(t.scope(), { name: NAME, locked: true });
    expect(node.eppStatuses).toContain('clientTransferProhibited');
  });

  test('an unknown domain, and one of another client, are not found', async () => {
    await setup();
    await expect(t.domains.setTransferLock(t.scope(), { name: 'nobody.example', locked: true })).rejects.toThrow(
      NotFoundError,
    );
    const session = { organizationId: 'reseller', clientId: 'somebody' };
    await expect(t.domains.setTransferLock(t.scope({ session }), { name: NAME, locked: true })).rejects.toThrow(
      NotFoundError,
    );
    expect(t.gandi.sent().filter((what) => what.startsWith('lock'))).toEqual([]);
  });

  test.each([
    ['invalid', 400],
    ['conflict', 409],
    ['refused', 422],
  ] as const)('a refusal (%s) is told with its reasons', async (kind, status) => {
    await setup();
    const problems = [{ field: 'clientTransferProhibited', message: 'not now' }];
    t.gandi.fail(/^lock/, new UpstreamError('no', { kind, status, endpoint: 'PATCH /x', problems }));
    const outcome = await t.domains.setTransferLock(t.scope(), { name: NAME, locked: true }).catch((e: unknown) => e);
    expect(outcome).toBeInstanceOf(RejectedByGandiError);
    expect(outcome).toMatchObject({ problems });
  });

  test('a call that could not be made is a fault', async () => {
    await setup();
    t.gandi.fail(/^lock/, failure('busy', { retryAfterMs: 700 }));
    const outcome = await t.domains.setTransferLock(t.scope(), { name: NAME, locked: true }).catch((e: unknown) => e);
    expect(outcome).toBeInstanceOf(RequestFault);
    expect(outcome).toMatchObject({ code: 'UPSTREAM_BUSY', retryAfterMs: 700 });
  });
});

describe('an answer that was lost', () => {
  const lost = new UpstreamError('lost', { kind: 'timeout', endpoint: 'PATCH /x', ambiguous: true });

  test('is success when Gandi shows the lock', async () => {
    await setup({ eppStatuses: ['clientTransferProhibited'] });
    t.gandi.fail(/^lock/, lost);
    const node = await t.domains.setTransferLock(t.scope(), { name: NAME, locked: true });
    expect(node.eppStatuses).toEqual(['clientTransferProhibited']);
    expect(t.gandi.sent()).toEqual([`lock:${NAME}:true`, `domain:${NAME}`]);
  });

  test('is a fault when Gandi does not, and the write is not sent again', async () => {
    await setup();
    t.gandi.fail(/^lock/, lost);
    const outcome = await finish(
      t.domains.setTransferLock(t.scope(), { name: NAME, locked: true }).catch((e: unknown) => e),
    );
    expect(outcome).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    expect(t.gandi.sent().filter((what) => what.startsWith('lock'))).toHaveLength(1);
  });
});
