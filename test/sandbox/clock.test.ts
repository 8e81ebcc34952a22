// Sandbox time: speed, advance, and steps at their own instants in the right order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSandboxClock } from '../../src/sandbox/clock.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

describe('the sandbox clock', () => {
  it('runs every step on the way at its own instant, by time and then by scheduling', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 60 }),
        (delays, ahead) => {
          const clock = createSandboxClock(fakeClock(), { startAt: 1000, speed: 0 });
          const ran: { at: number; index: number }[] = [];
          for (const [index, delay] of delays.entries()) {
            clock.at(1000 + delay, () => ran.push({ at: clock.now(), index }));
          }
          clock.advance(ahead);
          const due = delays
            .map((delay, index) => ({ at: 1000 + delay, index }))
            .filter(({ at }) => at <= 1000 + ahead);
          expect(ran).toEqual(due.sort((a, b) => a.at - b.at || a.index - b.index));
          expect(clock.now()).toBe(1000 + ahead);
        },
      ),
    );
  });

  it('runs steps scheduled by steps when they fall due in the same advance', () => {
    const clock = createSandboxClock(fakeClock(), { startAt: 0, speed: 0 });
    const ran: number[] = [];
    const tick = () => {
      ran.push(clock.now());
      clock.at(clock.now() + 10, tick);
    };
    clock.at(5, tick);
    clock.advance(40);
    expect(ran).toEqual([5, 15, 25, 35]);
  });

  it('does not run a cancelled step', () => {
    const clock = createSandboxClock(fakeClock(), { startAt: 0, speed: 0 });
    const ran: string[] = [];
    const first = clock.at(1, () => second.cancel());
    const second = clock.at(2, () => ran.push('second'));
    clock.at(3, () => ran.push('third'));
    clock.advance(5);
    first.cancel();
    expect(ran).toEqual(['third']);
  });

  it('flows at its speed and wakes by itself', async () => {
    const real = fakeClock();
    const clock = createSandboxClock(real, { startAt: 0, speed: 60 });
    const ran: number[] = [];
    clock.at(120_000, () => ran.push(clock.now()));
    await real.advance(1999);
    expect([clock.now(), ran]).toEqual([119_940, []]);
    await real.advance(1);
    expect(ran).toEqual([120_000]);
    clock.setSpeed(0);
    await real.advance(60_000);
    expect(clock.now()).toBe(120_000);
    clock.setSpeed(1);
    await real.advance(500);
    expect(clock.now()).toBe(120_500);
    clock.close();
    expect(real.pending).toBe(0);
  });

  it('refuses to go back or to jump to infinity', () => {
    const clock = createSandboxClock(fakeClock());
    expect(() => clock.advance(-1)).toThrow(RangeError);
    expect(() => clock.advance(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => clock.setSpeed(Number.NaN)).toThrow(RangeError);
  });
});
