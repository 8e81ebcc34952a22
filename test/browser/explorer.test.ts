// A first visit in a browser: the whole gateway in a process of its own, GraphiQL in Chromium, the examples run as they are.
// UPDATE_SCREENSHOTS=1 also writes the pictures of docs/img.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BENCH_API_KEY, freePort, type GatewayProcess, startGateway } from '../../bench/lib/gateway-process.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { createDataFolder, type DataFolder } from '../helpers/data-folder.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Explorer, openExplorer } from './explorer-page.ts';

const START_MS = 120_000;
const STORY_MS = 120_000;

/** What a person would look at, kept for the documentation when asked for. */
async function photograph({ page }: Explorer, name: string): Promise<void> {
  if (process.env.UPDATE_SCREENSHOTS !== '1') return;
  await page.mouse.move(640, 790);
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: `docs/img/explorer-${name}.png` });
}

/** Runs the open tab and gives the answer once it is there. */
async function answerOf(explorer: Explorer, part: string, operation?: string): Promise<string> {
  await explorer.run(operation);
  return eventually(`an answer with ${part}`, async () => {
    const text = await explorer.response();
    return text.includes(part) && text;
  });
}

/** The steps that transfer updates of a domain brought over the WebSocket so far, without repeats. */
function stepsOf({ received }: Explorer, domainName: string): string[] {
  const steps = received.flatMap((frame) => {
    const { type, payload } = JSON.parse(frame) as {
      type: string;
      payload?: { data?: { transferUpdates: { step: string; transfer: { domainName: string } } } };
    };
    const update = type === 'next' ? payload?.data?.transferUpdates : undefined;
    return update?.transfer.domainName === domainName ? [update.step] : [];
  });
  return steps.filter((step, index) => step !== steps[index - 1]);
}

describe('the explorer of a gateway with the sandbox', () => {
  let folder: DataFolder;
  let gateway: GatewayProcess;
  let sandbox: string;
  let explorer: Explorer;
  beforeAll(async () => {
    folder = await createDataFolder('sandbox');
    const sandboxPort = await freePort();
    sandbox = `http://127.0.0.1:${sandboxPort}/sandbox`;
    gateway = await startGateway({ dataDir: folder.path, environment: { SANDBOX_PORT: String(sandboxPort) } });
    await eventually('the mirror is full', async () => {
      const { data } = await gateway.query<{ data: { domains: { freshness: { isComplete: boolean } } } }>(
        '{ domains { freshness { isComplete } } }',
      );
      return data.domains.freshness.isComplete;
    });
    explorer = await openExplorer(gateway.url);
  }, START_MS);
  afterAll(async () => {
    await explorer?.close();
    await gateway?.stop();
    await folder?.remove();
  });

  test('has a tab for each example, named by what it does', async () => {
    expect(await explorer.tabs()).toEqual([
      'Portfolio',
      'DomainsOfAClient',
      'ExpiringSoon',
      'WithoutClient',
      'FreshDomain',
      'QuoteATransfer',
      'OrderATransfer',
      'FollowTransfers',
      'OrderWithALostMail',
      'OrderWithACodeThatExpires',
      'Availability',
      'Prices',
      'RateBudget',
      'QuoteARenewal',
      'OrdersAndMoney',
      'AdoptionPlan',
      'ContactRequirements',
      'ClientsMissing',
      'SetNameservers',
      'SetAutoRenew',
      'QuoteARegistration',
      'RegisterADomain',
      'RefundableOrders',
      'RefundPolicies',
      'PlanOrders',
      'PlanProgress',
      'ExposureToUnpaidClients',
      'HowLongTheMoneyLasts',
      'RenewOnlyIfPaid',
      'RecordAPayment',
      'QuoteAChangeOfRegistrant',
      'RefreshPortfolio',
      'WhatHappened',
      'FollowEverything',
      'FollowDomains',
      'FollowOrders',
      'MakeAWebhook',
      'Webhooks',
      'CreateAnAccessToken',
    ]);
  });

  test('answers the first one with the organization, its clients and its domains', async () => {
    const answer = await answerOf(explorer, '"extensions"');
    await photograph(explorer, 'portfolio');
    const { data } = JSON.parse(answer) as {
      data: { organizations: { name: string; clients: Connection; domains: Connection }[] };
    };
    interface Connection {
      totalCount: number;
      edges: { node: { name: string } }[];
    }
    expect(data.organizations).toHaveLength(1);
    expect(data.organizations[0]).toMatchObject({ name: 'maple-lane', domains: { totalCount: 400 } });
    expect(data.organizations[0]?.clients.edges).toHaveLength(5);
    expect(data.organizations[0]?.domains.edges[0]?.node.name).toMatch(/^\S+\.\w+$/);
  });

  test(
    'orders a transfer and shows each step as it comes over the WebSocket, to the end',
    async () => {
      await explorer.openTab('OrderATransfer');
      expect(await answerOf(explorer, '"extensions"')).toContain('"state": "ACCEPTED"');
      await explorer.openTab('FollowTransfers');
      const before = await answerOf(explorer, '"step"');
      await eventually('another step', async () => {
        const now = await explorer.response();
        return now.includes('"step"') && stepIn(now) !== stepIn(before);
      });
      await photograph(explorer, 'follow');
      await eventually('its end', () => stepsOf(explorer, 'lantern-atelier.com').at(-1) === 'COMPLETED');
      expect(stepsOf(explorer, 'lantern-atelier.com').length).toBeGreaterThanOrEqual(3);
      await explorer.stop();
    },
    STORY_MS,
  );

  test('the people of the sandbox can be hurried, for the rest of the stories', async () => {
    const { ok } = await fetch(`${sandbox}/clock`, { method: 'PUT', body: JSON.stringify({ speed: 10 }) });
    expect(ok).toBe(true);
  });

  test(
    'sends the lost approval mail again, as the tab says',
    async () => {
      await explorer.openTab('OrderWithALostMail');
      await answerOf(explorer, '"explanation"', 'OrderWithALostMail');
      await gatewayReaches('foa-lost-bakery.com', { step: 'HOLDER_APPROVAL' });
      const resent = await answerOf(explorer, 'resendTransferApproval', 'ResendApproval');
      expect(resent).toContain('"waitingOn": "HOLDER"');
      await gatewayReaches('foa-lost-bakery.com', { step: 'COMPLETED' });
    },
    STORY_MS,
  );

  test(
    'gives another auth code when the first has expired, as the tab says',
    async () => {
      await explorer.openTab('OrderWithACodeThatExpires');
      await answerOf(explorer, '"explanation"', 'OrderWithACodeThatExpires');
      await gatewayReaches('code-expires-museum.com', { helpingMutation: 'UPDATE_TRANSFER_AUTH_CODE' });
      await answerOf(explorer, 'updateTransferAuthCode', 'FixTheAuthCode');
      await gatewayReaches('code-expires-museum.com', { step: 'COMPLETED' });
    },
    STORY_MS,
  );

  test(
    'marks what is wrong, and nothing in the examples',
    async () => {
      const { page } = explorer;
      const marks = page.locator('.squiggly-error, .squiggly-warning');
      for (const title of await explorer.tabs()) {
        await explorer.openTab(title);
        await page.waitForTimeout(500);
        expect([title, await marks.count()]).toEqual([title, 0]);
      }
      await page.getByRole('button', { name: 'New tab' }).click({ delay: 60 });
      await page.locator('.graphiql-query-editor .monaco-editor').click();
      await page.keyboard.insertText('{ nothingOfThatName }');
      await marks.first().waitFor();
    },
    STORY_MS,
  );

  test('asks nobody outside this machine, and no script fails', () => {
    expect(explorer.strangers).toEqual([]);
    expect(explorer.failures).toEqual([]);
  });

  async function gatewayReaches(domain: string, wanted: Record<string, string>): Promise<void> {
    await eventually(`${domain}: ${JSON.stringify(wanted)}`, async () => {
      const { data } = await gateway.query<{ data: { transfers: { edges: { node: Record<string, string> }[] } } }>(
        'query ($domain: DomainName!) { transfers(filter: { domain: $domain }) { edges { node { step helpingMutation } } } }',
        { domain },
      );
      const transfer = data.transfers.edges[0]?.node;
      return Object.entries(wanted).every(([name, value]) => transfer?.[name] === value);
    });
  }
});

