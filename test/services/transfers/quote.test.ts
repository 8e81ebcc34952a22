// The dry run: what the order would do and cost, with everything that stands against it as data. It spends and writes nothing.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { upstreamError } from './gandi.ts';
import { maple, type Stage, scopeOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(async () => {
  const rows = await database.query('SELECT count(*)::int AS orders FROM orders');
  expect(rows).toEqual([{ orders: 0 }]);
  expect(stage.gandi.orders).toEqual([]);
  expect(stage.gandi.sent.filter((what) => what.startsWith('create'))).toEqual([]);
  await database.close();
});

const quote = (more: Parameters<typeof wish>[0] = {}, session = {}) =>
  stage.transfers.quote(scopeOf(session), wish(more));

test('of a possible transfer has its price, its effects and no blockers, after Gandi’s own dry run', async () => {
  const found = await quote({ years: 2 });
  expect(found).toMatchObject({
    name: 'moving.com',
    price: { beforeTaxes: { minor: 3_100, currency: 'EUR' }, afterTaxes: { minor: 3_720, currency: 'EUR' } },
    blockers: [],
    upstreamCalls: 2,
    warning: null,
  });
  expect(found.effects.join(' ')).toMatch(/2 years are added.*Nameservers.*becomes the registrant/s);
  expect(stage.gandi.sent).toEqual(['transferability:moving.com', 'dry-run:moving.com:c00']);
});

test('speaks French to who asked in French', async () => {
  const { effects } = await quote({}, { language: 'fr' });
  expect(effects.join(' ')).toContain('Une année s’ajoute');
});

test('has no price where none is known', async () => {
  expect((await quote({ domain: 'moving.fr' })).price).toBeNull();
});

test.each([
  ['moving.com', 'One year is added'],
  ['moving.fr', 'does not add'],
  ['moving.io', 'not known'],
])('of %s says that the registry %s', async (domain, words) => {
  expect((await quote({ domain })).effects.join(' ')).toContain(words);
});

test('for a new client asks Gandi with its data and without a client', async () => {
  const found = await quote({ client: { create: maple } });
  expect(stage.gandi.sent).toEqual(['transferability:moving.com', 'dry-run:moving.com:null']);
  expect(found.upstreamCalls).toBe(3);
  expect(found.effects.join(' ')).toContain('A new client is created');
});

test('says that a move inside Gandi has no losing registrar', async () => {
  stage.gandi.answers.transferability = { isInternal: true };
  const text = (await quote()).effects.join(' ');
  expect(text).toContain('moves between accounts');
  expect(text).not.toContain('silence counts');
});

describe('blockers are data', () => {
  test('from the input, all of them, without a call', async () => {
    const { blockers } = await quote({ domain: 'www.example.com', years: 0 });
    expect(blockers.map(({ code, path }) => [code, path?.join('.')])).toEqual([
      ['INVALID_INPUT', 'input.domain'],
      ['INVALID_INPUT', 'input.years'],
    ]);
    expect(stage.gandi.allCalls()).toBe(0);
  });

  test.each([
    [{ payerId: 'person' }, 'ORG_NOT_ELIGIBLE'],
    [{ payerId: 'nobody' }, 'NOT_FOUND'],
    [{ client: { id: 'c99' } }, 'NOT_FOUND'],
    [{ authCode: ' ' }, 'INVALID_AUTH_CODE'],
  ])('%j gives %s', async (more, code) => {
    expect((await quote(more)).blockers).toContainEqual(expect.objectContaining({ code }));
  });

  test('from Gandi’s answer, and then its dry run is not asked', async () => {
    stage.gandi.answers.transferability = { available: false, message: 'moving.com is locked' };
    const { blockers, price } = await quote();
    expect(blockers).toEqual([
      {
        code: 'TRANSFER_LOCKED',
        message: expect.stringContaining('Have the transfer lock removed'),
        path: ['input', 'domain'],
      },
    ]);
    expect(price).not.toBeNull();
    expect(stage.gandi.sent).toEqual(['transferability:moving.com']);
  });

  test('from Gandi’s dry run, with its warning', async () => {
    stage.gandi.answers.dryRun = {
      problems: [{ field: 'owner.phone', message: 'is wrong' }],
      warning: 'slow registry',
    };
    expect(await quote()).toMatchObject({
      blockers: [{ code: 'REJECTED_BY_GANDI', message: 'owner.phone: is wrong', path: null }],
      warning: 'slow registry',
    });
  });
});

test('that cannot be asked for is a fault, not an empty quote', async () => {
  stage.gandi.failReads(upstreamError('unavailable', { status: 502 }));
  await expect(quote()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});
