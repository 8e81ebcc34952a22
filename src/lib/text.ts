// Text that people typed: brought to one form, checked for what cannot be stored or sent, and shown back safely in messages.

/** Control characters, line and paragraph separators, and marks that turn the writing direction around. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const UNSAFE_ALL = new RegExp(UNSAFE, 'gu');
const BLANKS = /[\s--[\p{Cc}\u2028\u2029]]+/gv;

/** Unicode NFC without blanks at both ends and with single blanks inside; script and everything unsafe stay as they were. */
export function tidyLine(text: string): string {
  return text.normalize('NFC').trim().replace(BLANKS, ' ');
}

/** True when the text has no control characters, no line breaks, no direction overrides and no broken surrogate pairs. */
export function isSafeLine(text: string): boolean {
  return text.isWellFormed() && !UNSAFE.test(text);
}

/** True when at least one letter or digit of any script is there. */
export function hasSubstance(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** Code points, which is what a length limit means to the person who types. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** The text as it may stand in a message: at most 80 code points, with unsafe characters written as `\u{…}`. */
export function shown(text: string): string {
  const whole = text.toWellFormed();
  const head = Array.from(whole.slice(0, 200)).slice(0, 80).join('');
  const cut = head.length < whole.length ? `${head}…` : head;
  return cut.replace(UNSAFE_ALL, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
