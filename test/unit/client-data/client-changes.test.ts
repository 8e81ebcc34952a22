// What a change to a client becomes, and what cannot be changed.
import { describe, expect, it } from 'vitest';
import { type ClientChanges, type ClientOnFile, differencesFrom } from '../../../src/services/client-changes.ts';
import { normaliseClientChanges } from '../../../src/services/client-data.ts';
import { InvalidInputError } from '../../../src/services/errors.ts';

const base = ['input', 'changes'];
const company: ClientOnFile = {
  type: 'COMPANY',
  firstName: 'Nia',
  lastName: 'Okafor',
  email: 'nia@example.net',
  address: { street: '1 Test Way', zip: '75002', city: 'Paris', country: 'FR', region: 'FR-IDF' },
  phone: '+33.199001234',
  fax: null,
  reference: 'ACC-0042',
  language: 'fr',
};
const individual: ClientOnFile = { ...company, type: 'INDIVIDUAL' };
const normalise = (changes: ClientChanges, onFile = company) => normaliseClientChanges(changes, base, onFile);

function fieldsAtFault(changes: ClientChanges, onFile = company) {
  try {
    normalise(changes, onFile);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.fields.map(({ path }) => path.join('.'));
    throw error;
  }
  return [];
}

describe('a change to a client', () => {
  it('holds only the fields that were given', () => {
    expect(normalise({ city: ' Lyon ', phone: '01 99 00 99 99' })).toEqual({ city: 'Lyon', phone: '+33.199009999' });
    expect(normalise({})).toEqual({});
  });

  it('may rename a company but not an individual', () => {
    expect(normalise({ firstName: 'Zoë', lastName: 'Adeyemi' })).toEqual({ firstName: 'Zoë', lastName: 'Adeyemi' });
    expect(fieldsAtFault({ firstName: 'Zoë', lastName: 'Adeyemi' }, individual)).toEqual([
      'input.changes.firstName',
      'input.changes.lastName',
    ]);
  });

  it('may repeat the name an individual already has, which is not sent', () => {
    expect(normalise({ firstName: ' Nia ', city: 'Lyon' }, individual)).toEqual({ city: 'Lyon' });
  });

  it('empties zip and reference by null or blanks, and nothing else', () => {
    expect(normalise({ zip: null, reference: '  ' })).toEqual({ zip: '', reference: '' });
    expect(fieldsAtFault({ region: null, fax: '', language: null, street: ' ' })).toEqual([
      'input.changes.street',
      'input.changes.region',
      'input.changes.fax',
      'input.changes.language',
    ]);
  });

  it('reads a local phone in the country the client moves to', () => {
    const moved = normalise({ country: 'us', region: 'ca', phone: '(202) 555-0142' });
    expect(moved).toEqual({ country: 'US', region: 'US-CA', phone: '+1.2025550142' });
  });

  it('to another country may not leave the region of the old one behind', () => {
    expect(fieldsAtFault({ country: 'BE' })).toEqual(['input.changes.region']);
    expect(normalise({ country: 'BE', region: 'BRU' })).toEqual({ country: 'BE', region: 'BE-BRU' });
    const withoutRegion = { ...company, address: { ...company.address, region: null } };
    expect(normalise({ country: 'BE' }, withoutRegion)).toEqual({ country: 'BE' });
  });

  it('to a French territory brings its region along', () => {
    expect(normalise({ country: 'MQ', phone: '0596 12 34 56' })).toEqual({
      country: 'FR',
      region: 'FR-MQ',
      phone: '+596.596123456',
    });
  });

  it('of the region alone is read in the country on file', () => {
    expect(normalise({ region: 'bre' })).toEqual({ region: 'FR-BRE' });
    expect(fieldsAtFault({ region: 'US-CA' })).toEqual(['input.changes.region']);
    const nowhere = { ...company, address: { ...company.address, country: null } };
    expect(fieldsAtFault({ region: 'FR-BRE' }, nowhere)).toEqual(['input.changes.region']);
  });

  it('reports every field at fault in one answer', () => {
    expect(fieldsAtFault({ email: 'nia', country: 'ZZ', phone: '+1', language: 'tlh' })).toEqual([
      'input.changes.email',
      'input.changes.country',
      'input.changes.phone',
      'input.changes.language',
    ]);
  });
});

describe('what is left of a change', () => {
  it('is what differs from the client on file', () => {
    const patch = normalise({
      city: 'Lyon',
      country: 'FR',
      region: 'IDF',
      phone: '01 99 00 12 34',
      reference: 'ACC-0043',
    });
    expect(differencesFrom(company, patch)).toEqual({ city: 'Lyon', reference: 'ACC-0043' });
  });

  it('is nothing when everything is as it was, an empty field that stays empty included', () => {
    const bare = { ...company, reference: null };
    expect(differencesFrom(bare, normalise({ reference: '', email: 'nia@EXAMPLE.net' }, bare))).toEqual({});
  });
});
