// Whether a client has paid: what was said of the term, otherwise of the client, and never a guess.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PaymentWord, paymentStanding } from '../../src/policy/payments.ts';

const TERM = Date.UTC(2031, 0, 1);
const NEXT_TERM = Date.UTC(2032, 0, 1);
const domain = { clientId: 'c1', name: 'lantern.example', expiresAt: TERM };
const ofClient = (state: PaymentWord['state']): PaymentWord => ({ domainName: null, termEndsAt: null, state });
const ofTerm = (state: PaymentWord['state'], termEndsAt = TERM, domainName = domain.name): PaymentWord => ({
  domainName,
  termEndsAt,
  state,
});

describe('a domain', () => {
  test.each([
    ['of which nobody said anything is unknown', [], 'UNKNOWN'],
    ['goes by its client', [ofClient('PAID')], 'PAID'],
    ['goes by its client that has not paid', [ofClient('UNPAID')], 'UNPAID'],
    ['goes by its term before its client', [ofClient('PAID'), ofTerm('UNPAID')], 'UNPAID'],
    ['goes by its term, whatever the order', [ofTerm('PAID'), ofClient('UNPAID')], 'PAID'],
    ['that was paid for the term before is not paid for this one', [ofTerm('PAID', TERM - 1)], 'UNKNOWN'],
    ['that is paid for the next term is not paid for this one', [ofTerm('PAID', NEXT_TERM)], 'UNKNOWN'],
    ['is not paid by what was said of another', [ofTerm('PAID', TERM, 'other.example')], 'UNKNOWN'],
    ['falls back on its client when another term was paid', [ofTerm('PAID', TERM - 1), ofClient('UNPAID')], 'UNPAID'],
  ] as const)('%s', (_name, words, standing) => {
    expect(paymentStanding(words, domain)).toBe(standing);
  });

  test("without a client is the reseller's own", () => {
    expect(paymentStanding([ofClient('UNPAID')], { ...domain, clientId: null })).toBe('OWN');
  });

  test('whose expiry is not known goes by its client alone', () => {
    expect(paymentStanding([ofTerm('PAID'), ofClient('UNPAID')], { ...domain, expiresAt: null })).toBe('UNPAID');
  });

  test('is PAID only if somebody said so of its term or its client', () => {
    const word = fc.record<PaymentWord>({
      domainName: fc.constantFrom(null, domain.name, 'other.example'),
      termEndsAt: fc.constantFrom(null, TERM, NEXT_TERM),
      state: fc.constantFrom('PAID', 'UNPAID'),
    });
    fc.assert(
      fc.property(fc.array(word), (words) => {
        if (paymentStanding(words, domain) !== 'PAID') return;
        const counts = ({ domainName, termEndsAt }: PaymentWord) =>
          domainName === null || (domainName === domain.name && termEndsAt === TERM);
        expect(words.some((said) => said.state === 'PAID' && counts(said))).toBe(true);
      }),
    );
  });
});
