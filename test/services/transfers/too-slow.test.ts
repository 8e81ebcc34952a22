// A subscriber that reads more slowly than changes come is told where to go on.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FollowerTooSlowError } from '../../../src/events/tail.ts';
import type { RequestFault } from '../../../src/services/errors.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { type Stage, scopeOf, sessionOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;
beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

const follow = (after: string | null) =>
  stage.transfers.updates(sessionOf({}), { filter: {}, after, signal: new AbortController().signal });

test('a subscriber that is ended for being slow goes on after the cursor it is told, and misses nothing', async () => {
  await stage.transfers.request(scopeOf(), wish({ domain: 'a.com', idempotencyKey: 'a', client: { id: 'c00' } }));
  const snapshot = await follow(null).next();
  vi.spyOn(stage.tail, 'follow').mockImplementationOnce(({ after }) => {
    throw new FollowerTooSlowError(after);
  });
  const fault = (await follow(snapshot.value?.cursor ?? null)
    .next()
    .catch((error: unknown) => error)) as RequestFault;
  expect(fault).toMatchObject({ code: 'SUBSCRIBER_TOO_SLOW', lastCursor: snapshot.value?.cursor });
  expect(fault.message).toContain(snapshot.value?.cursor);

  const resumed = follow(fault.lastCursor).next();
  stage.gandi.report('a.com', { step: 'RUN' });
  await stage.look('a.com');
  expect((await resumed).value).toMatchObject({ transfer: { step: 'REGISTRY' } });
});
