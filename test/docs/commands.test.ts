// What the documentation tells people to type works: commands run, queries fit the schema, variables and links exist.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parse, specifiedRules, validate } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { CONFIG_VARIABLES } from '../../src/config.ts';
import { readExamples } from '../../src/server/explorer.ts';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';
import { anchorsOf, commandsOf, linksOf, readPages } from './pages.ts';
import { runCurls } from './shell.ts';

const pages = readPages();
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
const commands = pages.flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => commandsOf(code).map((command) => ({ path, command }))),
);

/** Variables of tests; no part of the gateway reads them. */
const TEST_VARIABLES = ['TEST_DATABASE_URL', 'TEST_REDIS_URL', 'GANDI_CONTRACT_TOKEN'];

/** Commands too long or too far-reaching to run here, each with the file that runs it and the words by which it does. */
const RUN_ELSEWHERE: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm ci': ['.ci/run', 'npm ci'],
  'npm test': ['.ci/run', 'npm test'],
  'npm start': ['bench/clean-clone.ts', "'start'"],
  'npm run check:migrations': ['package.json', 'npm run check:migrations'],
  'npm run db:diff -- add_webhooks': ['package.json', 'scripts/migrations.ts --check'],
  'npx prisma generate': ['package.json', '"postinstall": "prisma generate"'],
};

/** Benches are run by people; here it is checked that they are there and take the flags. */
const isBench = (command: string): boolean => /^npm run bench:[\w-]+( -- --\w+)?$/.test(command);

const nameOfScript = (command: string): string | undefined => /^npm (?:run )?([\w:-]+)/.exec(command)?.[1];

describe('every command', () => {
  test('is of a kind that is checked', () => {
    const unknown = commands.filter(
      ({ command }) =>
        !(command in RUN_ELSEWHERE) && !isBench(command) && !/^(curl |npm run sandbox\b|[A-Z]+=)/.test(command),
    );
    expect(unknown).toEqual([]);
  });

  test('of npm names a script, and the script a file', () => {
    for (const { path, command } of commands) {
      const name = nameOfScript(command);
      if (name === undefined || name === 'ci') continue;
      const script = scripts[name];
      expect([path, command, script]).toEqual([path, command, expect.any(String)]);
      const file = /\S+\.ts\b/.exec(script ?? '')?.[0];
      if (file !== undefined) expect([command, existsSync(file)]).toEqual([command, true]);
      const flag = isBench(command) ? / (--\w+)$/.exec(command)?.[1] : undefined;
      if (flag !== undefined && file !== undefined)
        expect([command, readFileSync(file, 'utf8').includes(flag.slice(2))]).toEqual([command, true]);
    }
  });

  test('of the list of those that run elsewhere is still in the documentation', () => {
    const typed = new Set(commands.map(({ command }) => command));
    expect(Object.keys(RUN_ELSEWHERE).filter((command) => !typed.has(command))).toEqual([]);
  });

  test.each(Object.entries(RUN_ELSEWHERE))('%s is run by %j', (_command, [file, words]) => {
    expect(readFileSync(file, 'utf8')).toContain(words);
  });

  const sandboxCommands = [...new Set(commands.map(({ command }) => command))].filter((command) =>
    command.startsWith('npm run sandbox'),
  );
  test.each(sandboxCommands)('%s starts', async (command) => {
    const flags = command.split(' -- ')[1]?.split(/\s+/) ?? [];
    const child = spawn(process.execPath, ['src/sandbox/main.ts', ...flags, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [banner] = (await once(child.stdout, 'data')) as [Buffer];
    if (flags.includes('--help')) expect(banner.toString()).toContain('--domains');
    else expect(banner.toString()).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
});

describe('every curl', () => {
  const withCurls = pages.filter(({ blocks }) =>
    blocks.some(({ language, code }) => language === 'sh' && /^curl /m.test(code)),
  );
  let app: SandboxApp;
  beforeEach(async () => {
    app = await startSandboxApp({ domains: 400 });
  });
  afterEach(() => app.close());

  test.each(withCurls)('of $path is answered', async ({ blocks }) => {
    const order = readExamples(Date.now()).find(({ file }) => file.startsWith('07'));
    await app.ask(order?.query ?? '', JSON.parse(order?.variables ?? '{}') as Record<string, unknown>);
    const script = blocks
      .filter(({ language, code }) => language === 'sh' && /^(curl |[A-Z]+=)/m.test(code))
      .map(({ code }) => code)
      .join('\n')
      .replace(/http:\/\/(localhost|127\.0\.0\.1):4000/g, app.origin)
      .replace(/http:\/\/(localhost|127\.0\.0\.1):4001/g, app.sandbox.url);
    const results = await runCurls(script, { GATEWAY_API_KEY: 'any-key-will-do-here' });
    expect(results.length).toBeGreaterThan(0);
    for (const { command, status, body } of results) {
      expect([command, status, body.slice(0, 300)]).toEqual([command, expect.toSatisfy(isFine), expect.any(String)]);
      if (!command.includes('/graphql')) continue;
      expect(body).not.toContain('"errors"');
      expect(body).toContain('"data"');
      if (/ -s?N /.test(command)) expect(body).toMatch(/^event: next$/m);
    }
  });
});

describe('every page', () => {
  test.each(pages)('$path has queries that fit the schema', ({ blocks }) => {
    for (const { language, code } of blocks)
      if (language === 'graphql')
        expect([code, validate(schema, parse(code), specifiedRules).map(String)]).toEqual([code, []]);
  });

  test.each(pages)('$path has JSON that is JSON', ({ blocks }) => {
    for (const { language, code } of blocks)
      if (language === 'json') expect(() => JSON.parse(code), code).not.toThrow();
  });

  test.each(pages)('$path names only variables that exist', ({ text }) => {
    const known = new Set<string>([...CONFIG_VARIABLES, ...TEST_VARIABLES]);
    const named =
      text.match(
        /\b(?:GANDI|GATEWAY|WEBHOOK_PRIVATE|DATABASE|DATA|SANDBOX|MAX_AGE|LOG|REDIS|TEST)_(?:[A-Z]+_)*[A-Z]+\b/g,
      ) ?? [];
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(pages)('$path links to what is there', ({ path, text }) => {
    const broken = linksOf({ path, text, blocks: [] }).filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test.each(pages)('$path names files that exist', ({ text }) => {
    const named = [...text.matchAll(/`((?:src|test|schema|bench|examples|docs|prisma|scripts)\/[\w./-]+\.\w+)`/g)];
    expect(named.map(([, file = '']) => file).filter((file) => !existsSync(file))).toEqual([]);
  });
});

function isFine(status: number): boolean {
  return status >= 200 && status < 400;
}
