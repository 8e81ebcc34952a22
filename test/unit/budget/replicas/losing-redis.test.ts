// A replica that loses Redis goes on alone with its part, once all others leave room for it, and comes back when nothing can be forgotten.
import { describe, expect, it } from 'vitest';
import { mostInAnyWindow } from '../receiver.ts';
import { createRig, type Rig } from './rig.ts';

const WINDOW = { limit: 30, windowMs: 2_000 };
const limits = [WINDOW];
const patient = { lane: 'interactive', tenant: 'a', maxWaitMs: Number.POSITIVE_INFINITY } as const;
/** A call under way for half a second at most: everything of a replica is over 8.5 s after it was seen last. */
const GONE_MS = 3_000 + 2_000 + 500 + 2_004 + 1_000;

async function busy(options: Partial<Parameters<typeof createRig>[0]> = {}): Promise<Rig> {
  const rig = createRig({ replicas: 3, limits, maxTransitMs: 500, ...options });
  for (const replica of rig.replicas) replica.keepBusy(30, patient);
  await rig.clock.advance(10_000);
  return rig;
}
const modes = ({ replicas }: Rig) => replicas.map(({ store }) => store.mode);
const since = (arrivals: readonly number[], from: number, until = Number.POSITIVE_INFINITY) =>
  arrivals.filter((at) => at >= from && at < until).length;
const isStrict = (rig: Rig) => expect(mostInAnyWindow(rig.arrivals(), WINDOW)).toBeLessThanOrEqual(WINDOW.limit);

describe('one replica that loses Redis', () => {
  it('sends nothing until the others leave room, then its part, while they use the rest', async () => {
    const rig = await busy();
    const [alone, ...others] = rig.replicas;
    const lostAt = rig.clock.monotonic();
    alone?.link.cut();
    await rig.clock.advance(1_500);
    expect(since(alone?.arrivals ?? [], lostAt + 10)).toBe(0);
    expect(alone?.budget.snapshot()).toMatchObject({ mode: 'alone', limit: 10, remaining: 0 });
    await rig.clock.advance(8_500);
    expect(modes(rig)).toEqual(['alone', 'shared', 'shared']);
    const from = lostAt + 5_000;
    expect(since(alone?.arrivals ?? [], from)).toBeGreaterThanOrEqual(2 * 10);
    expect(
      since(
        others.flatMap(({ arrivals }) => arrivals),
        from,
      ),
    ).toBeGreaterThanOrEqual(2 * 20);
    isStrict(rig);
  });

  it('says each change once, and comes back to the whole limit', async () => {
    const rig = await busy();
    const [alone] = rig.replicas;
    const told: string[] = [];
    alone?.store.listen({ onChange: ({ mode }) => told.push(mode), onPause: () => {} });
    alone?.link.cut();
    await rig.clock.advance(20_000);
    alone?.link.mend();
    await rig.clock.advance(5_000);
    expect(modes(rig)).toEqual(['shared', 'shared', 'shared']);
    expect(alone?.log).toEqual([
      'info: call budget: shared with the other replicas',
      'warn: call budget: cut off from the other replicas (Redis does not answer); going on alone with 10/2s as soon as all of them leave room',
      'warn: call budget: alone with 10/2s',
      'info: call budget: shared again with the other replicas',
    ]);
    expect(told).toEqual(['alone', 'alone', 'shared']);
    const from = rig.clock.monotonic();
    await rig.clock.advance(10_000);
    expect(since(rig.arrivals(), from)).toBeGreaterThan(5 * 30 * 0.95);
    isStrict(rig);
  });

  it('does not mind a short break', async () => {
    const rig = await busy();
    const [replica] = rig.replicas;
    replica?.link.cut();
    await rig.clock.advance(300);
    replica?.link.mend();
    await rig.clock.advance(2_000);
    expect(replica?.log).toHaveLength(1);
    expect(since(replica?.arrivals ?? [], rig.clock.monotonic() - 1_500)).toBeGreaterThan(0);
    isStrict(rig);
  });

  it('waits for a replica that has died until nothing of it can be under way', async () => {
    const rig = await busy();
    const [alone, dead] = rig.replicas;
    const diedAt = rig.clock.monotonic();
    dead?.kill();
    alone?.link.cut();
    await rig.clock.advance(7_000);
    expect(since(alone?.arrivals ?? [], diedAt + 10)).toBe(0);
    await rig.clock.advance(8_000);
    expect(since(alone?.arrivals ?? [], diedAt + GONE_MS - 2_000)).toBeGreaterThan(10);
    isStrict(rig);
  });

  it('sends nothing when it has lost the database as well', async () => {
    const rig = await busy();
    const [cut] = rig.replicas;
    cut?.cutBoard(true);
    cut?.link.cut();
    const lostAt = rig.clock.monotonic();
    await rig.clock.advance(20_000);
    expect(since(cut?.arrivals ?? [], lostAt + 10)).toBe(0);
    expect(cut?.log).toContain('error: call budget: the database does not answer');
    cut?.cutBoard(false);
    await rig.clock.advance(10_000);
    expect(since(cut?.arrivals ?? [], lostAt + 20_000)).toBeGreaterThan(10);
    isStrict(rig);
  });
});

