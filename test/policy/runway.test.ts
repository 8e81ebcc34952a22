// How long a prepaid account lasts: by table, and against a replay of what Gandi does at each attempt.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RunwayRenewal, simulateRunway } from '../../src/policy/runway.ts';

const renewal = (domainName: string, cost: number, ...attemptsAt: readonly number[]): RunwayRenewal => ({
  domainName,
  cost,
  attemptsAt,
});

describe('a runway', () => {
  test('of nothing lasts for ever', () => {
    expect(simulateRunway(0, [])).toEqual({ firstFailing: null, topUp: 0, total: 0, unpaid: [], endBalance: 0 });
  });

  test('that suffices to the cent names nobody', () => {
    const runway = simulateRunway(300, [renewal('a.example', 100, 1), renewal('b.example', 200, 2)]);
    expect(runway).toMatchObject({ firstFailing: null, topUp: 0, total: 300, endBalance: 0 });
  });

  test('one cent short names the first in the order of dates, what it costs, what is left then, and the cent', () => {
    const runway = simulateRunway(299, [renewal('b.example', 200, 2), renewal('a.example', 100, 1)]);
    expect(runway).toMatchObject({
      firstFailing: { domainName: 'b.example', at: 2, cost: 200, balance: 199 },
      topUp: 1,
      unpaid: ['b.example'],
      endBalance: 199,
    });
  });

  test('goes on after one that fails: a cheaper one later is paid', () => {
    const runway = simulateRunway(100, [renewal('dear.example', 500, 1, 5), renewal('cheap.example', 100, 2)]);
    expect(runway).toMatchObject({ firstFailing: { domainName: 'dear.example', at: 1 }, unpaid: ['dear.example'] });
    expect([runway.endBalance, runway.topUp]).toEqual([0, 500]);
  });

  test('counts a renewal once, however often Gandi may try, and however often an attempt is named', () => {
    const runway = simulateRunway(100, [renewal('a.example', 100, 1, 15, 31)]);
    expect(runway).toMatchObject({ firstFailing: null, total: 100, endBalance: 0 });
    expect(simulateRunway(0, [renewal('a.example', 100, 1, 1)]).unpaid).toEqual(['a.example']);
  });

  test('takes attempts of one instant by name, so that it answers the same each time', () => {
    const two = [renewal('b.example', 100, 1), renewal('a.example', 100, 1)];
    expect(simulateRunway(100, two)).toMatchObject({ firstFailing: { domainName: 'b.example' } });
    expect(simulateRunway(100, two.toReversed())).toEqual(simulateRunway(100, two));
  });

  test('leaves out what Gandi makes no attempt for', () => {
    expect(simulateRunway(0, [renewal('a.example', 100)])).toMatchObject({ firstFailing: null, total: 0, topUp: 0 });
  });

  test('of an account below nothing fails at the first cost', () => {
    const runway = simulateRunway(-50, [renewal('free.example', 0, 1), renewal('a.example', 100, 2)]);
    expect(runway.firstFailing).toMatchObject({ domainName: 'free.example', balance: -50 });
    expect(runway.topUp).toBe(150);
  });
});

/** What Gandi does: at each instant each domain that is not renewed yet is paid if the account suffices, and otherwise waits for its next attempt. */
function replay(balance: number, renewals: readonly RunwayRenewal[], paidIn = { at: Number.NaN, amount: 0 }) {
  const instants = [...new Set(renewals.flatMap(({ attemptsAt }) => attemptsAt))].sort((a, b) => a - b);
  const renewed = new Set<string>();
  let left = balance;
  let first: { domainName: string; at: number } | null = null;
  for (const now of instants) {
    if (now === paidIn.at) left += paidIn.amount;
    for (const { domainName, attemptsAt, cost } of renewals.toSorted((a, b) =>
      a.domainName < b.domainName ? -1 : 1,
    )) {
      if (renewed.has(domainName) || !attemptsAt.includes(now)) continue;
      if (left >= cost) {
        left -= cost;
        renewed.add(domainName);
      } else first ??= { domainName, at: now };
    }
  }
  const unpaid = renewals.filter(({ domainName, attemptsAt }) => attemptsAt.length > 0 && !renewed.has(domainName));
  return { first, left, unpaid: unpaid.map(({ domainName }) => domainName).sort() };
}

const anyRenewals = fc.uniqueArray(
  fc.record({
    domainName: fc.string({ minLength: 1, maxLength: 4 }),
    cost: fc.integer({ min: 0, max: 500 }),
    attemptsAt: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 }),
  }),
  { selector: ({ domainName }) => domainName, maxLength: 14 },
);
const anyBalance = fc.integer({ min: 0, max: 3_000 });

describe('whatever the renewals', () => {
  test('the runway is what a replay of every attempt comes to', () => {
    fc.assert(
      fc.property(anyBalance, anyRenewals, (balance, renewals) => {
        const { firstFailing, endBalance, unpaid } = simulateRunway(balance, renewals);
        const found = replay(balance, renewals);
        expect([firstFailing && { domainName: firstFailing.domainName, at: firstFailing.at }, endBalance]).toEqual([
          found.first,
          found.left,
        ]);
        expect(unpaid.toSorted()).toEqual(found.unpaid);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the top-up, paid in before the first that fails, makes all succeed, and one unit less does not', () => {
    fc.assert(
      fc.property(anyBalance, anyRenewals, (balance, renewals) => {
        const { firstFailing, topUp } = simulateRunway(balance, renewals);
        expect(topUp > 0).toBe(firstFailing !== null);
        if (firstFailing === null) return;
        const { at } = firstFailing;
        expect(replay(balance, renewals, { at, amount: topUp }).first).toBeNull();
        expect(replay(balance, renewals, { at, amount: topUp - 1 }).first).not.toBeNull();
        expect(simulateRunway(balance + topUp, renewals).firstFailing).toBeNull();
        expect(simulateRunway(balance + topUp - 1, renewals).firstFailing).not.toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  test('nothing fails before the first failing one', () => {
    fc.assert(
      fc.property(anyBalance, anyRenewals, (balance, renewals) => {
        const { firstFailing } = simulateRunway(balance, renewals);
        fc.pre(firstFailing !== null);
        const earlier = renewals.map((one) => ({
          ...one,
          attemptsAt: one.attemptsAt.filter((attempt) => attempt < (firstFailing?.at ?? 0)),
        }));
        expect(replay(balance, earlier).first).toBeNull();
      }),
    );
  });
});
