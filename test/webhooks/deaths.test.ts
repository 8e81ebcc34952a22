// Processes that die between any two lines, and two that run at once: every event becomes one delivery, is taken, and keeps the order of its subject.
import { expect, it } from 'vitest';
import { createMortal, deathsAt } from '../helpers/mortal.ts';
import { type Backend, createTestStore, describeStore } from '../helpers/test-store.ts';
import { BROKEN, createStage, event, OK, type Received, type Stage } from './setup.ts';

/** Longer than the holder of a delivery has for an attempt. */
const LEASES_OVER_MS = 65_000;

const EVENTS = ['a1', 'b1', 'a2'].map((name) => event(name.slice(0, 1), { payload: { id: name } }));

const nameOf = ({ body }: Received) => (JSON.parse(body) as { data: { id: string } }).data.id;

/** What arrived, each thing where it arrived first. */
const firsts = ({ received }: Stage['receiver']) => [...new Set(received.map(nameOf))];

function expectOneEach(stage: Stage): void {
  const ids = Map.groupBy(stage.receiver.received, nameOf);
  for (const [, received] of ids) {
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  }
}

/** A process that sends three events and dies on the way; then another one does what is left. @returns calls of the first. */
async function dieOnce(backend: Backend, death: number | null): Promise<number> {
  const test = await createTestStore(backend);
  try {
    const stage = createStage(test);
    await stage.create();
    await stage.append(...EVENTS);
    const mortal = createMortal(death);
    const first = stage.another({ store: mortal.wrap(stage.store), client: mortal.wrap(stage.receiver.client) });
    await first.dispatcher.round(new AbortController().signal).catch((error: unknown) => {
      if (!mortal.isDead()) throw error;
    });
    await stage.send(1_000, [first]);
    await stage.dispatch();
    await stage.send(LEASES_OVER_MS, [stage.another({ lookEveryMs: { shortest: 250, longest: 20_000 } })]);
    expect(await stage.deliveries()).toMatchObject(EVENTS.map(() => ({ state: 'DELIVERED' })));
    expect(firsts(stage.receiver).sort()).toEqual(['a1', 'a2', 'b1']);
    expect(firsts(stage.receiver).filter((name) => name !== 'b1')).toEqual(['a1', 'a2']);
    expectOneEach(stage);
    // Only what was under way when it died may have arrived twice.
    expect(stage.receiver.received.length).toBeLessThanOrEqual(EVENTS.length + (death === null ? 0 : 2));
    return mortal.calls();
  } finally {
    await test.close();
  }
}

describeStore('a process that dispatches and sends', (backend) => {
  it('may die at any call it makes: nothing is lost, doubled or put out of order', { timeout: 120_000 }, async () => {
    const calls = await dieOnce(backend, null);
    expect(calls).toBeGreaterThan(12);
    for (const at of deathsAt(calls, backend)) await dieOnce(backend, at);
  });

  it('shares the work with another: each event is sent once, whoever is quicker', async () => {
    const test = await createTestStore(backend);
    try {
      const stage = createStage(test, { batch: 7 });
      await stage.create('https://one.example/');
      await stage.create('https://two.example/');
      const both = [stage.another(), stage.another()];
      const names: string[] = [];
      for (let round = 0; round < 4; round++) {
        const events = ['a', 'b', 'c', 'a', 'b', 'a'].map((subject, n) => {
          names.push(`${subject}-${round}-${n}`);
          return event(subject, { payload: { id: names.at(-1) } });
        });
        await stage.append(...events);
        await Promise.all(both.map(({ dispatcher }) => dispatcher.round(new AbortController().signal)));
      }
      await stage.send(5_000, both);
      for (const host of ['one', 'two']) {
        const got = stage.receiver.received.filter(({ url }) => url.includes(host)).map(nameOf);
        expect([...got].sort()).toEqual([...names].sort());
        for (const subject of ['a', 'b', 'c'])
          expect(got.filter((name) => name.startsWith(subject))).toEqual(
            names.filter((name) => name.startsWith(subject)),
          );
      }
    } finally {
      await test.close();
    }
  });

  it('keeps the order of first attempts beside another, also when many of them fail', async () => {
    const test = await createTestStore(backend);
    try {
      const stage = createStage(test);
      await stage.create();
      stage.receiver.answers(({ body }, times) => (times === 1 && /[02468]"/.test(body) ? BROKEN : OK));
      const names = Array.from({ length: 12 }, (_, n) => `${'ab'[n % 2]}-${n}`);
      await stage.append(...names.map((name) => event(name.slice(0, 1), { payload: { id: name } })));
      const both = [stage.another(), stage.another()];
      await Promise.all(both.map(({ dispatcher }) => dispatcher.round(new AbortController().signal)));
      await stage.send(30_000, both);
      const found = firsts(stage.receiver);
      for (const subject of ['a', 'b'])
        expect(found.filter((name) => name.startsWith(subject))).toEqual(
          names.filter((name) => name.startsWith(subject)),
        );
      expect((await stage.deliveries()).every(({ state }) => state === 'DELIVERED')).toBe(true);
      expectOneEach(stage);
    } finally {
      await test.close();
    }
  });

  it('hands back what it was sending when it stops, and the next one sends it at once', async () => {
    const test = await createTestStore(backend);
    try {
      const stage = createStage(test);
      await stage.create();
      stage.receiver.answers(() => 'hang');
      await stage.append(event('a'));
      await stage.dispatch();
      await stage.send(0);
      expect(await stage.deliveries()).toMatchObject([{ state: 'PENDING', leaseOwner: null, attemptCount: 0 }]);
      stage.receiver.answers(() => OK);
      await stage.send(0);
      expect(await stage.deliveries()).toMatchObject([{ state: 'DELIVERED' }]);
    } finally {
      await test.close();
    }
  });
});
