// Runs the curl commands of a page as a reader would paste them, one shell for the whole page, and notes what each one got.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface CurlResult {
  readonly command: string;
  readonly status: number;
  readonly body: string;
}

/** What stands in for curl: the same call, with body, status and arguments kept; a stream is read for a few seconds. */
const RECORDER = `
set -u
calls=0
curl() {
  calls=$((calls + 1))
  local file; file=$(printf '%s/%03d' "$RECORDS" "$calls")
  printf '%s ' "$@" > "$file.command"
  command curl -sS --max-time 4 -o "$file.body" -w '%{http_code}' "$@" > "$file.status" 2> "$file.error"
  local code=$?
  if [ "$code" -ne 0 ] && [ "$code" -ne 28 ]; then echo "curl $* ended with $code: $(cat "$file.error")" >&2; exit 1; fi
}
`;

/** @throws when a command cannot be run at all. */
export async function runCurls(script: string, environment: Readonly<Record<string, string>>): Promise<CurlResult[]> {
  const records = await mkdtemp(join(tmpdir(), 'docs-'));
  try {
    await promisify(execFile)('bash', ['-c', `${RECORDER}\n${script}`], {
      env: { PATH: process.env.PATH, RECORDS: records, ...environment },
    });
    const names = (await readdir(records)).filter((name) => name.endsWith('.command')).sort();
    return await Promise.all(
      names.map(async (name) => {
        const read = (kind: string) => readFile(join(records, name.replace('command', kind)), 'utf8').catch(() => '');
        return {
          command: `curl ${await read('command')}`,
          status: Number(await read('status')),
          body: await read('body'),
        };
      }),
    );
  } finally {
    await rm(records, { recursive: true, force: true });
  }
}
