// Secrets of webhooks: sealed at rest, bound to their webhook, two of them live in a rotation, and one key for one database.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it, test as plain, vi } from 'vitest';
import { createSecretBox, UnsealError } from '../../src/lib/secret-box.ts';
import { openSecretBox, SecretsKeyError } from '../../src/webhooks/secrets-key.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { createStage, event, type Received, type Stage, scopeOf } from './setup.ts';

const HOUR = 3_600_000;

describeStore('a secret', (backend) => {
  let test: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    test = await createTestStore(backend);
    stage = createStage(test);
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await test.close();
  });

  /** The public library allows for five minutes between its clock and the signature. */
  function isVerified(secret: string, { body, headers, at }: Received): boolean {
    vi.setSystemTime(at);
    try {
      new Webhook(secret).verify(body, { ...headers });
      return true;
    } catch {
      return false;
    }
  }

  it('is nowhere in the database, nor in events, nor in the audit', async () => {
    const { id, secret } = await stage.create();
    const { secret: next } = await stage.service.rotateSecret(scopeOf(), { webhookId: id, keepPreviousHours: 1 });
    await stage.store.webhooks.disable(id, 'FAILING', stage.clock.now());
    const everything = JSON.stringify([
      await test.query('SELECT * FROM webhooks'),
      await test.query('SELECT payload FROM events'),
      await test.query('SELECT * FROM audit_entries'),
    ]);
    for (const told of [secret, next]) {
      expect(everything).not.toContain(told);
      expect(everything).not.toContain(told.slice('whsec_'.length));
    }
  });

  it('signs beside the new one until its time is over, and not a moment longer', async () => {
    const { id, secret: old } = await stage.create();
    const { secret } = await stage.service.rotateSecret(scopeOf(), { webhookId: id, keepPreviousHours: 24 });
    const sendOne = async () => {
      await stage.append(event('a'));
      await stage.dispatch();
      await stage.send(1_000);
      return stage.receiver.received.at(-1) as Received;
    };
    const during = await sendOne();
    expect([isVerified(old, during), isVerified(secret, during)]).toEqual([true, true]);
    await stage.clock.advance(24 * HOUR);
    const after = await sendOne();
    expect([isVerified(old, after), isVerified(secret, after)]).toEqual([false, true]);
  });

  it('is one of two when two rotate at once: both callers hold a secret that is live', async () => {
    const { id } = await stage.create();
    const rotate = () => stage.service.rotateSecret(scopeOf(), { webhookId: id, keepPreviousHours: 24 });
    const both = await Promise.all([rotate(), rotate()]);
    await stage.append(event('a'));
    await stage.dispatch();
    await stage.send(1_000);
    const [received] = stage.receiver.received;
    for (const { secret } of both) expect(received && isVerified(secret, received)).toBe(true);
  });

  it('of another webhook signs nothing: what was put in its place disables the webhook, and nothing is sent', async () => {
    const one = await stage.create('https://one.example/');
    const two = await stage.create('https://two.example/');
    await test.query('UPDATE webhooks SET secret = (SELECT secret FROM webhooks WHERE id = $1) WHERE id = $2', [
      one.id,
      two.id,
    ]);
    await stage.append(event('a'));
    await stage.dispatch();
    await stage.send(1_000);
    expect(stage.receiver.received.map(({ url }) => url)).toEqual(['https://one.example/']);
    expect(await stage.store.webhooks.byIds([two.id])).toMatchObject([
      { state: 'DISABLED', stateReason: 'SECRET_UNREADABLE' },
    ]);
    const { secret } = await stage.service.rotateSecret(scopeOf(), { webhookId: two.id, keepPreviousHours: 24 });
    await stage.service.enable(scopeOf(), { webhookId: two.id });
    await stage.send(1_000);
    const received = stage.receiver.received.find(({ url }) => url.includes('two'));
    expect(received && isVerified(secret, received)).toBe(true);
  });

  it('is opened by the key that the database was begun with, and by no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'secrets-key-'));
    try {
      const open = (key: Uint8Array | null, at: string | null = null) =>
        openSecretBox({ key, folder: at, facts: stage.store.facts });
      expect(await open(null)).toBeNull();
      const opened = await Promise.all([open(null, folder), open(null, folder), open(null, folder)]);
      expect(new Set(opened.map((box) => box?.fingerprint)).size).toBe(1);
      expect(await readdir(folder)).toEqual(['secrets.key']);
      await expect(open(randomBytes(32))).rejects.toThrow(SecretsKeyError);
      await expect(open(null)).rejects.toThrow(/GATEWAY_SECRETS_KEY/);
      expect((await open(null, folder))?.fingerprint).toBe(opened[0]?.fingerprint);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

plain('a sealed secret opens for its owner only, and not when a byte of it was changed', () => {
  const box = createSecretBox(randomBytes(32));
  const sealed = box.seal('whsec_one', 'owner');
  expect(box.open(sealed, 'owner')).toBe('whsec_one');
  expect(box.seal('whsec_one', 'owner')).not.toBe(sealed);
  expect(() => box.open(sealed, 'another')).toThrow(UnsealError);
  expect(() => createSecretBox(randomBytes(32)).open(sealed, 'owner')).toThrow(UnsealError);
  const at = 10;
  const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
  expect(() => box.open(changed, 'owner')).toThrow(UnsealError);
});
