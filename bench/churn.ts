// Opens and closes 10,000 subscriptions, half over WebSocket and half over Server-Sent Events, while events come. Promise: nothing of them stays behind.
import { fork } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { type Visitor, visit, visitBriefly } from '../test/helpers/visitors.ts';
import type { ChurnOrder, ChurnReply } from './lib/churn-server.ts';
import { replyOf } from './lib/replies.ts';
import { printTable } from './lib/table.ts';

/** Subscriptions open at a time; as many again leave while they are answered. */
const WAVE = 500;
/** Before the first look, so that code, pools and caches are there. */
const WARM_WAVES = 10;
const WAVES = 10;
/** The heap may differ by so much, a fortieth of what so many subscriptions weigh while they are open. */
const HEAP_BYTES = 2_000_000;
const PATIENCE_MS = 60_000;

const server = fork(new URL('lib/churn-server.ts', import.meta.url), [], {
  execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
});
const { place } = await replyOf<ChurnReply, 'listening'>(server, 'listening');

const order = (message: ChurnOrder): void => void server.send(message);
function ask<K extends ChurnReply['kind']>(message: ChurnOrder, answer: K) {
  const reply = replyOf<ChurnReply, K>(server, answer);
  order(message);
  return reply;
}

async function untilThere(subscribers: number, visitors: readonly Visitor[]): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 20) {
    const counted = await ask({ kind: 'count' }, 'counted');
    if (counted.subscribers === subscribers && counted.members === subscribers) return;
    await wait(20);
  }
  const { subscribers: found } = await ask({ kind: 'count' }, 'counted');
  const ends = await Promise.all(visitors.map(({ gone }) => Promise.race([gone, Promise.resolve('open')])));
  throw new Error(`${found} subscriptions are open, expected ${subscribers}: ${[...new Set(ends)].join(', ')}.`);
}

const gone = (visitors: readonly Visitor[]): Promise<unknown> => Promise.all(visitors.map((visitor) => visitor.gone));

/** @returns subscriptions that were asked for. */
async function wave(): Promise<number> {
  const staying = visit(place, WAVE);
  await untilThere(WAVE, staying);
  order({ kind: 'append', events: 5 });
  const brief = visitBriefly(place, WAVE);
  await gone(brief);
  order({ kind: 'append', events: 5 });
  for (const visitor of staying) visitor.leave();
  await gone(staying);
  await untilThere(0, [...staying, ...brief]);
  return [...staying, ...brief].reduce((sum, { subscriptions }) => sum + subscriptions, 0);
}

for (let done = 0; done < WARM_WAVES; done++) await wave();
const before = await ask({ kind: 'look' }, 'seen');
let opened = 0;
for (let done = 0; done < WAVES; done++) opened += await wave();
const after = await ask({ kind: 'look' }, 'seen');
server.kill();

console.log(`${opened} subscriptions opened and closed.`);
printTable(
  ['', 'before', 'after'],
  [
    ...Object.entries(before.holdings).map(([name, count]) => [name, count, after.holdings[name] ?? 0] as const),
    ['heap, KB', Math.round(before.heapBytes / 1_024), Math.round(after.heapBytes / 1_024)],
  ],
);
const grown = Object.entries(after.holdings).filter(([name, count]) => count > (before.holdings[name] ?? 0));
const heap = after.heapBytes - before.heapBytes;
console.log(`${grown.length === 0 ? 'kept' : 'BROKEN'}: nothing is held that was not held before`);
console.log(
  `${heap <= HEAP_BYTES ? 'kept' : 'BROKEN'}: the heap is as it was, ${Math.round(heap / opened)} bytes for each subscription`,
);
process.exit(grown.length === 0 && heap <= HEAP_BYTES ? 0 : 1);
