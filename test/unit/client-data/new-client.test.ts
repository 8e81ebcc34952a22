// What a new client's data becomes, and which data is refused before anything is sent.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseClientData } from '../../../src/services/client-data.ts';
import { InvalidInputError } from '../../../src/services/errors.ts';
import type { ClientDataInput } from '../../../src/services/services.ts';

const person: ClientDataInput = {
  type: 'INDIVIDUAL',
  firstName: 'Nia',
  lastName: 'Okafor',
  email: 'nia@example.net',
  street: '1 Test Way',
  zip: '75002',
  city: 'Paris',
  country: 'FR',
  phone: '+33 1 99 00 12 34',
};
const base = ['input', 'client'];
const normalise = (changes: Partial<ClientDataInput>) => normaliseClientData({ ...person, ...changes }, base);

function problemsOf(changes: Partial<ClientDataInput>) {
  try {
    normalise(changes);
  } catch (error) {
    if (error instanceof InvalidInputError)
      return error.fields.map(({ path, found }) => ({ field: path.slice(base.length).join('.'), found }));
    throw error;
  }
  return [];
}

describe('a new client', () => {
  it('is sent with blanks tidied, the mail host in lower case and the phone in the form Gandi takes', () => {
    expect(
      normalise({
        firstName: '  Nia ',
        street: '1  Test\u00a0Way',
        email: 'Nia@EXAMPLE.net',
        country: 'fr',
        region: 'idf',
        language: 'FR',
        reference: ' ACC-0042 ',
        fax: '01 99 00 12 35',
      }),
    ).toEqual({
      type: 'INDIVIDUAL',
      firstName: 'Nia',
      lastName: 'Okafor',
      email: 'Nia@example.net',
      street: '1 Test Way',
      zip: '75002',
      city: 'Paris',
      region: 'FR-IDF',
      country: 'FR',
      phone: '+33.199001234',
      fax: '+33.199001235',
      reference: 'ACC-0042',
      language: 'fr',
    });
  });

  it('leaves out what is null or blank instead of sending it empty', () => {
    const keys = Object.keys(normalise({ zip: ' ', region: null, fax: '', reference: null, language: '' }));
    expect(keys).toEqual(['type', 'firstName', 'lastName', 'email', 'street', 'city', 'country', 'phone']);
  });

  it('never carries a password on, whoever slips one in', () => {
    const sneaky = { ...person, password: 'hunter2', pass: 'hunter2' };
    expect(JSON.stringify(normaliseClientData(sneaky, base))).not.toContain('hunter2');
  });

  it.each([
    ['01 99 00 12 34', 'FR', '+33.199001234'],
    ['+33.199001234', 'FR', '+33.199001234'],
    ['0033 1 99 00 12 34', 'FR', '+33.199001234'],
    ['+44 (0)20 7946 0123', 'FR', '+44.2079460123'],
    ['(202) 555-0142', 'US', '+1.2025550142'],
    ['06 1234 5678', 'IT', '+39.0612345678'],
    ['٠١ ٩٩ ٠٠ ١٢ ٣٤', 'FR', '+33.199001234'],
    ['+800 1234 5678', 'FR', '+800.12345678'],
  ])('reads the phone %s in %s as %s', (phone, country, expected) => {
    expect(normalise({ phone, country }).phone).toBe(expected);
  });

  it.each(['12', 'call me', '+33 1 99 00 12 34 ext 5', '+999 123456', '++33199001234', '1'.repeat(300)])(
    'refuses the phone %s',
    (phone) => {
      expect(problemsOf({ phone })).toEqual([{ field: 'phone', found: expect.any(String) }]);
    },
  );

  it.each(['GP', 'MQ', 'GF', 'RE', 'YT', 'PM', 'BL', 'MF', 'TF', 'WF', 'PF', 'NC'])(
    'makes the French territory %s a region of France',
    (territory) => {
      const made = normalise({ country: territory.toLowerCase() });
      expect([made.country, made.region]).toEqual(['FR', `FR-${territory}`]);
    },
  );

  it('reads a local phone of a French territory as one of the territory, under either name of the place', () => {
    const phone = '0262 01 23 45';
    expect(normalise({ country: 'RE', phone }).phone).toBe('+262.262012345');
    expect(normalise({ country: 'FR', region: 'FR-RE', phone }).phone).toBe('+262.262012345');
  });

  it.each(['RE', 'FR-RE', '974', 'FR-974', 're-974'])('takes %s for the region of Réunion', (region) => {
    expect(normalise({ country: 'RE', region }).region).toBe('FR-RE');
  });

  it.each([
    ['IDF', 'FR', 'FR-IDF'],
    ['fr-idf', 'FR', 'FR-IDF'],
    ['CA', 'US', 'US-CA'],
    ['US-CA', 'US', 'US-CA'],
    ['13', 'JP', 'JP-13'],
    ['ZZZ', 'FR', 'FR-ZZZ'],
  ])('writes the region %s of %s as %s', (region, country, expected) => {
    expect(normalise({ region, country, phone: '+33 1 99 00 12 34' }).region).toBe(expected);
  });

  it.each([
    ['US-CA', 'FR'],
    ['IDF', 'RE'],
    ['Île-de-France', 'FR'],
    ['FR-', 'FR'],
  ])('refuses the region %s in %s', (region, country) => {
    expect(problemsOf({ region, country })).toEqual([{ field: 'region', found: region }]);
  });

  it.each(['UK', 'FRA', 'France', 'ZZ', '25'])('refuses the country %s', (country) => {
    expect(problemsOf({ country })).toEqual([{ field: 'country', found: country }]);
  });

  it('tells that the United Kingdom is GB', () => {
    expect(() => normalise({ country: 'UK' })).toThrow('The United Kingdom is GB.');
  });

  it.each([
    ['nia@bücher.example', 'nia@xn--bcher-kva.example'],
    ["o'neil+shop@Example.NET", "o'neil+shop@example.net"],
    ['mañana@example.net', 'mañana@example.net'],
  ])('reads the address %s as %s', (email, expected) => {
    expect(normalise({ email }).email).toBe(expected);
  });

  it.each([
    'nia',
    'nia@localhost',
    '@example.net',
    'nia@',
    'nia..o@example.net',
    'nia@[127.0.0.1]',
    'nia@1.2.3.4',
    'nia o@example.net',
    'nia@exa%6dple.net',
    '"nia"@example.net',
    `${'n'.repeat(65)}@example.net`,
    `nia@${'a.'.repeat(130)}net`,
    'nia@-example.net',
  ])('refuses the address %s', (email) => {
    expect(problemsOf({ email })).toEqual([{ field: 'email', found: expect.any(String) }]);
  });

  it.each(['COMPANY', 'ASSOCIATION', 'PUBLIC_BODY'] as const)('of the type %s needs a company name', (type) => {
    expect(problemsOf({ type })).toEqual([{ field: 'companyName', found: null }]);
    expect(normalise({ type, companyName: 'Maple Oy' }).companyName).toBe('Maple Oy');
  });

  it('that is an individual has no company name', () => {
    expect(problemsOf({ companyName: 'Maple Oy' })).toEqual([{ field: 'companyName', found: 'Maple Oy' }]);
  });

  it('keeps names in their own script', () => {
    const made = normalise({ firstName: '美咲', lastName: 'Ωμέγα', city: 'القاهرة', street: 'улица Примера 1' });
    expect([made.firstName, made.lastName, made.city, made.street]).toEqual([
      '美咲',
      'Ωμέγα',
      'القاهرة',
      'улица Примера 1',
    ]);
  });

  it('hears of every field at fault in one answer, each with its path, what was found and what is expected', () => {
    try {
      normaliseClientData(
        {
          ...person,
          firstName: '',
          email: 'nia',
          street: 'x\u0000y',
          country: 'XX',
          phone: '01 99 00 12 34',
          language: 'de',
        },
        ['input', 'client', 'create'],
      );
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      const { fields, path } = error as InvalidInputError;
      expect(path).toEqual(['input', 'client', 'create', 'firstName']);
      expect(fields.map((field) => [field.path.at(-1), field.found])).toEqual([
        ['firstName', ''],
        ['email', 'nia'],
        ['street', 'x\\u{0}y'],
        ['country', 'XX'],
        ['language', 'de'],
      ]);
      for (const field of fields) expect(field.expected).not.toBe('');
    }
  });

  it.each(['a\nb', 'a\u202eb', 'a\u2028b', 'a\ud800b', '\u200b\u200b', '--', 'x'.repeat(129)])(
    'refuses the name %j',
    (lastName) => {
      expect(problemsOf({ lastName })).toEqual([{ field: 'lastName', found: expect.any(String) }]);
    },
  );

  it('counts characters as people do, not code units', () => {
    expect(normalise({ lastName: '𠮷'.repeat(128) }).lastName).toHaveLength(256);
  });
});

