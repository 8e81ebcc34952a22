// Following transfers: the present state, then each change once and in order, resumable anywhere, sealed between tenants.
import { setTimeout as realTime } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RequestFault } from '../../../src/services/errors.ts';
import { isGap } from '../../../src/services/events-types.ts';
import type { GapNotice, TransferUpdate } from '../../../src/services/services.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { type Stage, scopeOf, sessionOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;
let stops: AbortController[];

const start = async (backend?: Parameters<typeof createTestStore>[0]) => {
  database = await createTestStore(backend);
  stage = setup(database);
  stops = [];
};
const end = async () => {
  for (const stop of stops) stop.abort();
  await realTime(5);
  await database.close();
};

type Query = Omit<Parameters<Stage['transfers']['updates']>[1], 'signal' | 'after'> & { after?: string | null };

function follow(query: Partial<Query> = {}, session: Parameters<typeof sessionOf>[0] = {}) {
  const stop = new AbortController();
  stops.push(stop);
  const { after = null, filter = {}, ...rest } = query;
  return stage.transfers.updates(sessionOf(session), { filter, after, ...rest, signal: stop.signal });
}
type Updates = AsyncIterator<TransferUpdate | GapNotice>;
const next = async (updates: Updates): Promise<TransferUpdate> => {
  const { value, done } = await updates.next();
  if (done || isGap(value)) throw new Error(done ? 'The updates ended.' : 'Something was missed.');
  return value;
};
const take = async (updates: Updates, count: number) => {
  const got: TransferUpdate[] = [];
  while (got.length < count) got.push(await next(updates));
  return got;
};
const told = ({ transfer }: TransferUpdate) => `${transfer.domainName} ${transfer.step}`;

const order = (name: string, client = 'c00') =>
  stage.transfers.request(scopeOf(), wish({ domain: name, idempotencyKey: name, client: { id: client } }));
const move = async (name: string, step: string) => {
  stage.gandi.report(name, { step });
  await stage.look(name);
};

describeStore('following transfers', (backend) => {
  beforeEach(() => start(backend));
  afterEach(end);

  test('begins with the present state of those under way and goes on with every change, once', async () => {
    await order('a.com');
    await order('b.com');
    await order('gone.com');
    stage.gandi.complete('gone.com');
    await stage.look('gone.com');
    const updates = follow();
    expect((await take(updates, 2)).map(told)).toEqual(['a.com PAYMENT', 'b.com PAYMENT']);
    await move('b.com', 'BILL');
    await move('b.com', 'RUN');
    await order('c.com');
    await move('a.com', 'SUPPORT');
    expect((await take(updates, 5)).map(told)).toEqual([
      'b.com PAYMENT',
      'b.com REGISTRY',
      'c.com SUBMITTING',
      'c.com PAYMENT',
      'a.com SUPPORT',
    ]);
  });

  test('tells each transfer as it was after that very change', async () => {
    await order('a.com');
    const updates = follow();
    const first = next(updates);
    expect(told(await first)).toBe('a.com PAYMENT');
    await move('a.com', 'RUN');
    await move('a.com', 'SUPPORT');
    const [one, two] = await take(updates, 2);
    expect([one, two].map((update) => update && told(update))).toEqual(['a.com REGISTRY', 'a.com SUPPORT']);
    expect((two?.transfer.version ?? 0) - (one?.transfer.version ?? 0)).toBe(1);
  });

  test('with a cursor gives everything since, and no present state', async () => {
    await order('a.com');
    await order('b.com');
    const before = follow();
    const [, second] = await take(before, 2);
    await before.return?.();
    await move('a.com', 'RUN');
    await move('b.com', 'RUN');
    const resumed = follow({ after: second?.cursor ?? null });
    expect((await take(resumed, 2)).map(told)).toEqual(['a.com REGISTRY', 'b.com REGISTRY']);
  });

  test('resumed anywhere, also in the middle of the present state, nothing is missing and nothing comes twice', async () => {
    for (const name of ['a.com', 'b.com', 'c.com']) await order(name);
    for (const received of [1, 2, 3]) {
      const before = follow();
      const first = await take(before, received);
      await before.return?.();
      for (const name of ['a.com', 'b.com', 'c.com']) await move(name, `STEP${received}`);
      const words = [...first];
      const resumed = follow({ after: first.at(-1)?.cursor ?? null });
      words.push(...(await take(resumed, 3)));
      const versions = new Map<string, number>();
      for (const { transfer } of words) {
        expect(transfer.version).toBeGreaterThan(versions.get(transfer.id) ?? 0);
        versions.set(transfer.id, transfer.version);
      }
      for (const { transfer } of words.slice(-3)) expect(transfer.upstream.step).toBe(`STEP${received}`);
      expect(versions.size).toBe(3);
      await move('c.com', `AFTER${received}`);
      expect((await next(resumed)).transfer.upstream.step).toBe(`AFTER${received}`);
    }
  });

  test('a change between the state and the following is not lost and not told twice', async () => {
    await order('a.com');
    const { list } = stage.store.transfers;
    let once = true;
    stage.store.transfers.list = async (query) => {
      const page = await list(query);
      if (once && query.filter.open === true && query.filter.domainName === undefined) {
        once = false;
        await move('a.com', 'RUN');
      }
      return page;
    };
    const updates = follow();
    expect(told(await next(updates))).toBe('a.com REGISTRY');
    await move('a.com', 'SUPPORT');
    expect(told(await next(updates))).toBe('a.com SUPPORT');
    stage.store.transfers.list = list;
  });
});

