// Secrets at rest: sealed with AES-256-GCM and bound to what they belong to, so that one row's secret cannot be read as another's.
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

export const SECRET_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1.';

/** What was sealed cannot be opened: by another key, for another owner, or damaged. */
export class UnsealError extends Error {
  override readonly name = 'UnsealError';
}

export interface SecretBox {
  /** @param owner what the secret belongs to; needed again to open it. */
  seal(secret: string, owner: string): string;
  /** @throws {UnsealError} */
  open(sealed: string, owner: string): string;
  /** Tells keys apart without telling them: the same text for the same key, always. */
  readonly fingerprint: string;
}

/** @param key {@link SECRET_KEY_BYTES} random bytes. @throws {RangeError} for a key of another length. */
export function createSecretBox(key: Uint8Array): SecretBox {
  if (key.length !== SECRET_KEY_BYTES)
    throw new RangeError(`The key has ${key.length} bytes; expected ${SECRET_KEY_BYTES}.`);
  return {
    seal(secret, owner) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(owner));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return VERSION + Buffer.concat([nonce, text, cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
      if (!sealed.startsWith(VERSION) || bytes.length < NONCE_BYTES + TAG_BYTES)
        throw new UnsealError('The sealed secret is damaged.');
      try {
        const nonce = bytes.subarray(0, NONCE_BYTES);
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(owner));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const text = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
      } catch (error) {
        throw new UnsealError('The secret was sealed with another key, or for another owner.', { cause: error });
      }
    },
    fingerprint: createHmac('sha256', key).update('which key is it').digest('base64url'),
  };
}
