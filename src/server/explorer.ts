// GraphiQL, whole in one page: no CDN, so it also works offline. Its tabs are the operations of examples/.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Clock } from '../lib/clock.ts';

/** One operation of examples/: the document, and its variables as JSON text when it has any. */
export interface Example {
  readonly file: string;
  readonly query: string;
  readonly variables: string | null;
}

const EXAMPLES = new URL('../../examples/', import.meta.url);
const DAY_MS = 86_400_000;

/**
 * All examples in the order of their file names; variables are in a `.json` beside the `.graphql`.
 * @param now epoch milliseconds: a value `"in 60 days"` becomes that instant.
 */
export function readExamples(now: number): readonly Example[] {
  const files = new Set(readdirSync(EXAMPLES));
  const read = (file: string) => readFileSync(new URL(file, EXAMPLES), 'utf8');
  const inDays = (_whole: string, days: string) => JSON.stringify(new Date(now + Number(days) * DAY_MS).toISOString());
  const documents = [...files].filter((file) => file.endsWith('.graphql')).sort();
  return documents.map((file) => {
    const variables = file.replace(/\.graphql$/, '.json');
    return {
      file,
      query: read(file),
      variables: files.has(variables) ? read(variables).replace(/"in (\d+) days"/g, inDays) : null,
    };
  });
}

/** Scripts and workers are inside the page; nothing else may be loaded, and no other page may frame it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The tabs get the room: no name beside them in a small window, and only the open one can be closed. */
const STYLE = `
.graphiql-container .graphiql-logo { white-space: nowrap; }
@media (max-width: 1600px) { .graphiql-container .graphiql-logo { display: none; } }
.graphiql-container .graphiql-tabs { font-size: 13px; gap: 4px; }
.graphiql-container .graphiql-tab:not(.graphiql-tab-active) .graphiql-tab-button { padding-right: var(--px-8); }
.graphiql-container .graphiql-tab:not(.graphiql-tab-active) .graphiql-tab-close { display: none; }
`;

const KEY_PLACEHOLDER = 'Bearer <GATEWAY_API_KEY>';

/**
 * Every tab has headers of its own. A key that was accepted once stands in for the placeholder in all of them, and brings the schema. It is held by this
 * script alone: it is in no storage, and gone with the page.
 */
const SHARE_KEY = `{
  const send = window.fetch;
  let known;
  window.fetch = async (resource, options = {}) => {
    const headers = new Headers(options.headers);
    const given = headers.get('authorization');
    if (given === ${JSON.stringify(KEY_PLACEHOLDER)} && known) headers.set('authorization', known);
    const response = await send(resource, { ...options, headers });
    if (response.ok && given && given !== ${JSON.stringify(KEY_PLACEHOLDER)} && given !== known) {
      const isFirst = known === undefined;
      known = given;
      if (isFirst) document.querySelector('[aria-label^="Re-fetch GraphQL schema"]')?.click();
    }
    return response;
  };
}`;

const compress = promisify(brotliCompress);

interface Page {
  readonly plain: Buffer;
  readonly compressed: Promise<Buffer>;
  readonly etag: string;
  readonly renderedAt: number;
}

export interface ExplorerOptions {
  readonly endpoint: string;
  /** Shows where the key goes. */
  readonly needsKey: boolean;
  readonly clock: Pick<Clock, 'now'>;
}

/** The page is put together at the first visit of a day and kept, plain and compressed. It holds no data and asks for no key; what it sends does. */
export function createExplorer({ endpoint, needsKey, clock }: ExplorerOptions) {
  let page: Page | undefined;
  const render = (now: number): Page => {
    const html = renderGraphiQL({
      title: 'Gandi Reseller Gateway',
      endpoint,
      // GraphiQL sends the headers of a tab with every request, and cannot put them into connection_init.
      subscriptionsProtocol: needsKey ? 'SSE' : 'WS',
      defaultTabs: readExamples(now).map(({ query, variables }) => ({ query, variables })),
      headers: needsKey ? JSON.stringify({ authorization: KEY_PLACEHOLDER }, null, 2) : '{}',
      shouldPersistHeaders: false,
      defaultEditorToolsVisibility: needsKey ? 'headers' : 'variables',
      inputValueDeprecation: true,
      schemaDescription: true,
    });
    const additions = `<style>${STYLE}</style>${needsKey ? `<script>${SHARE_KEY}</script>` : ''}`;
    const plain = Buffer.from(html.replace('</head>', () => `${additions}</head>`));
    const etag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
    const compressed = compress(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
    return { plain, compressed, etag, renderedAt: now };
  };
  return {
    /** True for a browser that opens the endpoint, as opposed to an app that sends a query with GET. */
    isVisit: ({ method, headers }: IncomingMessage) =>
      (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html'),
    async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const now = clock.now();
      if (page === undefined || now - page.renderedAt > DAY_MS) page = render(now);
      const { plain, compressed, etag } = page;
      response.setHeader('ETag', etag);
      response.setHeader('Cache-Control', 'no-cache');
      response.setHeader('Vary', 'Accept, Accept-Encoding');
      response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      response.setHeader('Referrer-Policy', 'no-referrer');
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
      const brotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
      const body = brotli ? await compressed : plain;
      if (brotli) response.setHeader('Content-Encoding', 'br');
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': body.byteLength });
      response.end(request.method === 'HEAD' ? undefined : body);
    },
  };
}
