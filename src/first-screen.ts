// What `npm start` prints: where things are, which mode this is, and how far the mirror is; short enough to read at a glance.
import type { Config } from './config.ts';
import { formatRateLimits } from './upstream/budget/rate-limit.ts';

/** How far the first fill of the mirror is; `total` null until Gandi told. */
export interface MirrorProgress {
  readonly isComplete: boolean;
  readonly domains: number;
  readonly total: number | null;
}

export interface FirstScreen {
  readonly config: Pick<Config, 'mode' | 'rateLimits' | 'apiKey'>;
  /** Base address of the gateway. */
  readonly url: string;
  readonly gandiUrl: string;
  /** For example `PGlite in .data/sandbox/database`. */
  readonly database: string;
  readonly progress: MirrorProgress;
}

export function firstScreen({ config, url, gandiUrl, database, progress }: FirstScreen): string {
  const isSandbox = config.mode === 'SANDBOX';
  const rows: readonly (readonly [string, string])[] = [
    ['GraphiQL', `${url}/graphql${config.apiKey === null ? '' : '   (asks for GATEWAY_API_KEY)'}`],
    [
      'Mode',
      isSandbox
        ? 'SANDBOX: a local Gandi, nothing here is real or costs money'
        : 'GANDI: orders are real and cost money',
    ],
    [isSandbox ? 'Sandbox' : 'Gandi', isSandbox ? `${gandiUrl}/v5   controls: ${gandiUrl}/sandbox/` : `${gandiUrl}/v5`],
    ['Database', database],
    ['Limit', `${formatRateLimits(config.rateLimits)} (calls in any window)`],
    ['Mirror', describeProgress(progress)],
  ];
  const hint = isSandbox ? '\n  To serve your own portfolio set GANDI_TOKEN and GATEWAY_API_KEY: see README.md.\n' : '';
  return `\n  Gandi Reseller Gateway\n\n${rows.map(([label, text]) => `  ${label.padEnd(10)} ${text}\n`).join('')}${hint}\n`;
}

function describeProgress({ isComplete, domains, total }: MirrorProgress): string {
  if (isComplete) return `${count(domains)} domains, complete`;
  if (total === null) return 'filling; queries work meanwhile';
  return `filling, ${count(domains)} of ${count(total)} domains; queries work meanwhile`;
}

const count = (value: number): string => value.toLocaleString('en');
