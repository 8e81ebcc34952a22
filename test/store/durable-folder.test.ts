// What the embedded database asks the operating system: each commit is on the disk before it is acknowledged.
import * as fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type EmbeddedDatabase, openEmbedded } from '../../src/store/embedded.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return { ...real, fsyncSync: vi.fn(real.fsyncSync) };
});

const synced = () => vi.mocked(fs.fsyncSync).mock.calls.length;

let folder: string;
let database: EmbeddedDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
  database = await openEmbedded({ dataFolder: folder, onCreate: () => {} });
  await database.client.exec('CREATE TABLE kept (id int)');
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

it('every commit is synced, and a read is not', async () => {
  for (let id = 0; id < 20; id++) {
    const before = synced();
    await database.client.query('INSERT INTO kept VALUES ($1)', [id]);
    expect(synced()).toBeGreaterThan(before);
  }
  const before = synced();
  await database.client.query('SELECT * FROM kept');
  expect(synced()).toBe(before);
});

it('a transaction is synced once, when it commits', async () => {
  const before = synced();
  await database.client.transaction(async (transaction) => {
    for (let id = 0; id < 20; id++) await transaction.query('INSERT INTO kept VALUES ($1)', [id]);
    expect(synced()).toBe(before);
  });
  expect(synced()).toBeGreaterThan(before);
});

it('a checkpoint syncs what was written to tables', async () => {
  await database.client.exec('INSERT INTO kept SELECT generate_series(1, 20000)');
  const before = synced();
  await database.client.exec('CHECKPOINT');
  expect(synced()).toBeGreaterThan(before + 2);
});
