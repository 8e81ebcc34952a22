// Domain names: the forms that are read, the form they get, and what is said about those that cannot be used.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DomainNameError, parseDomainName } from '../../src/lib/domain-name.ts';

function problemOf(text: string): DomainNameError {
  try {
    parseDomainName(text);
  } catch (error) {
    if (error instanceof DomainNameError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was accepted`);
}

describe('a domain name', () => {
  test.each([
    ['example.com', 'example.com', 'example.com'],
    ['  Example.COM. ', 'example.com', 'example.com'],
    ['CAFÉ.Example', 'xn--caf-dma.example', 'café.example'],
    ['xn--caf-dma.example', 'xn--caf-dma.example', 'café.example'],
    ['XN--CAF-DMA.example', 'xn--caf-dma.example', 'café.example'],
    ['日本語。jp', 'xn--wgv71a119e.jp', '日本語.jp'],
    ['straße.de', 'xn--strae-oqa.de', 'straße.de'],
    ['example.co.uk', 'example.co.uk', 'example.co.uk'],
    ['example.uk.com', 'example.uk.com', 'example.uk.com'],
    ['uk.com', 'uk.com', 'uk.com'],
    ['nia.okafor.name', 'nia.okafor.name', 'nia.okafor.name'],
    ['unknown.nosuchtld', 'unknown.nosuchtld', 'unknown.nosuchtld'],
  ])('%j is %s, shown as %s', (text, name, unicodeName) => {
    expect(parseDomainName(text)).toEqual({ name, unicodeName });
  });

  test.each([
    '',
    ' ',
    'localhost',
    'a..com',
    '.com',
    '-a.com',
    'a-.com',
    'a_b.com',
    'exa mple.com',
    'http://example.com',
    'example.com/',
    'example.com:80',
    '%61.com',
    '127.0.0.1',
    '0x7f.1',
    '*.com',
    'me@example.com',
    'xn--a.com',
    'xn--0.com',
    `${'a'.repeat(64)}.com`,
    `${'a.'.repeat(130)}com`,
    'a\u202eb.com',
    'a\u0000.com',
  ])('%j is refused, and the refusal says what was found and what is expected', (text) => {
    const problem = problemOf(text);
    expect(problem.expected).not.toBe('');
    expect(problem.message).toContain('expected');
    expect(problem.message.length).toBeLessThan(300);
    expect(problem.message).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test('a text of any length is refused in few words', () => {
    expect(problemOf('a'.repeat(100_000)).message.length).toBeLessThan(300);
  });

  test('a host below a domain is refused with the domain that is meant', () => {
    expect(problemOf('www.café.fr').expected).toBe('the domain itself, "café.fr", not a host below it');
  });

  test('a public suffix is no domain', () => {
    expect(problemOf('co.uk').expected).toBe('a name below this public suffix');
  });

  test('whatever is typed, the outcome is one form that reads back as itself, or a refusal', () => {
    const typed = fc.oneof(fc.string({ unit: 'binary' }), fc.domain(), fc.webUrl(), fc.ipV4());
    fc.assert(
      fc.property(typed, (text) => {
        let read: ReturnType<typeof parseDomainName>;
        try {
          read = parseDomainName(text);
        } catch (error) {
          return error instanceof DomainNameError;
        }
        const again = [
          parseDomainName(read.name),
          parseDomainName(read.unicodeName),
          parseDomainName(read.name.toUpperCase()),
        ];
        return /^[a-z0-9.-]+$/.test(read.name) && again.every((other) => other.name === read.name);
      }),
      { numRuns: 2_000 },
    );
  });
});
