// Shared work: joined, made more urgent, waited for, left, abandoned; and what each caller's meter says afterwards.
import { describe, expect, test } from 'vitest';
import { createUpstreamMeter, type UpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import type { Demand } from '../../../src/mirror/demand.ts';
import { createFlights, type FlightOptions, type Work } from '../../../src/mirror/flights.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { createFakeGandi, failure, fakePortfolio } from '../../helpers/fake-gandi.ts';

const NEXT_TURNS = 5;
const PATIENT: FlightOptions = { maxWaitMs: 60_000, finishLate: false };

function setup() {
  const clock = fakeClock();
  const gandi = createFakeGandi(fakePortfolio({ domains: 5, clients: 1 }));
  const flights = createFlights({ clock });
  const demand = (more: Partial<Demand> = {}): Demand & { meter: UpstreamMeter } => ({
    maxAgeSeconds: null,
    lane: 'interactive',
    tenant: 't1',
    meter: createUpstreamMeter(),
    ...more,
  });
  const detail =
    (name: string): Work<string> =>
    async (caller) => {
      caller.plan(1);
      return (await caller.send((call) => gandi.port.domain(name, call))).name;
    };
  return { clock, gandi, flights, demand, detail, settle: () => clock.advance(0) };
}

const D0 = 'd0000.example';
const D1 = 'd0001.example';

describe('work under way', () => {
  test('is joined by whoever wants the same: one call, counted as made by the first and as saved by the others', async () => {
    const { gandi, flights, demand, detail } = setup();
    const demands = [demand(), demand({ lane: 'poll' }), demand()];
    const outcomes = await Promise.all(demands.map((one) => flights.run('k', one, PATIENT, detail(D0))));
    expect(outcomes).toEqual(Array(3).fill({ kind: 'done', value: D0 }));
    expect(gandi.sent()).toEqual([`domain:${D0}`]);
    expect(demands.map(({ meter }) => [meter.planned, meter.made, meter.coalesced])).toEqual([
      [1, 1, 0],
      [0, 0, 1],
      [0, 0, 1],
    ]);
  });

  test('is begun anew once it has ended', async () => {
    const { gandi, flights, demand, detail } = setup();
    await flights.run('k', demand(), PATIENT, detail(D0));
    await flights.run('k', demand(), PATIENT, detail(D0));
    expect(gandi.calls).toHaveLength(2);
  });

  test('is not joined by those who come after it was forgotten', async () => {
    const { gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-answering');
    const first = flights.run('k', demand(), PATIENT, detail(D0));
    await settle();
    flights.forget('k');
    const second = flights.run('k', demand(), PATIENT, detail(D0));
    await settle();
    hold.release();
    expect((await Promise.all([first, second])).map(({ kind }) => kind)).toEqual(['done', 'done']);
    expect(gandi.calls).toHaveLength(2);
  });

  test('that fails tells all of them why', async () => {
    const { gandi, flights, demand, detail } = setup();
    const thrown = failure('unavailable', { status: 502 });
    gandi.fail(/domain/, thrown);
    const outcomes = await Promise.all([1, 2].map(() => flights.run('k', demand(), PATIENT, detail(D0))));
    expect(outcomes).toEqual([
      { kind: 'failed', error: thrown },
      { kind: 'failed', error: thrown },
    ]);
  });

  test('that breaks for another reason rejects: a bug is no old answer', async () => {
    const { flights, demand } = setup();
    const broken = async () => {
      throw new TypeError('a bug');
    };
    await expect(flights.run('k', demand(), PATIENT, broken)).rejects.toThrow('a bug');
  });
});

describe('urgency', () => {
  test('of the most urgent who waits: a call that has no permit yet is asked again in the higher lane, and sent once', async () => {
    const { gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-sending');
    const slow = flights.run('k', demand({ lane: 'backfill', tenant: 'sync' }), PATIENT, detail(D0));
    await settle();
    expect(hold.waiting()).toMatchObject([{ lane: 'backfill', tenant: 'sync' }]);
    const quick = flights.run('k', demand({ lane: 'interactive', tenant: 'app' }), PATIENT, detail(D0));
    await settle();
    expect(hold.waiting()).toMatchObject([{ lane: 'interactive', tenant: 'app' }]);
    hold.release();
    await Promise.all([slow, quick]);
    expect(gandi.calls).toMatchObject([{ what: `domain:${D0}`, lane: 'interactive' }]);
  });

  test('does not touch a call that is already sent', async () => {
    const { gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-answering');
    const slow = flights.run('k', demand({ lane: 'backfill' }), PATIENT, detail(D0));
    await settle();
    const quick = flights.run('k', demand({ lane: 'interactive' }), PATIENT, detail(D0));
    await settle();
    hold.release();
    expect(await Promise.all([slow, quick])).toMatchObject([{ kind: 'done' }, { kind: 'done' }]);
    expect(gandi.calls).toMatchObject([{ lane: 'backfill' }]);
  });

  test('is lent to the work it is waiting for in turn', async () => {
    const { gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-sending');
    const outer: Work<string> = async (caller) => (await caller.share('inner', detail(D0))).kind;
    const slow = flights.run('outer', demand({ lane: 'backfill' }), PATIENT, outer);
    await settle();
    const quick = demand({ lane: 'interactive' });
    const joined = flights.run('outer', quick, PATIENT, outer);
    await settle();
    expect(hold.waiting()).toMatchObject([{ lane: 'interactive' }]);
    hold.release();
    await Promise.all([slow, joined]);
    expect(gandi.calls).toHaveLength(1);
    expect(quick.meter).toMatchObject({ made: 0, coalesced: 1 });
  });

  test('goes back to what is left when the urgent one leaves', async () => {
    const { gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-sending');
    const abort = new AbortController();
    const slow = flights.run('k', demand({ lane: 'backfill' }), PATIENT, detail(D0));
    const quick = flights.run('k', demand({ lane: 'interactive', signal: abort.signal }), PATIENT, detail(D0));
    await settle();
    abort.abort(new Error('gone'));
    await expect(quick).rejects.toThrow('gone');
    await settle();
    expect(hold.waiting()).toMatchObject([{ lane: 'backfill' }]);
    hold.release();
    expect(await slow).toMatchObject({ kind: 'done' });
  });
});

describe('patience', () => {
  test('that ends gives `late`; single work that has no permit by then is dropped', async () => {
    const { clock, gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-sending');
    const waiting = flights.run('k', demand(), { maxWaitMs: 1_000, finishLate: false }, detail(D0));
    await clock.advance(999);
    expect(hold.waiting()).toHaveLength(1);
    await clock.advance(1);
    expect(await waiting).toEqual({ kind: 'late' });
    await settle();
    expect(hold.waiting()).toHaveLength(0);
    expect(gandi.calls).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });

  test('that ends lets lists go on in lane backfill, and later callers join them', async () => {
    const { clock, gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-sending');
    const list: FlightOptions = { maxWaitMs: 1_000, finishLate: true };
    const waiting = flights.run('k', demand(), list, detail(D0));
    await clock.advance(1_000);
    expect(await waiting).toEqual({ kind: 'late' });
    await settle();
    expect(hold.waiting()).toMatchObject([{ lane: 'backfill' }]);
    const second = flights.run('k', demand(), list, detail(D0));
    await settle();
    expect(hold.waiting()).toMatchObject([{ lane: 'interactive' }]);
    hold.release();
    expect(await second).toEqual({ kind: 'done', value: D0 });
    expect(gandi.calls).toHaveLength(1);
  });

  test('of the most patient is what a call may wait for its permit', async () => {
    const { flights, demand } = setup();
    const waits: (number | undefined)[] = [];
    const work: Work<void> = (caller) => caller.send(async ({ maxWaitMs }) => void waits.push(maxWaitMs));
    await Promise.all([
      flights.run('k', demand(), { maxWaitMs: 1_000, finishLate: false }, work),
      flights.run('k', demand(), { maxWaitMs: 5_000, finishLate: false }, work),
    ]);
    await flights.run('list', demand(), { maxWaitMs: 5_000, finishLate: true }, work);
    expect(waits).toEqual([5_000, 6_000]);
  });
});

describe('leaving', () => {
  test('rejects at once with the reason; work nobody wants any more makes no further call, and what was sent is used', async () => {
    const { gandi, flights, demand, settle } = setup();
    const done: string[] = [];
    const both: Work<void> = async (caller) => {
      for (const name of [D0, D1]) {
        const { name: read } = await caller.send((call) => gandi.port.domain(name, call));
        done.push(read);
      }
    };
    const hold = gandi.hold(/domain/, 'before-answering');
    const abort = new AbortController();
    const leaving = flights.run('k', demand({ signal: abort.signal }), PATIENT, both);
    await settle();
    abort.abort(new Error('closed the tab'));
    await expect(leaving).rejects.toThrow('closed the tab');
    hold.release();
    await flights.idle();
    expect(done).toEqual([D0]);
    expect(gandi.sent()).toEqual([`domain:${D0}`]);
  });

  test('before anything began sends nothing', async () => {
    const { gandi, flights, demand, detail } = setup();
    const run = flights.run('k', demand({ signal: AbortSignal.abort(new Error('gone')) }), PATIENT, detail(D0));
    await expect(run).rejects.toThrow('gone');
    expect(gandi.calls).toHaveLength(0);
  });

  test('of some does not disturb the others', async () => {
    const { gandi, flights, demand, detail, settle } = setup();
    const hold = gandi.hold(/domain/, 'before-answering');
    const abort = new AbortController();
    const leaving = flights.run('k', demand({ signal: abort.signal }), PATIENT, detail(D0));
    const staying = flights.run('k', demand(), PATIENT, detail(D0));
    await settle();
    abort.abort(new Error('gone'));
    await expect(leaving).rejects.toThrow('gone');
    for (let turn = 0; turn < NEXT_TURNS; turn++) await settle();
    hold.release();
    expect(await staying).toEqual({ kind: 'done', value: D0 });
    expect(gandi.calls).toHaveLength(1);
  });
});
