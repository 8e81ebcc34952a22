// Domain names as people type them, brought to the one form Gandi knows them by.
import { domainToASCII, domainToUnicode } from 'node:url';
import { parse } from 'tldts';
import { shown } from './text.ts';

export interface DomainName {
  /** A-labels, lower case, no final dot. */
  readonly name: string;
  /** The same for people to read. */
  readonly unicodeName: string;
}

/** The text is no domain name that can be registered; `found` and `expected` are safe to show. */
export class DomainNameError extends Error {
  override readonly name = 'DomainNameError';
  readonly found: string;
  readonly expected: string;
  constructor(found: string, expected: string) {
    super(`Found ${JSON.stringify(found)}, expected ${expected}.`);
    this.found = found;
    this.expected = expected;
  }
}

const EXAMPLE = 'a domain name such as "example.com" or "café.example"';
const HOST_EXAMPLE = 'a host name such as "ns1.example.net"';
const LONGEST_INPUT = 1_000;
/** Letters and digits of any script, marks, joiners, hyphens and the four full stops of UTS 46. Keeps URL syntax and percent escapes away. */
const CHARACTERS = /^(?:[\p{L}\p{N}\p{M}.\u3002\uff0e\uff61-]|\u200c|\u200d)+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads a domain name in Unicode or ASCII, in any letter case, with or without the final dot.
 * @throws {DomainNameError} for texts that are no names, for hosts below a domain such as `www.example.com`, and for public suffixes such as `co.uk`.
 */
export function parseDomainName(text: string): DomainName {
  const read = readName(text, EXAMPLE);
  assertRegistrable(read.name, text.trim());
  return read;
}

/**
 * Reads the name of a host, of any depth, in the same forms.
 * @throws {DomainNameError} for texts that are no names, such as addresses, and for single labels.
 */
export function parseHostName(text: string): DomainName {
  return readName(text, HOST_EXAMPLE);
}

function readName(text: string, example: string): DomainName {
  const found = text.trim();
  if (found === '') throw new DomainNameError('', example);
  if (found.length > LONGEST_INPUT || !CHARACTERS.test(found)) throw new DomainNameError(shown(found), example);
  const name = domainToASCII(found).toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  const last = labels.at(-1) ?? '';
  if (labels.length < 2) throw new DomainNameError(shown(found), `${example}, with its TLD`);
  if (name.length > 253) throw new DomainNameError(shown(found), 'a domain name of at most 253 characters');
  if (!labels.every((label) => LABEL.test(label)) || /^\d+$/.test(last))
    throw new DomainNameError(shown(found), example);
  const unicodeName = domainToUnicode(name);
  if (/(?:^|\.)xn--/.test(unicodeName) || domainToASCII(unicodeName) !== name)
    throw new DomainNameError(shown(found), example);
  return { name, unicodeName };
}

/** A name counts when either half of the public suffix list, the registries' or the private one, makes it a registrable domain. */
function assertRegistrable(name: string, found: string): void {
  const byRegistry = parse(name).domain;
  const byAnyone = parse(name, { allowPrivateDomains: true }).domain;
  if (name === byRegistry || name === byAnyone || isPersonalName(name)) return;
  if (byRegistry === null) throw new DomainNameError(shown(found), 'a name below this public suffix');
  throw new DomainNameError(
    shown(found),
    `the domain itself, ${JSON.stringify(domainToUnicode(byRegistry))}, not a host below it`,
  );
}

/** The registry of `.name` also sells `given.family.name` (registry agreement for .name, appendix 11), which the public suffix list does not show. */
function isPersonalName(name: string): boolean {
  const labels = name.split('.');
  return labels.length === 3 && labels[2] === 'name';
}
