// Takes secrets out of what is about to be logged: by the name of the key, and by the look of the text.

export const REDACTED = '[redacted]';

const SECRET_KEY =
  /(?:authinfo|authcode|authorization|token|apikey|secret|password|cookie|credential|databaseurl|connectionstring)$/;
const MAX_DEPTH = 8;

/** True for a key whose value must not be shown, however it is spelled: `authCode`, `auth_code`, `X-Api-Key`, `accessToken`. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.replace(/[-_\s]/g, '').toLowerCase());
}

/**
 * A copy of plain objects and arrays with the values of secret keys replaced, at any depth up to 8 (deeper levels are cut off).
 * Strings go through {@link redactText}; other values, such as errors and dates, are returned as they are.
 */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[cut off]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    copy[key] = isSecretKey(key) && item !== null && item !== undefined ? REDACTED : redactValue(item, depth + 1);
  }
  return copy;
}

const CREDENTIAL = /\b(Bearer|Apikey|Basic)\s+(?!\[redacted\])[^\s"'\\,;]+/gi;
const PAIR =
  /((?<![\w-])[\w-]*(?:authinfo|auth[-_]?code|authorization|token|api[-_]?key|secret|password)(?:\\?["'])?\s{0,3}[:=]\s{0,3})(?!\s{0,3}\\?["']?\[redacted\])(\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*'|[^\s"'\\]+)/gi;
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{1,200}):[^\s/@]{1,500}@/gi;

/** Replaces credentials, `authinfo`-like pairs and passwords in URLs wherever they stand in a text. */
export function redactText(text: string): string {
  return text
    .replace(CREDENTIAL, `$1 ${REDACTED}`)
    .replace(PAIR, (whole, key: string, value: string) => {
      if (/^(?:Bearer|Apikey|Basic|null|true|false|undefined)$/i.test(value)) return whole;
      const quote = /^\\?["']/.exec(value)?.[0] ?? '';
      return `${key}${quote}${REDACTED}${quote}`;
    })
    .replace(URL_PASSWORD, `$1:${REDACTED}@`);
}

/** A function that takes these very strings out of a text, for a secret that a receiver may echo. Strings under 4 characters are left alone. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter((secret) => secret.length >= 4);
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, REDACTED);
    return redactText(clean);
  };
}
