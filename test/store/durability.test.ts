// Nothing acknowledged is lost: a process is killed at a random moment, again and again, and every order it reported is there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import type { OrderRecord } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { NOON } from './samples.ts';

const KILLS = 6;

it('keeps every acknowledged order, with its transfer and its events, over kills at random', {
  timeout: 180_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kill-'));
  await (await openDatabase({ databaseUrl: null, dataFolder: folder, logger: silentLogger })).close();
  const acknowledged: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    acknowledged.push(...(await writeUntilKilled(folder, 1 + Math.floor(Math.random() * 25))));
    const { store, close } = await openDatabase({ databaseUrl: null, dataFolder: folder, logger: silentLogger });
    const orders = await store.orders.byIds(acknowledged);
    expect(orders.filter(({ state }) => state === 'SUBMITTED')).toHaveLength(acknowledged.length);
    const transfers = await store.transfers.byOrderIds(acknowledged);
    expect(transfers.filter(({ version }) => version === 2)).toHaveLength(acknowledged.length);
    const told = await toldOrders(store);
    expect(acknowledged.filter((id) => told.get(id) === 2)).toHaveLength(acknowledged.length);
    // What was written and not acknowledged is there as a whole or not at all.
    const pending = (await everyOrder(store)).filter(({ id }) => !acknowledged.includes(id));
    expect(pending.length).toBeLessThanOrEqual(kill + 1);
    expect(await store.transfers.byOrderIds(pending.map(({ id }) => id))).toHaveLength(pending.length);
    for (const { id, state } of pending) expect([id, told.get(id)]).toEqual([id, state === 'CLAIMED' ? 1 : 2]);
    await store.mirrorLists.put({
      key: 'still writable',
      completeAt: NOON,
      startedAt: null,
      total: null,
      fetched: kill,
      lastError: null,
      lastErrorAt: null,
    });
    await close();
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS);
  await rm(folder, { recursive: true });
});

async function everyOrder(store: Store): Promise<readonly OrderRecord[]> {
  const found: OrderRecord[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.orders.list({
      visibility: { organizationId: null, clientId: null },
      filter: {},
      orderBy: { field: 'CREATED_AT', direction: 'ASC' },
      page: { first: 100, ...(after !== undefined && { after }) },
    });
    found.push(...page.rows.map(({ row }) => row));
    after = page.rows.at(-1)?.cursor;
    if (!page.hasNextPage) return found;
  }
}

/** How many events the log has of each order, by its id. */
async function toldOrders(store: Store): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let last = 0n; ; ) {
    const events = await store.events.after(last, 1000);
    for (const { subjectType, subjectId } of events)
      if (subjectType === 'Order') counts.set(subjectId, (counts.get(subjectId) ?? 0) + 1);
    const end = events.at(-1);
    if (end === undefined) return counts;
    last = end.sequence;
  }
}

/** Ids that the writer reported before it was killed. */
async function writeUntilKilled(folder: string, reports: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children/write-orders.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ids: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    ids.push(id);
    if (ids.length === reports) child.kill('SIGKILL');
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return ids;
}
