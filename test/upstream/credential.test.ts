// Which Authorization header a configured token becomes.
import { describe, expect, it } from 'vitest';
import { readCredential } from '../../src/upstream/credential.ts';

describe('a token', () => {
  it.each([
    ['abc123', undefined, 'Bearer abc123'],
    ['  abc123\n', undefined, 'Bearer abc123'],
    ['Apikey abc123', undefined, 'Apikey abc123'],
    ['apikey abc123', undefined, 'Apikey abc123'],
    ['Bearer abc123', undefined, 'Bearer abc123'],
    ['abc123', 'Apikey', 'Apikey abc123'],
    ['Apikey abc123', 'Apikey', 'Apikey abc123'],
  ] as const)('%j with scheme %j is sent as %j', (token, scheme, header) => {
    expect(readCredential(token, scheme).header).toBe(header);
  });

  it.each([
    ['', undefined],
    ['   ', undefined],
    ['Apikey', undefined],
    ['Bearer ', undefined],
    ['two words', undefined],
    ['Apikey secret-one', 'Bearer'],
  ] as const)('%j with scheme %j is refused without being repeated', (token, scheme) => {
    expect(() => readCredential(token, scheme)).toThrow(/Gandi token/);
    expect(() => readCredential(token, scheme)).not.toThrow(/secret-one|two words/);
  });
});
