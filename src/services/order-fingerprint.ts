// Proves that a repeated order is the same order: a digest of its input, and of the auth code a salted one that does not give the code away.
import { createHash, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Milliseconds, not seconds: the digest only has to keep a code of high entropy from being read in the database. */
const COST: ScryptOptions = { N: 2 ** 12, r: 8, p: 1 };
const LENGTH = 32;

/** SHA-256 over JSON with sorted keys; properties that are undefined count as absent. */
export function fingerprintOf(input: unknown): string {
  return createHash('sha256').update(canonicalJson(input)).digest('hex');
}

/** @param salt the order's id: equal codes of two orders have different digests. */
export async function digestSecret(secret: string, salt: string): Promise<string> {
  return (await derive(secret, salt)).toString('base64url');
}

export async function matchesDigest(secret: string, salt: string, digest: string | null): Promise<boolean> {
  if (digest === null) return false;
  const expected = Buffer.from(digest, 'base64url');
  const found = await derive(secret, salt);
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function derive(secret: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(secret, salt, LENGTH, COST, (error, key) => (error ? reject(error) : resolve(key))),
  );
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`;
}