describe('whatever is typed', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '',
      '\u0000',
      "'; DROP TABLE clients; --",
      '<script>',
      '\ud800',
      '+'.repeat(5000),
      '%00',
      '__proto__',
    ),
  );
  const maybeHostile = fc.option(hostile, { nil: null });
  const type = fc.constantFrom('INDIVIDUAL', 'COMPANY', 'ASSOCIATION', 'PUBLIC_BODY');

  it('is either taken or refused as invalid input', () => {
    const anything = fc.record({
      type,
      firstName: hostile,
      lastName: hostile,
      companyName: maybeHostile,
      email: fc.oneof(hostile, fc.emailAddress()),
      street: hostile,
      zip: maybeHostile,
      city: hostile,
      region: maybeHostile,
      country: fc.oneof(hostile, fc.constantFrom('FR', 'US', 'GP', 'JP')),
      phone: hostile,
      fax: maybeHostile,
      reference: maybeHostile,
      language: maybeHostile,
    }) as fc.Arbitrary<ClientDataInput>;
    fc.assert(
      fc.property(anything, (input) => {
        try {
          normaliseClientData(input, base);
        } catch (error) {
          if (!(error instanceof InvalidInputError)) throw error;
          expect(error.fields.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('comes through a second time unchanged once it was taken', () => {
    const country = fc.constantFrom('FR', 'US', 'GB', 'IT', 'JP', 'RE', 'GP', 'TF', 'AR', 'MX', 'CI', 'RU', 'BR', 'SM');
    const phone = fc
      .tuple(
        fc.constantFrom('', '0', '00', '+', '+33', '+39 0', '+54 9 ', '+52 1'),
        fc.integer({ min: 100, max: 99_999_999_999 }),
      )
      .map(([prefix, digits]) => `${prefix}${digits}`);
    const plausible = fc.record({
      country,
      phone,
      firstName: fc.string({ unit: 'grapheme' }).map((text) => `a${text}`),
      street: fc.string({ unit: 'binary' }).map((text) => `1 ${text}`),
      email: fc.emailAddress(),
      region: fc.option(fc.stringMatching(/^[A-Z0-9]{1,3}$/), { nil: null }),
    });
    let taken = 0;
    fc.assert(
      fc.property(plausible, (changes) => {
        let once: ReturnType<typeof normalise>;
        try {
          once = normalise(changes);
        } catch {
          return;
        }
        taken += 1;
        expect(normaliseClientData(once, base)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
