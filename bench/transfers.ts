// 200 transfers followed at once by 1,000 subscribers over WebSocket, five to a transfer and one for all of them, and the same by that one alone: each gets
// each change of what it follows once and in order, and Gandi is not asked more often because more people look. By default fewer;
// `--full` for these numbers. Options: --full --transfers <n> --subscribers <n>.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BENCH_API_KEY, freePort, startGateway } from './lib/gateway-process.ts';
import { printTable } from './lib/table.ts';
import { ask, inParallel, orderTransfer } from './lib/transfer-orders.ts';
import type { SubscribersOrder, SubscribersReport } from './lib/transfer-subscribers.ts';

const { values } = parseArgs({
  options: { full: { type: 'boolean' }, transfers: { type: 'string' }, subscribers: { type: 'string' } },
});
const TRANSFERS = Number(values.transfers ?? (values.full ? 200 : 40));
const SUBSCRIBERS = Number(values.subscribers ?? (values.full ? 1_000 : 400));
/** Each step, and the sandbox seconds that lead to the next one (docs/sandbox.md, quick people). */
const STEPS = [
  ['PAYMENT', 2],
  ['HOLDER_APPROVAL', 6],
  ['REGISTRY', 4],
  ['LOSING_REGISTRAR', 8],
  ['COMPLETED', 0],
] as const;
/** Longest time from the first order to the last update. */
const PATIENCE_MS = 180_000;
/** Calls for each transfer may differ this much between one subscriber and many: polls have jitter, and a busy process polls less. */
const TOLERANCE = 1.15;

interface Result {
  readonly subscribers: number;
  readonly report: SubscribersReport;
  readonly polls: number;
  readonly overLimit: number;
  readonly seconds: number;
}

async function run(subscribers: number): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-transfers-'));
  const sandboxPort = await freePort();
  // A limit that leaves room for the polls of 200 transfers whose people answer within seconds: this bench is about fan-out, not about waiting.
  const environment = { SANDBOX_PORT: String(sandboxPort), GANDI_RATE_LIMIT: '800/2s' };
  const gateway = await startGateway({ dataDir, sandboxDomains: 50, environment });
  const sandbox = `http://127.0.0.1:${sandboxPort}/sandbox`;
  const watchers = fork(join(import.meta.dirname, 'lib/transfer-subscribers.ts'));
  try {
    const report = async (): Promise<SubscribersReport> => {
      watchers.send('report');
      const [answer] = (await once(watchers, 'message')) as [SubscribersReport];
      return answer;
    };
    const names = Array.from({ length: TRANSFERS }, (_, index) => `bench-${String(index).padStart(4, '0')}.com`);
    const order: SubscribersOrder = {
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      count: subscribers,
      key: BENCH_API_KEY,
      names,
    };
    watchers.send(order);
    while ((await report()).connected < subscribers) await sleep(100);

    const clientId = await anyClient(gateway.url);
    // Time stands still at Gandi but for what is advanced below, so that every step lasts until the gateway has seen it.
    await put(`${sandbox}/clock`, { speed: 0 });
    const startedAt = performance.now();
    await inParallel(names, 8, async (name) => {
      const answer = await orderTransfer(gateway.url, name, { id: clientId });
      if (answer.order?.state === undefined) throw new Error(`${name}: ${answer.message}`);
    });
    const enough = async (isEnough: (report: SubscribersReport) => boolean): Promise<void> => {
      while (!isEnough(await report()) && performance.now() - startedAt < PATIENCE_MS) await sleep(100);
    };
    for (const [step, seconds] of STEPS) {
      await enough(({ steps }) => (steps[step] ?? 0) >= TRANSFERS);
      await post(`${sandbox}/clock/advance`, { seconds });
    }
    await enough(({ complete, wrong, closed }) => complete === subscribers || wrong + closed > 0);
    const seconds = (performance.now() - startedAt) / 1_000;
    await sleep(500);
    const counters = (await (await fetch(`${sandbox}/counters`)).json()) as {
      readonly overLimit: number;
      readonly byRoute: Readonly<Record<string, number>>;
    };
    const polls = Object.entries(counters.byRoute)
      .filter(([route]) => /^GET .*\/transferin\//.test(route))
      .reduce((sum, [, count]) => sum + count, 0);
    return { subscribers, report: await report(), polls, overLimit: counters.overLimit, seconds };
  } finally {
    watchers.kill();
    await gateway.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const send =
  (method: string) =>
  async (url: string, body: unknown): Promise<void> => {
    const response = await fetch(url, { method, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  };
const post = send('POST');
const put = send('PUT');

async function anyClient(url: string): Promise<string> {
  const query = '{ clients(first: 1) { edges { node { id } } } }';
  const { clients } = await ask<{ clients: { edges: readonly { node: { id: string } }[] } }>(url, query);
  const [first] = clients.edges;
  if (first === undefined) throw new Error('The sandbox has no clients.');
  return first.node.id;
}

function breaches({ subscribers, report, overLimit }: Result): readonly string[] {
  const said: string[] = [];
  const { complete } = report;
  if (complete !== subscribers)
    said.push(`${subscribers - complete} of ${subscribers} subscribers did not see the end of what they follow`);
  if (report.wrong > 0) said.push(`${report.wrong} updates came twice, out of order, after a gap or as an error`);
  if (report.closed > 0) said.push(`${report.closed} connections were closed`);
  if (overLimit > 0) said.push(`${overLimit} calls were over the limit`);
  for (const [step] of STEPS)
    if ((report.steps[step] ?? 0) < TRANSFERS) said.push(`step ${step} was missed for some transfers`);
  return said;
}

const one = await run(1);
const many = await run(SUBSCRIBERS);
printTable(
  ['subscribers', 'transfers', 'updates', 'wrong', 'saw every end', 'polls', 'polls per transfer', 'seconds'],
  [one, many].map(({ subscribers, report, polls, seconds }) => [
    subscribers,
    TRANSFERS,
    report.updates,
    report.wrong,
    report.complete,
    polls,
    (polls / TRANSFERS).toFixed(1),
    seconds.toFixed(1),
  ]),
);
const said = [...breaches(one), ...breaches(many)];
if (many.polls > one.polls * TOLERANCE)
  said.push(`${many.polls} polls for ${SUBSCRIBERS} subscribers, ${one.polls} for one`);
console.log(
  said.length === 0
    ? 'kept: each change once and in order for everybody; polls do not grow with subscribers'
    : `BROKEN: ${said.join('; ')}`,
);
process.exitCode = said.length === 0 ? 0 : 1;
