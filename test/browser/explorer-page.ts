// GraphiQL in a headless Chromium, as a person uses it; every request that leaves this machine is recorded and stopped.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const WINDOW = { width: 1280, height: 800 };
/** High enough for an answer to be drawn whole: the editor draws only the lines in sight. */
const TALL_WINDOW = { width: 1280, height: 8_000 };
/** On a busy machine the menu of operations may close again before the pointer is there: then it is opened anew. */
const MENU_MS = 5_000;
const MENU_TRIES = 6;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Explorer {
  readonly page: Page;
  /** Addresses outside this machine that the page asked for. */
  readonly strangers: readonly string[];
  /** What went over WebSockets to the page, in order. */
  readonly received: readonly string[];
  /** Errors that no script of the page caught. */
  readonly failures: readonly string[];
  tabs(): Promise<string[]>;
  openTab(title: string): Promise<void>;
  /** Runs the open tab; when it has several operations, the named one. */
  run(operation?: string): Promise<void>;
  /** Stops the subscription that runs. */
  stop(): Promise<void>;
  /** Replaces the text of the headers. */
  setHeaders(text: string): Promise<void>;
  /** The whole text of the response pane. */
  response(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the explorer of a gateway in a fresh profile. @throws when Chromium is not installed: this is no test to leave out. */
export async function openExplorer(url: string): Promise<Explorer> {
  if (!existsSync(CHROMIUM))
    throw new Error(`The explorer is tested in Chromium, expected at ${CHROMIUM}: apt-get install chromium`);
  const profile = await mkdtemp(join(tmpdir(), 'gateway-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    viewport: WINDOW,
  });
  const strangers: string[] = [];
  const received: string[] = [];
  const failures: string[] = [];
  const isStranger = (address: string) => {
    const { hostname, protocol } = new URL(address);
    return /^(https?|wss?):$/.test(protocol) && !LOOPBACK.has(hostname);
  };
  const page = context.pages()[0] ?? (await context.newPage());
  context.on('request', (request) => {
    if (isStranger(request.url())) strangers.push(request.url());
  });
  await context.route(
    ({ href }) => isStranger(href),
    (route) => route.abort(),
  );
  page.on('pageerror', ({ message }) => failures.push(message));
  page.on('websocket', (socket) => {
    if (isStranger(socket.url())) strangers.push(socket.url());
    socket.on('framereceived', ({ payload }) => received.push(String(payload)));
  });
  await page.goto(`${url}/graphql`);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();

  const tabButtons = page.locator('.graphiql-tab-button');
  const press = { delay: 60 };
  return {
    page,
    strangers,
    received,
    failures,
    tabs: () => tabButtons.allInnerTexts(),
    async openTab(title) {
      // Tabs can be dragged; a pointer that comes and goes at once may be taken for that.
      await tabButtons.getByText(title, { exact: true }).dispatchEvent('click');
      await page.locator('.graphiql-tab-active', { hasText: title }).waitFor();
    },
    async run(operation) {
      const execute = page.getByRole('button', { name: 'Execute query' });
      if (operation === undefined) return execute.click(press);
      const entry = page.getByRole('menuitem', { name: operation });
      for (let tries = 1; ; tries++) {
        await execute.click(press);
        try {
          return await entry.click({ ...press, timeout: MENU_MS });
        } catch (error) {
          if (tries === MENU_TRIES) throw error;
          await page.keyboard.press('Escape');
        }
      }
    },
    stop: () => page.getByRole('button', { name: 'Stop query' }).click(press),
    async setHeaders(text) {
      await page.getByRole('button', { name: 'Headers', exact: true }).click(press);
      await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
      await page.keyboard.press('Control+A');
      await page.keyboard.press('Delete');
      await page.keyboard.insertText(text);
    },
    async response() {
      await page.setViewportSize(TALL_WINDOW);
      await page.waitForTimeout(300);
      const lines = await page.locator('.graphiql-response .view-line').allInnerTexts();
      await page.setViewportSize(WINDOW);
      return lines.join('\n').replaceAll('\u00a0', ' ');
    },
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