describe('the explorer of a gateway with a key', () => {
  let gandi: RunningSandbox;
  let folder: DataFolder;
  let gateway: GatewayProcess;
  let explorer: Explorer;
  beforeAll(async () => {
    gandi = await startSandbox({ domains: 40 });
    folder = await createDataFolder('gandi');
    gateway = await startGateway({ dataDir: folder.path, gandi: { url: gandi.url, token: 'sandbox-token' } });
    explorer = await openExplorer(gateway.url);
  }, START_MS);
  afterAll(async () => {
    await explorer?.close();
    await gateway?.stop();
    await gandi?.close();
    await folder?.remove();
  });

  test('says that it needs one, and answers once it stands among the headers', async () => {
    expect(await answerOf(explorer, 'UNAUTHENTICATED')).toContain('Bearer <GATEWAY_API_KEY>');
    await explorer.setHeaders(`{ "authorization": "Bearer ${BENCH_API_KEY}" }`);
    expect(await answerOf(explorer, '"organizations"')).toContain('"mode": "GANDI"');
  });

  test('knows the schema then, and takes the key in every other tab, subscriptions too', async () => {
    await explorer.openTab('RateBudget');
    expect(await answerOf(explorer, '"rateBudget"')).toContain('"limit": 30');
    await explorer.openTab('OrderATransfer');
    await answerOf(explorer, '"transferDomainIn"');
    await explorer.openTab('FollowTransfers');
    expect(await answerOf(explorer, '"transferUpdates"')).toContain('lantern-atelier.com');
    await explorer.page.getByRole('button', { name: 'Show Documentation Explorer' }).click({ delay: 60 });
    await explorer.page.getByText('Root Types').waitFor();
  });

  test('keeps the key in no storage of the browser', async () => {
    const stored = await explorer.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(stored).toContain('Portfolio');
    expect(stored).not.toContain(BENCH_API_KEY);
    expect(explorer.strangers).toEqual([]);
  });
});

const stepIn = (answer: string): string | undefined => /"step": "(\w+)"/.exec(answer)?.[1];
