// Webhooks are sealed between tenants: what is not the caller's answers as not found, and nobody gets more events than they may see.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ALL_SCOPES } from '../../src/auth/session.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { createStage, event, ORG, OTHER_ORG, type Stage, scopeOf } from './setup.ts';

describeStore('a webhook', (backend) => {
  let test: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    test = await createTestStore(backend);
    stage = createStage(test);
    const asOf = stage.clock.now();
    const person = { companyName: null, firstName: null, lastName: null, email: null, vatNumber: null };
    await stage.store.organizations.replaceAll(
      [ORG, OTHER_ORG].map((id) => ({
        ...person,
        ...{ id, name: id, type: 'RESELLER' as never, isReseller: true, isCorporate: false, asOf },
      })),
      asOf,
    );
  });
  afterEach(() => test.close());

  const ours = scopeOf({ organizationId: ORG });
  const theirs = scopeOf({ organizationId: OTHER_ORG });

  it('of another organization cannot be seen, changed, tried, rotated, sent anew or deleted', async () => {
    const { id } = await stage.create(undefined, { organizationId: ORG });
    await stage.append(event('a'));
    await stage.dispatch();
    await stage.send(1_000);
    const [delivery] = await stage.deliveries();
    const { service } = stage;
    expect(await service.byId(theirs, id)).toBeNull();
    expect(await service.deliveryById(theirs, delivery?.id ?? '')).toBeNull();
    expect((await service.list(theirs, { states: null, page: { first: 10 } })).edges).toEqual([]);
    expect((await service.deliveries(theirs, { filter: { webhookId: id }, page: { first: 10 } })).edges).toEqual([]);
    const refused = { name: 'NotFoundError' };
    await expect(
      service.update(theirs, { webhookId: id, changes: { url: 'https://x.example/' } }),
    ).rejects.toMatchObject(refused);
    await expect(service.enable(theirs, { webhookId: id })).rejects.toMatchObject(refused);
    await expect(service.disable(theirs, { webhookId: id })).rejects.toMatchObject(refused);
    await expect(service.rotateSecret(theirs, { webhookId: id, keepPreviousHours: 0 })).rejects.toMatchObject(refused);
    await expect(service.sendTest(theirs, { webhookId: id })).rejects.toMatchObject(refused);
    await expect(service.redeliver(theirs, { deliveryId: delivery?.id ?? '' })).rejects.toMatchObject(refused);
    await expect(service.remove(theirs, { webhookId: id })).rejects.toMatchObject(refused);
    expect(await service.byId(ours, id)).toMatchObject({ id, state: 'ENABLED' });
    expect(await service.deliveryById(ours, delivery?.id ?? '')).toMatchObject({ state: 'DELIVERED' });
    expect(stage.receiver.received).toHaveLength(1);
  });

  it('made by a key of one organization gets the events of that one, whatever it asks for', async () => {
    const choice = { url: 'https://receiver.example/', description: null, types: null, domainName: null, query: null };
    const none = { organizationId: null, clientId: null, after: null };
    const { webhook } = await stage.service.create(theirs, { ...choice, ...none });
    expect(webhook.organizationId).toBe(OTHER_ORG);
    await expect(stage.service.create(theirs, { ...choice, ...none, organizationId: ORG })).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    await stage.append(event('ours'), event('theirs', { organizationId: OTHER_ORG }));
    await stage.dispatch();
    await stage.send(1_000);
    expect(stage.receiver.subjects()).toEqual(['theirs']);
  });

  it('needs the right to read what it tells, beside its own', async () => {
    const { id } = await stage.create();
    for (const missing of ['webhook:manage', 'portfolio:read'] as const) {
      const scopes = new Set(ALL_SCOPES);
      scopes.delete(missing);
      const scope = scopeOf({ scopes });
      const changes = { url: 'https://elsewhere.example/' };
      await expect(stage.service.update(scope, { webhookId: id, changes })).rejects.toThrow();
      await expect(stage.service.deliveries(scope, { filter: {}, page: { first: 1 } })).rejects.toThrow();
    }
  });
});