describe('a cursor that is older than the log', () => {
  beforeEach(() => start());
  afterEach(end);

  /** Removes everything but the newest events. */
  const prune = (keep: number) => {
    const limits = { keepAfter: 1_000n, olderThan: 0, olderThanInAnyCase: 0, limit: 1_000 };
    return stage.store.events.prune({ ...limits, keep });
  };
  const notice = async (updates: Updates) => {
    const { value } = await updates.next();
    if (value === undefined || !isGap(value)) throw new Error('Nothing was missed.');
    return value;
  };

  test('gets a notice, then how things stand, then every change', async () => {
    for (const name of ['a.com', 'b.com']) await order(name);
    const before = follow();
    const [, { cursor }] = (await take(before, 2)) as [TransferUpdate, TransferUpdate];
    await before.return?.();
    await move('a.com', 'RUN');
    await move('b.com', 'RUN');
    const missedUntil = stage.clock.now();
    await prune(1);
    await stage.clock.advance(5_000);
    const resumed = follow({ after: cursor });
    expect(await notice(resumed)).toMatchObject({ gap: 'EXPIRED', missedUntil });
    expect((await take(resumed, 2)).map(told)).toEqual(['a.com REGISTRY', 'b.com REGISTRY']);
    await move('a.com', 'SUPPORT');
    expect(told(await next(resumed))).toBe('a.com SUPPORT');
  });

  test('when all that is left of the log is its end, resumed after the notice tells how things stand and no second notice', async () => {
    await order('a.com');
    const before = follow();
    const { cursor } = await next(before);
    await before.return?.();
    await move('a.com', 'RUN');
    await prune(0);
    const gap = await notice(follow({ after: cursor }));
    const resumed = follow({ after: gap.cursor });
    const state = await next(resumed);
    expect(told(state)).toBe('a.com REGISTRY');
    const later = follow({ after: state.cursor });
    await move('a.com', 'SUPPORT');
    for (const updates of [resumed, later]) expect(told(await next(updates))).toBe('a.com SUPPORT');
  });

  test('is one that was given to others when the rights are other ones', async () => {
    await order('a.com');
    const { cursor } = await next(follow());
    expect(() => follow({ after: cursor }, { organizationId: 'reseller' })).toThrow(RequestFault);
    expect(() => follow({ after: cursor }, { organizationId: null, clientId: 'c00' })).toThrow(RequestFault);
  });
});

