// Makes answers of Gandi unreadable for whoever holds them on the way: they can carry auth codes and personal data.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

export interface SealedAnswers {
  /** Same for all who sign in with the same credential at the same host; says nothing about either. */
  readonly namespace: string;
  /** A name that does not show what it stands for. */
  hide(name: string): string;
  /** @param context what the text belongs to; opened under another one it is refused. */
  seal(text: string, context: string): string;
  /** @returns null when it was not sealed by the same credential, belongs to something else, or was changed. */
  open(sealed: string, context: string): string | null;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Keys are derived from the credential (HKDF, RFC 5869): whoever can open an answer could have asked Gandi for it. */
export function createSealedAnswers(secret: string, host: string): SealedAnswers {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, host, `shared reads: ${purpose}`, 32));
  const [sealKey, nameKey] = [derive('answers'), derive('names')];
  const hide = (name: string) => createHmac('sha256', nameKey).update(name).digest('base64url').slice(0, 32);
  return {
    namespace: hide('namespace'),
    hide,
    seal(text, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, sealKey, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context));
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < IV_BYTES + TAG_BYTES) return null;
      try {
        const decipher = createDecipheriv(CIPHER, sealKey, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(context))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return null;
      }
    },
  };
}
