// The wire shapes read every form Gandi is known to send.
import { describe, expect, it } from 'vitest';
import { contactSchema, contactTypeName } from '../../src/upstream/wire/contact.ts';
import {
  autorenewEnabled,
  domainDetailSchema,
  domainRowSchema,
  renewInfoSchema,
} from '../../src/upstream/wire/domain.ts';
import { dryRunAnswerSchema } from '../../src/upstream/wire/errors.ts';
import { transferinStatusSchema } from '../../src/upstream/wire/transfer.ts';

const row = { id: 'x', fqdn: 'a.com', status: [], dates: {} };

describe('a contact type', () => {
  it.each([
    [0, 'individual'],
    [4, 'reseller'],
    ['1', 'company'],
    ['publicbody', 'publicbody'],
    ['robot', undefined],
    [5, undefined],
    [-1, undefined],
  ])('%j reads as %s', (value, name) => {
    expect(contactTypeName(value)).toBe(name);
  });
});

it('autorenew reads as a boolean and as an object', () => {
  expect(autorenewEnabled(domainRowSchema.parse({ ...row, autorenew: true }).autorenew ?? false)).toBe(true);
  expect(autorenewEnabled(domainRowSchema.parse({ ...row, autorenew: { enabled: false } }).autorenew ?? true)).toBe(
    false,
  );
});

it('renewal facts read bare and wrapped alike', () => {
  const bare = { begins_at: '2012-01-01T00:00:00Z', prohibited: false, durations: [1, 2] };
  expect(renewInfoSchema.parse({ renew: bare, contracts: [] })).toEqual(bare);
  expect(renewInfoSchema.parse(bare)).toEqual(bare);
});

it('trustee roles read as strings and as objects', () => {
  const contacts = { owner: { type: 0 } };
  const roles = ['admin', { name: 'tech', editable: true }];
  expect(domainDetailSchema.parse({ ...row, contacts, trustee_roles: roles }).trustee_roles).toEqual(roles);
});

it('fields and words nobody told us about pass through', () => {
  expect(contactSchema.parse({ type: 'company', shoe_size: 43 })).toHaveProperty('shoe_size', 43);
  expect(transferinStatusSchema.parse({ step: 'PONDER', inner_step: 'tea', foa: [{ answer: 'Q' }] }).step).toBe(
    'PONDER',
  );
  expect(domainRowSchema.parse({ ...row, status: ['addPeriod'], fqdn_unicode: null }).status).toEqual(['addPeriod']);
});

it('a dry-run answer is success or errors and nothing else', () => {
  expect(dryRunAnswerSchema.safeParse({ status: 'success' }).success).toBe(true);
  expect(dryRunAnswerSchema.safeParse({ status: 'error', errors: [] }).success).toBe(true);
  expect(dryRunAnswerSchema.safeParse({ status: 'maybe' }).success).toBe(false);
});