describe('what is told', () => {
  beforeEach(() => start());
  afterEach(end);

  test('matches the filter', async () => {
    await order('a.com', 'c00');
    const { transfer } = await order('b.com', 'c01');
    const updates = [
      follow({ filter: { clientId: 'c01' } }),
      follow({ filter: { domainName: 'b.com' } }),
      follow({ transferIds: [transfer.id] }),
    ];
    for (const one of updates) expect(told(await next(one))).toBe('b.com PAYMENT');
    await move('a.com', 'RUN');
    await move('b.com', 'RUN');
    for (const one of updates) expect(told(await next(one))).toBe('b.com REGISTRY');
  });

  test('includes an ended transfer when it is named, and the end of one that is followed', async () => {
    const { transfer } = await order('a.com');
    const open = follow({ filter: { open: true } });
    await next(open);
    stage.gandi.complete('a.com');
    await stage.look('a.com');
    expect(told(await next(open))).toBe('a.com COMPLETED');
    expect(told(await next(follow({ transferIds: [transfer.id] })))).toBe('a.com COMPLETED');
  });

  test('is only what the session may see', async () => {
    await order('a.com', 'c00');
    await order('b.com', 'c01');
    const other = follow({}, { organizationId: 'reseller', clientId: 'c01' });
    expect(told(await next(other))).toBe('b.com PAYMENT');
    await move('a.com', 'RUN');
    await move('b.com', 'RUN');
    expect(told(await next(other))).toBe('b.com REGISTRY');
  });

  test.each([['nonsense'], ['WzEsImV2ZW50cyIsIngiLG51bGxd']])(
    'nothing for the cursor %j, which is refused at once',
    (after) => {
      expect(() => follow({ after })).toThrow(RequestFault);
    },
  );

  test('nothing for a cursor of another log', async () => {
    await order('a.com');
    const { cursor } = await next(follow());
    await end();
    await start();
    const error = await next(follow({ after: cursor })).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', argument: { name: 'after' } });
  });
});

describe('who follows', () => {
  beforeEach(() => start());
  afterEach(end);

  test('is counted, so that what is watched is looked at more closely, and forgotten when it leaves', async () => {
    const { transfer } = await order('a.com');
    const updates = follow({ filter: { domainName: 'a.com' } });
    await next(updates);
    expect(stage.interest.covers(transfer)).toBe(true);
    expect(stage.interest.covers({ ...transfer, domainName: 'b.com' })).toBe(false);
    await updates.return?.();
    expect(stage.interest.covers(transfer)).toBe(false);
  });

  test('first of a transfer whose turn is far away brings that turn forward', async () => {
    const { transfer } = await order('a.com');
    await stage.pollIn(3_600_000);
    await next(follow());
    await expect
      .poll(async () => (await stage.store.transfers.byIds([transfer.id]))[0]?.nextPollAt)
      .toBe(stage.clock.now() + 1_000);
  });

  test('in great number reads the state once and the log once', async () => {
    for (const name of ['a.com', 'b.com', 'c.com']) await order(name);
    let lists = 0;
    let reads = 0;
    const { list } = stage.store.transfers;
    const { after } = stage.store.events;
    stage.store.transfers.list = (query) => {
      lists += 1;
      return list(query);
    };
    stage.store.events.after = (...args) => {
      reads += 1;
      return after(...args);
    };
    const many = Array.from({ length: 300 }, () => follow());
    await Promise.all(many.map((updates) => take(updates, 3)));
    expect(lists).toBe(1);
    const waiting = many.map((updates) => next(updates));
    await realTime(20);
    const before = reads;
    await move('b.com', 'RUN');
    expect(new Set((await Promise.all(waiting)).map(told))).toEqual(new Set(['b.com REGISTRY']));
    expect(reads - before).toBeLessThanOrEqual(3);
    stage.store.transfers.list = list;
    stage.store.events.after = after;
  });

  test('ends quietly when the signal aborts', async () => {
    const updates = follow();
    const waiting = updates.next();
    await realTime(20);
    for (const stop of stops) stop.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(stage.tail.followers).toBe(0);
    expect(stage.interest.watchers).toBe(0);
  });
});
