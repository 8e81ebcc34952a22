// The client made on the fly: what Gandi gets, when one with the same data is used, and what is said of one with other data.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { maple, type Stage, scopeOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

const request = (more: Parameters<typeof wish>[0] = {}) =>
  stage.transfers.request(scopeOf(), wish({ client: { create: maple }, ...more }));
const second = { domain: 'second.com', idempotencyKey: 'second' };

test('is made once the transfer is known to be possible, and before it is ordered', async () => {
  const { order, transfer } = await request();
  expect(stage.gandi.sent).toEqual([
    'transferability:moving.com',
    'create-client:nia@maple.example',
    'order:moving.com',
  ]);
  const made = stage.gandi.world.clients.at(-1)?.client;
  expect(order).toMatchObject({ clientId: made?.id, createdClient: true });
  expect(transfer.clientId).toBe(made?.id);
  expect(made).toMatchObject({ phone: '+358.401234567', reference: 'ACC-0042' });
  expect(stage.gandi.orders[0]).toMatchObject({
    clientId: made?.id,
    registrant: { givenName: 'Nia', phone: '+358.401234567' },
  });
});

test('is in the mirror at once, without a call', async () => {
  const { order } = await request();
  expect(await stage.store.clients.byIds([order.clientId ?? ''])).toEqual([
    expect.objectContaining({ email: maple.email, detail: expect.objectContaining({ reference: 'ACC-0042' }) }),
  ]);
});

test('with the very same data as one that exists is that one', async () => {
  const first = await request();
  const { order } = await request({
    ...second,
    client: { create: { ...maple, email: 'NIA@maple.example', phone: '+358 40 123 4567' } },
  });
  expect(order).toMatchObject({ clientId: first.order.clientId, createdClient: false });
  expect(order.timeline.map(({ note }) => note)).toContainEqual(expect.stringContaining('same data'));
  expect(stage.gandi.clientsOf(maple.email)).toBe(1);
});

test.each([
  ['street', { street: '2 Test Way' }],
  ['phone', { phone: '040 765 4321' }],
  ['reference', { reference: 'ACC-0043' }],
])(
  'with another %s is a new one, and the order names the one that looks alike and the difference',
  async (field, change) => {
    const first = await request();
    const { order } = await request({ ...second, client: { create: { ...maple, ...change } } });
    expect(order).toMatchObject({ createdClient: true });
    expect(order.clientId).not.toBe(first.order.clientId);
    expect(order.timeline.map(({ note }) => note)).toContainEqual(
      expect.stringMatching(new RegExp(`${first.order.clientId} \\(other ${field}\\)`)),
    );
  },
);

test.each([{ email: 'other@maple.example' }, { firstName: 'Mia' }, { companyName: 'Maple Ab' }])(
  'with another name or address, %j, is a new one without more words',
  async (change) => {
    await request();
    const { order } = await request({ ...second, client: { create: { ...maple, ...change } } });
    expect(order.createdClient).toBe(true);
    expect(order.timeline.map(({ note }) => note).join(' ')).not.toContain('others have');
  },
);
