// The data structures under the budget, each against a simple model of itself.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createArrivalLog } from '../../../src/upstream/budget/arrival-log.ts';
import { createDeadlines, type Deadline } from '../../../src/upstream/budget/deadlines.ts';
import { createLaneQueue, type Place } from '../../../src/upstream/budget/lane-queue.ts';

describe('the arrival log', () => {
  it('counts and lists like a sorted array, whatever the order of arrivals', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'add', 'forget'),
      time: fc.integer({ min: 0, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), fc.array(fc.integer({ max: 310 })), (steps, times) => {
        const log = createArrivalLog();
        let model: number[] = [];
        for (const { what, time } of steps) {
          if (what === 'add') {
            log.add(time);
            model = [...model, time].toSorted((left, right) => left - right);
          } else {
            log.forgetUpTo(time);
            model = model.filter((entry) => entry > time);
          }
        }
        expect(log.length).toBe(model.length);
        expect(model.map((_, index) => log.at(index))).toEqual(model);
        expect(log.at(model.length)).toBe(Number.POSITIVE_INFINITY);
        for (const time of times) expect(log.countUpTo(time)).toBe(model.filter((entry) => entry <= time).length);
        const copy = log.copy();
        copy.add(1_000);
        expect([log.length, copy.length]).toEqual([model.length, model.length + 1]);
      }),
    );
  });

  it('recalls forgotten calls as late as any of them can have been, and no more than there were', () => {
    const log = createArrivalLog();
    for (const time of [10, 20, 30]) log.add(time);
    log.forgetUpTo(20);
    log.recall(5);
    expect([0, 1, 2, 3].map(log.at)).toEqual([20, 20, 30, Number.POSITIVE_INFINITY]);
  });
});

describe('the deadlines', () => {
  it('always know the earliest, whoever leaves from wherever', () => {
    const step = fc.record({
      at: fc.integer({ min: 0, max: 1_000 }),
      leaves: fc.constantFrom(false, false, true),
      who: fc.nat({ max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const deadlines = createDeadlines<Deadline>();
        const model: Deadline[] = [];
        for (const { at, leaves, who } of steps) {
          const [leaver] = leaves && model.length > 0 ? model.splice(who % model.length, 1) : [];
          if (leaver) {
            deadlines.remove(leaver);
            deadlines.remove(leaver);
          } else {
            const entry = { at, index: -1 };
            model.push(entry);
            deadlines.add(entry);
          }
          expect(deadlines.size).toBe(model.length);
          expect(deadlines.first?.at).toBe(model.length > 0 ? Math.min(...model.map((entry) => entry.at)) : undefined);
        }
      }),
    );
  });
});

describe('the queue of a lane', () => {
  const step = fc.record({
    what: fc.constantFrom('push', 'push', 'shift', 'remove'),
    tenant: fc.constantFrom('a', 'b', 'c', 'd'),
    who: fc.nat({ max: 1_000 }),
  });

  it('serves like lists that take turns', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = createLaneQueue<number>();
        let round: { tenant: string; places: Place<number>[] }[] = [];
        steps.forEach(({ what, tenant, who }, value) => {
          const places = round.flatMap((line) => line.places);
          if (what === 'push') {
            const place = queue.push(tenant, value);
            const line = round.find((other) => other.tenant === tenant);
            if (line) line.places.push(place);
            else round.push({ tenant, places: [place] });
          } else if (what === 'shift') {
            const line = round.shift();
            expect(queue.shift()).toBe(line?.places.shift()?.value);
            if (line) round.push(line);
          } else {
            const place = places[who % places.length];
            if (place) expect([queue.remove(place), queue.remove(place)]).toEqual([true, false]);
            for (const line of round) line.places = line.places.filter((other) => other !== place);
          }
          round = round.filter((line) => line.places.length > 0);
          expect(queue.size).toBe(round.reduce((sum, line) => sum + line.places.length, 0));
        });
      }),
    );
  });

  it('knows how many go before one that joins now', () => {
    fc.assert(
      fc.property(fc.array(step), fc.constantFrom('a', 'b', 'new'), (steps, mine) => {
        const queue = createLaneQueue<string>();
        for (const { what, tenant } of steps) {
          if (what === 'push') queue.push(tenant, 'other');
          else queue.shift();
        }
        const foretold = queue.turnsBefore(mine);
        queue.push(mine, 'mine');
        let before = 0;
        while (queue.shift() !== 'mine') before += 1;
        expect(foretold).toBe(before);
      }),
    );
  });
});
