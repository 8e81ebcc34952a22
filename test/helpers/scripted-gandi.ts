// A server on a real socket that answers as the script says: fixtures of raw HTTP, lost connections, silence. It keeps every call it saw.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A fixture as its file has it: status line, headers, an empty line, body. */
export interface Fixture {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** - a name: plays `fixtures.http/<name>.http`. - `reset`: breaks the connection. - `silence`: never answers. - a function: answers when it resolves. */
export type Play = string | 'reset' | 'silence' | (() => Promise<string>);

export interface ScriptedCall {
  readonly method: string;
  /** Below `/v5`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON; null for an empty body. */
  readonly body: unknown;
}

export interface ScriptedGandi {
  /** Ends before `/v5`. */
  readonly url: string;
  readonly calls: readonly ScriptedCall[];
  /** TCP connections accepted so far. */
  readonly connections: number;
  /** What `GET /path` and the like answer, one play after another; the last one repeats. Replaces the earlier script of the route. */
  on(route: string, ...plays: readonly Play[]): void;
  /** Resolves once that many calls have been seen. */
  seen(count: number): Promise<void>;
  close(): Promise<void>;
}

const FOLDER = new URL('../upstream/fixtures.http/', import.meta.url);

/** @throws when there is no such fixture. */
export function readFixture(name: string): Fixture {
  const raw = readFileSync(new URL(`${name}.http`, FOLDER), 'utf8').replaceAll('\r\n', '\n');
  const split = raw.indexOf('\n\n');
  const [statusLine = '', ...lines] = raw.slice(0, split).split('\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, body: raw.slice(split + 2) };
}

/** Starts on a free port of 127.0.0.1. A call without a script answers 599, which no test expects. */
export async function startScriptedGandi(): Promise<ScriptedGandi> {
  const calls: ScriptedCall[] = [];
  const scripts = new Map<string, Play[]>();
  const watchers = new Set<() => void>();
  let connections = 0;

  const server = createServer((request, response) => void handle(request, response));
  server.on('connection', () => {
    connections += 1;
  });
  server.keepAliveTimeout = 60_000;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.replace(/^\/v5/, '');
    const method = request.method ?? '';
    const plays = scripts.get(`${method} ${path}`) ?? [];
    const play = plays.length > 1 ? plays.shift() : plays[0];
    calls.push({
      method,
      path,
      query: url.searchParams,
      headers: request.headers,
      body: text ? JSON.parse(text) : null,
    });
    for (const check of watchers) check();
    if (play === 'silence') return;
    if (play === 'reset') return void request.socket.destroy();
    if (play === undefined) return void response.writeHead(599).end(`no script for ${method} ${path}`);
    answer(response, readFixture(typeof play === 'function' ? await play() : play));
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get connections() {
      return connections;
    },
    on: (route, ...plays) => void scripts.set(route, [...plays]),
    seen: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (calls.length < count) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A fixture that announces more than it holds is cut off, as a broken connection would. */
function answer(response: ServerResponse, { status, headers, body }: Fixture): void {
  const isCutOff = headers['content-length'] !== undefined;
  response.writeHead(status, headers);
  if (!isCutOff) return void response.end(body);
  response.write(body, () => response.socket?.destroy());
}
