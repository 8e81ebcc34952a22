// What is kept for webhooks, and for how long: events until they were given on, deliveries for a time after their end.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLogRetention } from '../../src/jobs/log-retention.ts';
import { createWebhookRetention } from '../../src/jobs/webhook-retention.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { createStage, event, type Stage, scopeOf } from './setup.ts';

const DAY = 86_400_000;

describeStore('retention', (backend) => {
  let test: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    test = await createTestStore(backend);
    stage = createStage(test);
  });
  afterEach(() => test.close());

  const cutBack = () =>
    createLogRetention({
      events: stage.store.events,
      clock: stage.clock,
      days: 90,
      most: 1_000,
      handedOver: stage.dispatcher.handedOver,
    })(new AbortController().signal);
  const kept = async () => (await stage.store.events.after(0n, 10)).length;

  it('of the log waits until enabled webhooks have their events, and payloads are written', async () => {
    await stage.create();
    await stage.append(event('a'), event('b'));
    await stage.clock.advance(91 * DAY);
    await cutBack();
    expect(await kept()).toBe(2);
    await stage.dispatch();
    await cutBack();
    expect(await kept()).toBe(2);
    await stage.send(1_000);
    expect(stage.receiver.subjects().sort()).toEqual(['a', 'b']);
    await cutBack();
    expect(await kept()).toBe(0);
  });

  it('of the log waits for no webhook that is disabled, which is told what it misses', async () => {
    const { id } = await stage.create();
    await stage.service.disable(scopeOf(), { webhookId: id });
    await stage.append(event('missed'));
    await stage.clock.advance(91 * DAY);
    await cutBack();
    expect(await kept()).toBe(0);
    const { missedUntil } = await stage.service.enable(scopeOf(), { webhookId: id });
    expect(missedUntil).toBe(Date.UTC(2030, 0, 1));
    await stage.append(event('next'));
    await stage.dispatch();
    await stage.send(1_000);
    expect(stage.receiver.subjects()).toEqual(['next']);
  });

  it('of the log waits no longer than twice its time', async () => {
    await stage.create();
    await stage.append(event('a'));
    await stage.clock.advance(181 * DAY);
    await cutBack();
    expect(await kept()).toBe(0);
  });

  it('of deliveries begins at their end, and takes none that is open', async () => {
    await stage.create();
    await stage.append(event('ended'));
    await stage.dispatch();
    await stage.send(1_000);
    await stage.append(event('open'));
    await stage.dispatch();
    const forget = createWebhookRetention({ store: stage.store, clock: stage.clock, keepMs: 30 * DAY });
    await stage.clock.advance(30 * DAY - 60_000);
    await forget.round(new AbortController().signal);
    expect(await stage.deliveries()).toHaveLength(2);
    await stage.clock.advance(DAY);
    await forget.round(new AbortController().signal);
    expect(await stage.deliveries()).toMatchObject([{ state: 'PENDING' }]);
  });
});
