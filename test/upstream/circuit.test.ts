// The circuit stops calls to a host that fails, and lets one probe at a time find out whether it is back.
import { describe, expect, it } from 'vitest';
import { createCircuit, type Pass } from '../../src/upstream/circuit.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

function setUp() {
  const clock = fakeClock();
  const states: string[] = [];
  const circuit = createCircuit({
    clock,
    failures: 3,
    openMs: 1_000,
    maxOpenMs: 3_000,
    onChange: (state) => states.push(state),
  });
  const enter = (): Pass => {
    const pass = circuit.enter();
    if (!pass) throw new Error('the circuit let nobody in');
    return pass;
  };
  const fail = (times: number) => {
    for (let n = 0; n < times; n++) enter().failed();
  };
  return { clock, circuit, states, enter, fail };
}

describe('a circuit', () => {
  it('opens after so many failures in a row, and says how long to wait', () => {
    const { circuit, fail } = setUp();
    fail(2);
    expect(circuit.state).toBe('closed');
    fail(1);
    expect(circuit.state).toBe('open');
    expect(circuit.waitMs()).toBe(1_000);
    expect(circuit.enter()).toBeNull();
  });

  it('starts counting again after a success', () => {
    const { circuit, enter, fail } = setUp();
    fail(2);
    enter().succeeded();
    fail(2);
    expect(circuit.state).toBe('closed');
  });

  it('lets one probe in when the time is up, and nobody else meanwhile', async () => {
    const { clock, circuit, fail, enter } = setUp();
    fail(3);
    await clock.advance(999);
    expect(circuit.enter()).toBeNull();
    await clock.advance(1);
    const probe = enter();
    expect(circuit.state).toBe('half-open');
    expect(circuit.enter()).toBeNull();
    expect(circuit.waitMs()).toBeGreaterThan(0);
    probe.succeeded();
    expect(circuit.state).toBe('closed');
    expect(circuit.enter()).not.toBeNull();
  });

  it('stays open twice as long after each probe that fails, up to a bound', async () => {
    const { clock, circuit, fail, enter } = setUp();
    fail(3);
    for (const openMs of [2_000, 3_000, 3_000]) {
      await clock.advance(circuit.waitMs());
      enter().failed();
      expect(circuit.waitMs()).toBe(openMs);
    }
    await clock.advance(3_000);
    enter().succeeded();
    fail(3);
    expect(circuit.waitMs()).toBe(1_000);
  });

  it('learns nothing from a probe that was withdrawn, and lets the next one in', async () => {
    const { clock, circuit, fail, enter } = setUp();
    fail(3);
    await clock.advance(1_000);
    enter().withdrawn();
    expect(circuit.state).toBe('half-open');
    enter().failed();
    expect(circuit.state).toBe('open');
  });

  it('ignores the late results of calls that entered before it opened', async () => {
    const { clock, circuit, fail, enter, states } = setUp();
    const early = [enter(), enter(), enter()];
    fail(3);
    early[0]?.failed();
    early[1]?.succeeded();
    expect(circuit.state).toBe('open');
    expect(circuit.waitMs()).toBe(1_000);
    await clock.advance(1_000);
    const probe = enter();
    early[2]?.succeeded();
    expect(circuit.state).toBe('half-open');
    probe.succeeded();
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('counts only the first word of a pass', () => {
    const { circuit, enter } = setUp();
    const pass = enter();
    for (let n = 0; n < 5; n++) pass.failed();
    expect(circuit.state).toBe('closed');
  });
});
