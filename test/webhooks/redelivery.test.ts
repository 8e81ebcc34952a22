// Sending anew, one or many: under the same id with the same bytes, once each, by durable work that may die between any two lines.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorkRunner } from '../../src/jobs/work-runner.ts';
import { createWebhookRedelivery } from '../../src/services/webhook-redelivery.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createMortal, deathsAt } from '../helpers/mortal.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { BROKEN, createStage, event, OK, type Stage, scopeOf } from './setup.ts';

const held = { owner: 'worker', signal: new AbortController().signal };

describeStore('sending anew', (backend) => {
  let test: TestStore;
  let stage: Stage;
  let webhookId: string;
  beforeEach(async () => {
    test = await createTestStore(backend);
    stage = createStage(test, { schedule: { firstMs: 1, shortestMs: 1, longestMs: 1, forMs: 1 } });
    test.timeIs(stage.clock.now);
    webhookId = (await stage.create()).id;
  });
  afterEach(() => test.close());

  /** Five deliveries of which two were given up. */
  async function fail(): Promise<void> {
    stage.receiver.answers(({ body }) => (/"[bd]"/.test(body) ? BROKEN : OK));
    await stage.append(...['a', 'b', 'c', 'd', 'e'].map((name) => event(name)));
    await stage.dispatch();
    await stage.send(1_000);
    expect(await states()).toBe('DELIVERED FAILED DELIVERED FAILED DELIVERED');
    stage.receiver.answers(() => OK);
    stage.receiver.received.length = 0;
  }
  const states = async () => (await stage.deliveries()).map(({ state }) => state).join(' ');
  const ask = (includeDelivered = false, since = 0) =>
    stage.service.redeliverSince(scopeOf(), { webhookId, since, includeDelivered });

  it('since an instant takes what was given up, by the work queue', async () => {
    await fail();
    await ask();
    const handlers = [createWebhookRedelivery({ store: stage.store, bus: stage.bus, clock: stage.clock, batch: 1 })];
    const parts = { store: stage.store, bus: stage.bus, clock: stage.clock, logger: silentLogger };
    const runner = createWorkRunner({ ...parts, handlers });
    runner.start();
    await stage.clock.advance(1_000);
    await runner.stop();
    await stage.send(1_000);
    expect(stage.receiver.subjects().sort()).toEqual(['b', 'd']);
    expect(await states()).toBe(Array(5).fill('DELIVERED').join(' '));
    expect(await stage.store.webhookDeliveries.askedAnew()).toEqual([]);
  });

  it('takes what was taken too when that is wanted, and nothing that was made before or afterwards', async () => {
    await fail();
    await stage.clock.advance(1_000);
    const since = stage.clock.now();
    await stage.append(event('f'));
    await stage.dispatch();
    await stage.send(1_000);
    await ask(true, since);
    await stage.clock.advance(1_000);
    await stage.append(event('g'));
    await stage.dispatch();
    await stage.send(1_000);
    stage.receiver.received.length = 0;
    const [id = ''] = await stage.store.webhookDeliveries.askedAnew();
    await createWebhookRedelivery({ store: stage.store, bus: stage.bus, clock: stage.clock }).run(id, held);
    await stage.send(1_000);
    expect(stage.receiver.subjects()).toEqual(['f']);
  });

  it('may die at any call: each is sent anew exactly once', { timeout: 60_000 }, async () => {
    const count = createMortal(null);
    const work = (mortal: ReturnType<typeof createMortal>) =>
      createWebhookRedelivery({ store: mortal.wrap(stage.store), bus: stage.bus, clock: stage.clock, batch: 1 });
    await fail();
    await ask();
    const [first = ''] = await stage.store.webhookDeliveries.askedAnew();
    await work(count).run(first, held);
    await stage.send(1_000);
    for (const at of deathsAt(count.calls(), backend)) {
      stage.receiver.received.length = 0;
      await ask(true);
      const [id = ''] = await stage.store.webhookDeliveries.askedAnew();
      const mortal = createMortal(at);
      await expect(work(mortal).run(id, held)).rejects.toThrow();
      await stage.send(1_000);
      for (const left of await stage.store.webhookDeliveries.askedAnew())
        await work(createMortal(null)).run(left, held);
      await stage.send(1_000);
      expect(stage.receiver.subjects().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    }
  });

  it('to a webhook that is disabled is refused, and is not found for others', async () => {
    await stage.service.disable(scopeOf(), { webhookId });
    await expect(ask()).rejects.toMatchObject({ name: 'WebhookDisabledError' });
    const theirs = scopeOf({ organizationId: '99999999-9999-4999-8999-999999999999' });
    const wanted = { webhookId, since: 0, includeDelivered: false };
    await expect(stage.service.redeliverSince(theirs, wanted)).rejects.toMatchObject({ name: 'NotFoundError' });
  });
});
