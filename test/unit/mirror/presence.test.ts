// What may be believed of a domain that Gandi's list no longer shows: the whole table, and that nothing but three proofs together makes it absent.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AbsenceEvidence,
  type DetailEvidence,
  judgePresence,
  type ListEvidence,
  NOT_FOUND_ALONE,
} from '../../../src/mirror/presence.ts';

const evidence = (more: Partial<AbsenceEvidence> = {}): AbsenceEvidence => ({
  list: 'clean',
  detail: { kind: 'not-found' },
  credentialWorks: true,
  seenElsewhere: false,
  ...more,
});

const LISTS: readonly ListEvidence[] = ['clean', 'shifted', 'uncounted', 'resumed', 'empty'];
const DETAILS: readonly DetailEvidence[] = [
  { kind: 'not-asked' },
  { kind: 'answers' },
  { kind: 'not-found' },
  { kind: 'failed', reason: 'Gandi answered 502' },
];

describe('a domain that the list does not show', () => {
  test('is absent when the list is clean, the detail answers 404 and the credential works', () => {
    expect(judgePresence(evidence()).presence).toBe('ABSENT_CONFIRMED');
  });

  test.each<[string, Partial<AbsenceEvidence>, string, RegExp | null]>([
    [
      'its detail was not read yet',
      { detail: { kind: 'not-asked' } },
      'UNKNOWN',
      /no longer shows it; its detail was not read/,
    ],
    ['its detail answers, as in redemption', { detail: { kind: 'answers' } }, 'PRESENT', null],
    ['its detail answers 403', { detail: { kind: 'failed', reason: 'Gandi answered 403' } }, 'UNKNOWN', /403/],
    ['its detail answers 502', { detail: { kind: 'failed', reason: 'Gandi answered 502' } }, 'UNKNOWN', /502/],
    ['nothing shows that the credential works', { credentialWorks: false }, 'UNKNOWN', /credential/],
    ['the list changed while it was read', { list: 'shifted' }, 'UNKNOWN', /changed while it was read.*404/],
    ['the list was not counted', { list: 'uncounted' }, 'UNKNOWN', /does not say how many/],
    ['the list was read with an interruption', { list: 'resumed' }, 'UNKNOWN', /interruption/],
    ['the list is suddenly empty', { list: 'empty' }, 'UNKNOWN', /suddenly empty/],
    [
      'the list is suddenly empty and details still answer',
      { list: 'empty', detail: { kind: 'answers' } },
      'UNKNOWN',
      /although/,
    ],
    ['the list shows it in another organization', { seenElsewhere: true }, 'UNKNOWN', /another organization/],
  ])('when %s', (_name, more, presence, reason) => {
    const verdict = judgePresence(evidence(more));
    expect(verdict.presence).toBe(presence);
    if (reason === null) expect(verdict.reason).toBeNull();
    else expect(verdict.reason).toMatch(reason);
  });

  test('is absent under no other evidence whatever, and every verdict but PRESENT says why', () => {
    const anyEvidence = fc.record({
      list: fc.constantFrom(...LISTS),
      detail: fc.constantFrom(...DETAILS),
      credentialWorks: fc.boolean(),
      seenElsewhere: fc.boolean(),
    });
    fc.assert(
      fc.property(anyEvidence, (given) => {
        const { presence, reason } = judgePresence(given);
        const isProven =
          given.list === 'clean' && given.detail.kind === 'not-found' && given.credentialWorks && !given.seenElsewhere;
        expect(presence === 'ABSENT_CONFIRMED').toBe(isProven);
        expect(reason === null).toBe(presence === 'PRESENT');
      }),
      { numRuns: 1_000 },
    );
  });

  test('a 404 alone proves nothing', () => {
    expect(NOT_FOUND_ALONE.presence).toBe('UNKNOWN');
  });
});
