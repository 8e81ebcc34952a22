// E-mail addresses: the part of RFC 5321 and RFC 6531 that people really use.
import { domainToASCII } from 'node:url';

const LOCAL = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN_INPUT = /^(?:[\p{L}\p{N}\p{M}.\u3002-]|\u200c|\u200d)+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Brings an address to one form: the domain as lower-case A-labels, the part before the @ as typed.
 * @returns null when it is not `name@host.tld`, when a part is too long (64 octets before the @, 254 in all), and for quoted names and address literals.
 */
export function normaliseEmail(text: string): string | null {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(0, at));
  const domain = hostOf(text.slice(at + 1));
  if (domain === null || !LOCAL.test(local) || Buffer.byteLength(local) > 64) return null;
  const address = `${local}@${domain}`;
  return Buffer.byteLength(address) <= 254 ? address : null;
}

/** True when both reach the same mailbox as far as anyone can tell from outside: letter case does not matter. */
export function sameEmail(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function hostOf(text: string): string | null {
  if (text.length > 253 || !DOMAIN_INPUT.test(text)) return null;
  const labels = domainToASCII(text).toLowerCase().split('.');
  const last = labels.at(-1) ?? '';
  const usable = labels.length >= 2 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(last);
  return usable ? labels.join('.') : null;
}