describe('a replica that has lost the database alone', () => {
  it('sends nothing after three seconds: it would not see who goes on alone', async () => {
    const rig = await busy();
    const [blind] = rig.replicas;
    blind?.cutBoard(true);
    const lostAt = rig.clock.monotonic();
    await rig.clock.advance(20_000);
    expect(since(blind?.arrivals ?? [], lostAt, lostAt + 2_000)).toBeGreaterThan(0);
    expect(since(blind?.arrivals ?? [], lostAt + 3_100)).toBe(0);
    blind?.cutBoard(false);
    await rig.clock.advance(5_000);
    expect(since(blind?.arrivals ?? [], lostAt + 20_000)).toBeGreaterThan(0);
    isStrict(rig);
  });
});

describe('a Redis that is gone for all', () => {
  it('leaves each its part within a few seconds, and the whole limit to all of them together', async () => {
    const rig = await busy();
    const lostAt = rig.clock.monotonic();
    rig.stopRedis();
    await rig.clock.advance(20_000);
    expect(modes(rig)).toEqual(['alone', 'alone', 'alone']);
    for (const { arrivals } of rig.replicas) {
      expect(
        mostInAnyWindow(
          arrivals.filter((at) => at > lostAt + 2_100),
          WINDOW,
        ),
      ).toBeLessThanOrEqual(10);
      expect(since(arrivals, lostAt + 4_000)).toBeGreaterThan(8 * 10 * 0.9);
    }
    isStrict(rig);
  });

  it.each([false, true])(
    'gives nothing when it starts anew until all old calls are over (with its data: %s)',
    async (keepsData) => {
      const rig = await busy();
      rig.stopRedis();
      await rig.clock.advance(3_000);
      rig.startRedis(keepsData);
      const backAt = rig.clock.monotonic();
      await rig.clock.advance(GONE_MS - 1_500);
      expect(modes(rig)).toEqual(['alone', 'alone', 'alone']);
      await rig.clock.advance(4_000);
      expect(modes(rig)).toEqual(['shared', 'shared', 'shared']);
      const from = rig.clock.monotonic();
      expect(since(rig.arrivals(), backAt, from)).toBeGreaterThan(5 * 30 * 0.9);
      await rig.clock.advance(10_000);
      expect(since(rig.arrivals(), from)).toBeGreaterThan(5 * 30 * 0.95);
      isStrict(rig);
    },
  );

  it('keeps from sending those for whom the limit was not divided, and names the variable', async () => {
    const rig = await busy({ replicas: 4, parts: 3 });
    const lostAt = rig.clock.monotonic();
    rig.stopRedis();
    await rig.clock.advance(20_000);
    const sent = rig.replicas.map(({ arrivals }) => since(arrivals, lostAt + 100));
    expect(sent.filter((calls) => calls > 0)).toHaveLength(3);
    const left = rig.replicas[sent.indexOf(0)];
    expect(left?.log.at(-1)).toMatch(/^error: call budget: REPLICAS: found 3, but more replicas are cut off than that/);
    expect(left?.log.filter((line) => line.startsWith('error'))).toHaveLength(1);
    isStrict(rig);
  });

  it('takes away the part of a replica that was stopped for long: it asks anew before it goes on', async () => {
    const rig = await busy();
    const [stopped] = rig.replicas;
    rig.stopRedis();
    await rig.clock.advance(6_000);
    stopped?.stop();
    await rig.clock.advance(GONE_MS + 5_000);
    const from = rig.clock.monotonic();
    stopped?.proceed();
    await rig.clock.advance(100);
    expect(since(stopped?.arrivals ?? [], from)).toBe(0);
    await rig.clock.advance(10_000);
    expect(since(stopped?.arrivals ?? [], from)).toBeGreaterThan(20);
    isStrict(rig);
  });
});

describe('a Redis whose clock is set', () => {
  it.each([900, 60_000, -5_000])('by %i ms makes nobody send too early', async (byMs) => {
    const rig = await busy();
    rig.setRedisClock(byMs);
    await rig.clock.advance(15_000);
    rig.setRedisClock(-byMs);
    await rig.clock.advance(25_000);
    isStrict(rig);
    expect(modes(rig)).toEqual(['shared', 'shared', 'shared']);
    const from = rig.clock.monotonic();
    await rig.clock.advance(10_000);
    expect(since(rig.arrivals(), from)).toBeGreaterThan(5 * 30 * 0.95);
  });
});

describe('replicas that count on two servers', () => {
  it('go on alone, each with its part, rather than count apart', async () => {
    const rig = await busy();
    const other = createRig({ replicas: 1, limits, clock: rig.clock, board: rig.board, parts: 3, firstId: 3 });
    other.replicas[0]?.keepBusy(30, patient);
    await rig.clock.advance(15_000);
    expect(other.replicas[0]?.store.mode).toBe('alone');
    const all = [...rig.arrivals(), ...other.arrivals()];
    expect(mostInAnyWindow(all, WINDOW)).toBeLessThanOrEqual(WINDOW.limit);
  });
});

describe('a replica that leaves', () => {
  it('tells what became of its calls and stands on the board no more', async () => {
    const rig = createRig({ replicas: 2, limits });
    await rig.clock.advance(1_000);
    void rig.replicas[0]?.call(patient);
    await rig.clock.advance(100);
    const closed = rig.replicas[0]?.store.close();
    await rig.clock.advance(100);
    await closed;
    expect([...rig.board.rows.keys()]).toEqual(['r1']);
    expect(rig.replicas[1]?.budget.snapshot()).toMatchObject({ mode: 'shared' });
  });
});
