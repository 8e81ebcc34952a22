// From an event to the receiver: one delivery for each webhook, in order, once it was taken never again, and tried for a day before it is given up.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { BROKEN, createStage, event, OK, ORG, OTHER_ORG, type Stage, scopeOf } from './setup.ts';

const HOUR = 3_600_000;

describeStore('webhooks', (backend) => {
  let test: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    test = await createTestStore(backend);
    stage = createStage(test);
  });
  afterEach(() => test.close());

  it('get every event that comes after they were made, once, and those of a subject in their order', async () => {
    await stage.append(event('before'));
    await stage.create();
    await stage.append(event('a', { payload: { id: 'a1' } }), event('b'), event('a', { payload: { id: 'a2' } }));
    await stage.dispatch();
    await stage.dispatch();
    await stage.send(1_000);
    expect(stage.receiver.subjects().sort()).toEqual(['a1', 'a2', 'b']);
    expect(stage.receiver.subjects().filter((subject) => subject !== 'b')).toEqual(['a1', 'a2']);
    await stage.send(10_000);
    expect(stage.receiver.received).toHaveLength(3);
    expect(await stage.deliveries()).toMatchObject([
      { state: 'DELIVERED', attemptCount: 1, attempts: [{ status: 204, error: null }] },
      { state: 'DELIVERED' },
      { state: 'DELIVERED' },
    ]);
  });

  it('begin after a cursor when one is given', async () => {
    await stage.append(event('a'), event('b'), event('c'));
    await stage.create(undefined, {
      after: stage.log.cursorsFor({ organizationId: null, clientId: null }).cursorAt(1n),
    });
    await stage.dispatch();
    await stage.send(1_000);
    expect(stage.receiver.subjects().sort()).toEqual(['b', 'c']);
  });

  it('get only what they want and may see', async () => {
    await stage.create('https://all.example/');
    await stage.store.organizations.replaceAll(
      [ORG, OTHER_ORG].map((id) => ({
        ...{ id, name: id, type: 'RESELLER' as never, companyName: null, firstName: null, lastName: null, email: null },
        ...{ isReseller: true, isCorporate: false, vatNumber: null, asOf: stage.clock.now() },
      })),
      stage.clock.now(),
    );
    await stage.create('https://ours.example/', { organizationId: ORG });
    await stage.create('https://orders.example/', { types: ['ORDER_CHANGED'] });
    await stage.create('https://domain.example/', { domainName: 'a.example' });
    await stage.append(
      event('ours', { domainName: 'a.example' }),
      event('theirs', { organizationId: OTHER_ORG }),
      event('order', { type: 'ORDER_CHANGED', subjectType: 'Order' }),
      event('gateway', { organizationId: null, type: 'BUDGET_DEGRADED', subjectType: 'Gateway' }),
    );
    await stage.dispatch();
    await stage.send(1_000);
    const to = (host: string) =>
      stage.receiver.received
        .filter(({ url }) => url.includes(host))
        .map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id)
        .sort();
    expect(to('all.')).toEqual(['gateway', 'order', 'ours', 'theirs']);
    expect(to('ours.')).toEqual(['order', 'ours']);
    expect(to('orders.')).toEqual(['order']);
    expect(to('domain.')).toEqual(['ours']);
  });

  it('send the same bytes under the same id until they are taken', async () => {
    await stage.create();
    stage.receiver.answers((_received, times) => (times < 4 ? BROKEN : OK));
    await stage.append(event('a'));
    await stage.dispatch();
    await stage.send(HOUR);
    const { received } = stage.receiver;
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
    expect(await stage.deliveries()).toMatchObject([{ state: 'DELIVERED', attemptCount: 4, nextAttemptAt: null }]);
  });

  it('are given up after a day, and disabled with an event when everything failed for a day', async () => {
    const { id } = await stage.create();
    stage.receiver.answers(() => BROKEN);
    await stage.append(event('a'));
    await stage.dispatch();
    await stage.send(12 * HOUR);
    await stage.append(event('b'));
    await stage.dispatch();
    await stage.send(13 * HOUR);
    expect(await stage.deliveries()).toMatchObject([{ state: 'FAILED' }, { state: 'RETRYING' }]);
    const [webhook] = await stage.store.webhooks.byIds([id]);
    expect(webhook).toMatchObject({ state: 'DISABLED', stateReason: 'FAILING', position: 2n });
    const events = await stage.store.events.after(2n, 10);
    expect(events).toMatchObject([
      {
        type: 'WEBHOOK_DISABLED',
        subjectType: 'Webhook',
        subjectId: id,
        payload: { webhookId: id, host: 'receiver.example', reason: 'FAILING' },
      },
    ]);
    const seen = stage.receiver.received.length;
    await stage.append(event('c'));
    await stage.dispatch();
    await stage.send(24 * HOUR);
    expect(stage.receiver.received).toHaveLength(seen);

    stage.receiver.answers(() => OK);
    await stage.service.enable(scopeOf(), { webhookId: id });
    await stage.dispatch();
    await stage.send(1_000);
    expect(stage.receiver.subjects().slice(seen).sort()).toEqual(['', 'b', 'c']);
    const [first] = await stage.deliveries();
    await stage.service.redeliver(scopeOf(), { deliveryId: first?.id ?? '' });
    await stage.send(1_000);
    expect((await stage.deliveries()).map(({ state }) => state)).toEqual(Array(4).fill('DELIVERED'));
  });

  it('try what is sent anew as often and as soon as at first', async () => {
    await stage.create();
    stage.receiver.answers(() => BROKEN);
    await stage.append(event('a'));
    await stage.dispatch();
    await stage.send(HOUR);
    const [failing] = await stage.deliveries();
    expect(failing).toMatchObject({ state: 'RETRYING' });
    const seen = stage.receiver.received.length;
    const againAt = stage.clock.now();
    await stage.service.redeliver(scopeOf(), { deliveryId: failing?.id ?? '' });
    await stage.send(60_000);
    const pauses = stage.receiver.received.slice(seen).map(({ at }) => at - againAt);
    expect(pauses).toEqual([0, 2_500, 7_500, 17_500, 37_500]);
  });

  it('are disabled at once by a 410, and lose nothing by it', async () => {
    const { id } = await stage.create();
    stage.receiver.answers(() => ({ status: 410, error: 'STATUS' }));
    await stage.append(event('a'), event('b'));
    await stage.dispatch();
    await stage.send(1_000);
    expect(await stage.store.webhooks.byIds([id])).toMatchObject([{ state: 'DISABLED', stateReason: 'GONE' }]);
    stage.receiver.answers(() => OK);
    await stage.service.enable(scopeOf(), { webhookId: id });
    await stage.send(1_000);
    expect((await stage.deliveries()).map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']);
  });

  it('keep the order of a subject, whatever is slow', async () => {
    await stage.create();
    stage.receiver.answers((received) => (received.body.includes('slow') ? 'hang' : OK));
    await stage.append(event('slow'), event('quick'), event('slow'), event('quick'));
    await stage.dispatch();
    await stage.send(1_000);
    expect(stage.receiver.subjects().sort()).toEqual(['quick', 'quick', 'slow']);
    await stage.send(20_000);
    expect(stage.receiver.subjects().filter((subject) => subject === 'slow').length).toBeGreaterThanOrEqual(2);
  });

  it('wait for as long as a receiver asks for', async () => {
    await stage.create();
    stage.receiver.answers((_received, times) =>
      times === 1 ? { status: 503, error: 'STATUS', retryAfterMs: HOUR } : OK,
    );
    await stage.append(event('a'));
    await stage.dispatch();
    const sentAt = stage.clock.now();
    await stage.send(2 * HOUR);
    expect(stage.receiver.received.map(({ at }) => at - sentAt)).toEqual([0, HOUR]);
  });

  it('that hang, answer 500 for a day or redirect do not delay the others', async () => {
    for (let n = 0; n < 6; n++) await stage.create(`https://hanging-${n}.example/`);
    await stage.create('https://well.example/');
    stage.receiver.answers(({ url }) => (url.includes('well') ? OK : 'hang'));
    for (let round = 0; round < 2; round++) {
      await stage.append(...Array.from({ length: 20 }, (_, n) => event(`${round}-${n}`)));
      await stage.dispatch();
      const from = stage.receiver.received.length;
      await stage.send(100);
      const well = stage.receiver.received.slice(from).filter(({ url }) => url.includes('well'));
      expect(well).toHaveLength(20);
    }
  });
});
