// The key that secrets at rest are sealed with: from the environment, or in front of the sandbox from a file beside the database.
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecretBox, SECRET_KEY_BYTES, type SecretBox } from '../lib/secret-box.ts';
import type { FactStore } from '../store/store.ts';

/** The database holds secrets that this key does not open; one line for the operator. */
export class SecretsKeyError extends Error {
  override readonly name = 'SecretsKeyError';
}

const FACT = 'secrets-key';
const FILE = 'secrets.key';

/**
 * The box, or null when there is no key and none is to be made.
 * @param key from GATEWAY_SECRETS_KEY. @param folder where a key of its own is kept when there is none; null = no key is made.
 * @throws {SecretsKeyError} when secrets of this database were sealed with another key.
 */
export async function openSecretBox({
  key,
  folder,
  facts,
}: {
  readonly key: Uint8Array | null;
  readonly folder: string | null;
  readonly facts: Pick<FactStore, 'get' | 'once'>;
}): Promise<SecretBox | null> {
  const found = key ?? (folder === null ? null : await keyIn(folder));
  if (found === null) {
    if ((await facts.get(FACT)) === null) return null;
    throw new SecretsKeyError(
      'GATEWAY_SECRETS_KEY: expected the key that the secrets in this database were sealed with; without it webhooks cannot be signed.',
    );
  }
  const box = createSecretBox(found);
  if ((await facts.once(FACT, box.fingerprint)) === box.fingerprint) return box;
  const source = key === null ? `the key in ${join(folder ?? '', FILE)}` : 'another key';
  throw new SecretsKeyError(
    `GATEWAY_SECRETS_KEY: found ${source}, expected the one that the secrets in this database were sealed with.`,
  );
}

/** The key in the file, made when there is none. */
async function keyIn(folder: string): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  const key = Buffer.from((await textOf(path)) ?? (await makeKey(path)), 'base64');
  if (key.length === SECRET_KEY_BYTES) return key;
  throw new SecretsKeyError(
    `GATEWAY_SECRETS_KEY: ${path} holds no key of ${SECRET_KEY_BYTES} bytes; set the variable, or restore the file.`,
  );
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file is there whole or not at all, and two processes that come at once end with the same key. */
async function makeKey(path: string): Promise<string> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(randomBytes(SECRET_KEY_BYTES).toString('base64'));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}
