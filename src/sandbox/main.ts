// The sandbox as a program: flags in, a short banner out, a clean stop on SIGINT and SIGTERM.
import { parseArgs } from 'node:util';
import { defaultToken, parseRateLimit, type SandboxOptions } from './options.ts';
import { startSandbox } from './server.ts';

const help = `A local Gandi: the v5 API under /v5, and controls under /sandbox.

  --port <n>             port on 127.0.0.1 (4001; 0 takes any free one)
  --domains <n>          domains of the reseller, up to 100000 (400)
  --clients <n>          clients of the reseller (6 per 100 domains)
  --transfers <n>        transfers ordered in the days before (1 per 40 domains, at least 12)
  --seed <n>             same seed and size, same portfolio (1)
  --limit <n/window>     calls allowed in any window (30/2s)
  --speed <x>            sandbox seconds per real second (1; 0 stands still)
  --people <who>         quick or realistic (quick)
  --prepaid <euros>      prepaid account of the reseller (25000)
  --token <text>         accepted as Bearer and as Apikey (${defaultToken})
  --contact-type <form>  string or integer, as both exist (string)
  --no-row-sharing-id    list rows without sharing_id
  --call-log <n>         calls kept in the log (10000)
  --help                 this text
`;

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new RangeError(`--${flag} takes a whole number, not "${text}"`);
  return Number(text);
}

function oneOf<Word extends string>(flag: string, text: string | undefined, words: readonly Word[]): Word | undefined {
  if (text === undefined) return undefined;
  const found = words.find((word) => word === text);
  if (found === undefined) throw new RangeError(`--${flag} takes ${words.join(' or ')}, not "${text}"`);
  return found;
}

function speedFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const speed = Number(text);
  if (text.trim() === '' || !Number.isFinite(speed) || speed < 0)
    throw new RangeError(`--speed takes a number of at least 0, not "${text}"`);
  return speed;
}

type Settled<Options> = { [Key in keyof Options]: Exclude<Options[Key], undefined> };

/** Drops what was not given, so that defaults apply. */
function given<Options extends object>(options: Options): Partial<Settled<Options>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<
    Settled<Options>
  >;
}

/** @throws Error in one clear line for a flag that is unknown or malformed. */
function readFlags(args: readonly string[]): (SandboxOptions & { port: number }) | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: text,
      domains: text,
      clients: text,
      transfers: text,
      seed: text,
      limit: text,
      speed: text,
      people: text,
      prepaid: text,
      token: text,
      'contact-type': text,
      'call-log': text,
      'no-row-sharing-id': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const port = wholeNumber('port', values.port) ?? 4001;
  if (port > 65_535) throw new RangeError(`--port goes up to 65535, not ${port}`);
  if (values.token !== undefined && !/^\S+$/.test(values.token))
    throw new RangeError('--token must not be empty or hold spaces');
  const euros = wholeNumber('prepaid', values.prepaid);
  return {
    port,
    ...given({
      domains: wholeNumber('domains', values.domains),
      clients: wholeNumber('clients', values.clients),
      transfers: wholeNumber('transfers', values.transfers),
      seed: wholeNumber('seed', values.seed),
      limit: values.limit === undefined ? undefined : parseRateLimit(values.limit),
      speed: speedFrom(values.speed),
      people: oneOf('people', values.people, ['quick', 'realistic']),
      prepaidCents: euros === undefined ? undefined : euros * 100,
      credentials: values.token === undefined ? undefined : [{ token: values.token }],
      contactTypeAs: oneOf('contact-type', values['contact-type'], ['string', 'integer']),
      rowSharingId: values['no-row-sharing-id'] ? false : undefined,
      callLogSize: wholeNumber('call-log', values['call-log']),
    }),
  };
}

async function main(): Promise<void> {
  const options = readFlags(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(help);
    return;
  }
  const running = await startSandbox({ ...options, ownProcess: true });
  const { world, limiter } = running.sandbox.state;
  const token = options.credentials?.[0]?.token ?? defaultToken;
  process.stdout.write(
    [
      `Sandbox of Gandi's API on ${running.url}/v5`,
      `  ${world.estate.ofOrganization(world.organizations.reseller.id).length} domains, ${world.customers.size} clients, reseller ${world.organizations.reseller.id}`,
      `  limit ${limiter.limit.calls} calls in any ${limiter.limit.windowMs / 1000} s, controls on ${running.url}/sandbox/`,
      `  try: curl -H 'Authorization: Bearer ${token}' '${running.url}/v5/domain/domains?per_page=3'`,
      '',
    ].join('\n'),
  );
  const stop = () => void running.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  process.stderr.write(`sandbox: ${reason} (see --help)\n`);
  process.exitCode = 1;
});
