// The contact a domain gets from its client.
import { describe, expect, it } from 'vitest';
import type { KnownClient } from '../../../src/services/client-contact.ts';
import { contactFromClient, contactFromInput, normaliseClientData } from '../../../src/services/client-data.ts';
import { InvalidInputError } from '../../../src/services/errors.ts';

const maple: KnownClient = {
  type: 'COMPANY',
  firstName: 'Nia',
  lastName: 'Okafor',
  companyName: 'Maple Oy',
  email: 'nia@example.net',
  address: { street: '1 Test Way', zip: '00100', city: 'Helsinki', country: 'FI', region: null },
  phone: '+358.401234567',
  language: null,
};

describe('the registrant made from a client', () => {
  it('carries what the client has, privacy on', () => {
    expect(contactFromClient(maple, ['input', 'client', 'id'])).toEqual({
      type: 'COMPANY',
      givenName: 'Nia',
      familyName: 'Okafor',
      companyName: 'Maple Oy',
      email: 'nia@example.net',
      street: '1 Test Way',
      zip: '00100',
      city: 'Helsinki',
      country: 'FI',
      phone: '+358.401234567',
      isDataObfuscated: true,
      isMailObfuscated: true,
    });
  });

  it('has no company name when the client is an individual', () => {
    expect(contactFromClient({ ...maple, type: 'INDIVIDUAL' }, [])).not.toHaveProperty('companyName');
  });

  it('is refused with the names of all that a contact needs and the client lacks', () => {
    const bare = { ...maple, email: null, address: { ...maple.address, street: ' ', country: null } };
    expect(() => contactFromClient(bare, ['input', 'client', 'id'])).toThrow(/email, street, country/);
  });

  it.each([null, 'RESELLER'] as const)('is refused for a client of type %s, which no registrant can have', (type) => {
    expect(() => contactFromClient({ ...maple, type }, ['input', 'client', 'id'])).toThrow(InvalidInputError);
  });

  it('is the same whether the client exists or will be made from the same data', () => {
    const made = normaliseClientData(
      {
        type: 'COMPANY',
        firstName: 'Nia',
        lastName: 'Okafor',
        companyName: 'Maple Oy',
        email: 'nia@example.net',
        street: '1 Test Way',
        zip: '00100',
        city: 'Helsinki',
        country: 'FI',
        phone: '+358.401234567',
        reference: 'ACC-0042',
        fax: '+358 40 123 4568',
      },
      [],
    );
    expect(contactFromInput(made)).toEqual(contactFromClient(maple, []));
  });
});
