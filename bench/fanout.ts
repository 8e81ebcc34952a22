// Many subscribers of one busy organization on one process, beside graphql-ws as it comes, in the same run. 1,000 subscribers, 10,000 with --full.
// Promises: everything arrives; a tenth of the CPU for each message, a third of the time to the last percent, at most 20 KB for each subscriber.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from './lib/arrivals.ts';
import type { ClientsOrder, ClientsReply } from './lib/fanout-clients.ts';
import type { FanoutOrder, FanoutReply } from './lib/fanout-server.ts';
import { replyOf } from './lib/replies.ts';
import { printTable } from './lib/table.ts';

const SUBSCRIBERS = process.argv.includes('--full') ? 10_000 : 1_000;
/** Connected before memory is looked at, so that code and pools are there. */
const WARM = 100;
/** Events are committed together, as one look at many transfers finds them. */
const BATCHES = 5;
const BATCH = 10;
/** From the arrival of the last message of a batch to the next batch: none waits for what came before it. */
const PAUSE_MS = 500;
/** A batch that has not arrived after so long is lost. */
const PATIENCE_MS = 300_000;
const QUERY =
  'subscription { transferUpdates { cursor ... on TransferUpdate { step waitingOn deadlineAt explanation helpingMutation transfer { id domainName version } } } }';

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
  readonly rss: number;
  readonly heap: number;
  readonly received: number;
  readonly wrong: number;
}

async function measure(kind: 'gateway' | 'stock'): Promise<Figures> {
  const server = fork(new URL('lib/fanout-server.ts', import.meta.url), [kind], { execArgv: ['--expose-gc'] });
  const { port } = await replyOf<FanoutReply, 'listening'>(server, 'listening');
  const clients = fork(new URL('lib/fanout-clients.ts', import.meta.url), []);
  const order = (message: FanoutOrder): void => void server.send(message);
  const ask = <K extends FanoutReply['kind']>(message: FanoutOrder, answer: K) => {
    const reply = replyOf<FanoutReply, K>(server, answer);
    order(message);
    return reply;
  };
  const open = async (count: number): Promise<void> => {
    const subscribed = replyOf<ClientsReply, 'subscribed'>(clients, 'subscribed');
    clients.send({ port, count, query: QUERY } satisfies ClientsOrder);
    await subscribed;
  };
  const received = async (): Promise<number> => {
    const reply = replyOf<ClientsReply, 'received'>(clients, 'received');
    clients.send('received');
    return (await reply).messages;
  };
  const arrive = async (messages: number): Promise<void> => {
    for (let waited = 0; (await received()) < messages && waited < PATIENCE_MS; waited += 100) await wait(100);
  };

  await open(WARM);
  for (let round = 1; round <= 20; round++) {
    await ask({ kind: 'commit', events: BATCH }, 'committed');
    await arrive(WARM * BATCH * round);
  }
  const before = await ask({ kind: 'memory' }, 'memory');
  await open(SUBSCRIBERS - WARM);
  const after = await ask({ kind: 'memory' }, 'memory');
  const start = await received();
  clients.send('count');
  const cpuBefore = (await ask({ kind: 'cpu' }, 'cpu')).micros;
  const committed: number[] = [];
  for (let batch = 1; batch <= BATCHES; batch++) {
    committed.push((await ask({ kind: 'commit', events: BATCH }, 'committed')).at);
    await arrive(start + SUBSCRIBERS * BATCH * batch);
    await wait(PAUSE_MS);
  }
  const cpu = (await ask({ kind: 'cpu' }, 'cpu')).micros - cpuBefore;
  const reply = replyOf<ClientsReply, 'arrivals'>(clients, 'arrivals');
  clients.send('arrivals');
  const { byMessage, wrong } = await reply;
  const delays = byMessage.flatMap((times, message) =>
    times.map((time) => time - (committed[Math.floor(message / BATCH)] ?? 0)),
  );
  clients.kill();
  order({ kind: 'stop' });
  await once(server, 'exit');
  const opened = SUBSCRIBERS - WARM;
  return {
    p50: percentile(delays, 0.5),
    p99: percentile(delays, 0.99),
    cpu: cpu / Math.max(1, delays.length),
    rss: (after.rss - before.rss) / opened / 1_024,
    heap: (after.heap - before.heap) / opened / 1_024,
    received: delays.length,
    wrong,
  };
}

console.log(`${SUBSCRIBERS} subscribers, ${BATCHES} batches of ${BATCH} events; the peer first.`);
const stock = await measure('stock');
const gateway = await measure('gateway');

const row = (name: string, { p50, p99, cpu, rss, heap, received }: Figures) => [
  name,
  received,
  Math.round(p50),
  Math.round(p99),
  Number(cpu.toFixed(1)),
  Number(rss.toFixed(1)),
  Number(heap.toFixed(1)),
];
printTable(
  ['', 'messages', 'p50 ms', 'p99 ms', 'CPU us each', 'KB each (RSS)', 'KB each (heap)'],
  [row('graphql-ws, in-memory pub/sub', stock), row('gateway', gateway)],
);

let isKept = true;
function promise(kept: boolean, text: string): void {
  console.log(`${kept ? 'kept' : 'BROKEN'}: ${text}`);
  isKept &&= kept;
}
const expected = SUBSCRIBERS * BATCH * BATCHES;
promise(gateway.received === expected && gateway.wrong === 0, `everything arrived, ${expected} messages`);
promise(
  gateway.cpu <= stock.cpu / 10,
  `a tenth of the CPU for each message: ${(stock.cpu / gateway.cpu).toFixed(1)} times less`,
);
promise(
  gateway.p99 <= stock.p99 / 3,
  `a third of the time at the 99th percentile: ${(stock.p99 / gateway.p99).toFixed(1)} times less`,
);
promise(gateway.rss <= 20, `at most 20 KB for each subscriber: ${gateway.rss.toFixed(1)}`);
process.exit(isKept ? 0 : 1);
