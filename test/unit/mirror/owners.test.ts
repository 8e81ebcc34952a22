// Which organization and client a domain belongs to, by each kind of evidence.
import { describe, expect, test } from 'vitest';
import { type KnownOwners, ownerOfDetail, ownerOfRow } from '../../../src/mirror/owners.ts';

const several: KnownOwners = {
  organizations: new Map([
    ['person', { isReseller: false }],
    ['reseller', { isReseller: true }],
  ]),
  clients: new Map([['c1', 'reseller']]),
};
const one: KnownOwners = {
  organizations: new Map([['reseller', { isReseller: true }]]),
  clients: new Map([['c1', 'reseller']]),
};
const plain: KnownOwners = { organizations: new Map([['company', { isReseller: false }]]), clients: new Map() };
const none: KnownOwners = { organizations: new Map(), clients: new Map() };

describe('a list row', () => {
  test.each([
    ['names a client', 'c1', several, { organizationId: 'reseller', client: { kind: 'client', clientId: 'c1' } }],
    [
      'names a reseller itself',
      'reseller',
      several,
      { organizationId: 'reseller', client: { kind: 'claimed-by-organization' } },
    ],
    [
      'names an organization without clients',
      'person',
      several,
      { organizationId: 'person', client: { kind: 'organization' } },
    ],
    ['names nobody, one reseller is visible', null, one, { organizationId: 'reseller', client: { kind: 'unknown' } }],
    [
      'names a stranger, one reseller is visible',
      'c9',
      one,
      { organizationId: 'reseller', client: { kind: 'unknown' } },
    ],
    [
      'names nobody, one company is visible',
      null,
      plain,
      { organizationId: 'company', client: { kind: 'organization' } },
    ],
    ['names nobody, several are visible', null, several, null],
    ['names a stranger, several are visible', 'c9', several, null],
    ['names a client, nothing is known', 'c1', none, null],
  ])('that %s', (_name, sharingId, known, expected) => {
    expect(ownerOfRow(sharingId, known)).toEqual(expected);
  });
});

describe('a detail', () => {
  test.each([
    [
      'within a reseller',
      'c1',
      'reseller',
      several,
      null,
      { organizationId: 'reseller', clientId: 'c1', tellsClient: true },
    ],
    [
      'of a client not known yet',
      'c9',
      'reseller',
      several,
      null,
      { organizationId: 'reseller', clientId: 'c9', tellsClient: true },
    ],
    [
      'of an organization itself',
      'person',
      null,
      several,
      'reseller',
      { organizationId: 'person', clientId: null, tellsClient: true },
    ],
    [
      'whose two spaces are the same reseller',
      'reseller',
      'reseller',
      several,
      null,
      { organizationId: 'reseller', clientId: null, tellsClient: true },
    ],
    [
      'of a known client, no reseller named',
      'c1',
      null,
      several,
      null,
      { organizationId: 'reseller', clientId: 'c1', tellsClient: true },
    ],
    [
      'of a client of a reseller we cannot see',
      'c1',
      'stranger',
      several,
      null,
      { organizationId: 'reseller', clientId: 'c1', tellsClient: true },
    ],
    [
      'that names nobody stays where it was',
      null,
      null,
      several,
      'person',
      { organizationId: 'person', clientId: null, tellsClient: false },
    ],
    [
      'that names nobody, only one is visible',
      null,
      null,
      one,
      null,
      { organizationId: 'reseller', clientId: null, tellsClient: false },
    ],
    ['that names nobody, several are visible', null, null, several, null, null],
    ['that names strangers, several are visible', 'x', 'y', several, null, null],
  ])('%s', (_name, ownerSpaceId, resellerId, known, before, expected) => {
    expect(ownerOfDetail({ ownerSpaceId, resellerId }, known, before)).toEqual(expected);
  });
});
