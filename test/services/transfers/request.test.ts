// Ordering a transfer: what is checked first, what Gandi then sees, and what is written when.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MissingScopeError } from '../../../src/auth/session.ts';
import {
  InvalidAuthCodeError,
  InvalidInputError,
  NotFoundError,
  OperationInProgressError,
  OrganizationNotEligibleError,
  TransferBlockedError,
} from '../../../src/services/errors.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { CODE, maple, type Stage, scopeOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

const request = (more: Parameters<typeof wish>[0] = {}, session = {}) =>
  stage.transfers.request(scopeOf(session), wish(more));

describe('an order for a client that exists', () => {
  test('is bought once in lane money, for the payer, the client and its data', async () => {
    const { order, transfer, replayed } = await request({ domain: 'Moving.COM.', years: 2 });
    expect(stage.gandi.orders).toEqual([
      expect.objectContaining({
        name: 'moving.com',
        payerId: 'reseller',
        clientId: 'c00',
        authCode: CODE,
        years: 2,
        changeRegistrant: true,
        registrant: expect.objectContaining({
          givenName: 'Nia',
          familyName: 'Okafor',
          street: '1 Test Way',
          country: 'FI',
        }),
      }),
    ]);
    expect(stage.gandi.sent).toEqual(['transferability:moving.com', 'order:moving.com']);
    expect(stage.gandi.lanes).toContain('money order:moving.com');
    expect(replayed).toBe(false);
    expect(order).toMatchObject({
      state: 'ACCEPTED',
      domainName: 'moving.com',
      clientId: 'c00',
      createdClient: false,
      leaseOwner: null,
    });
    expect(order.timeline.map(({ state }) => state)).toEqual(['CLAIMED', 'SUBMITTED', 'ACCEPTED']);
    expect(transfer).toMatchObject({ step: 'PAYMENT', waitingOn: 'GANDI', clientId: 'c00' });
    expect(transfer.nextPollAt).toBeGreaterThan(stage.clock.now());
  });

  test('is written as SUBMITTED before Gandi is asked', async () => {
    let seen: string | undefined;
    const { requestTransfer } = stage.gandi.port;
    stage.gandi.port.requestTransfer = async (...call) => {
      const [order] = await stage.unfinished();
      seen = order?.state;
      return requestTransfer(...call);
    };
    await request();
    expect(seen).toBe('SUBMITTED');
  });

  test('needs no payer where there is one reseller only', async () => {
    const { order } = await request({ payerId: null });
    expect(order.organizationId).toBe('reseller');
  });

  test('is remembered with who asked', async () => {
    const { order } = await request();
    expect(order.actor).toBe('key:k1');
    expect(await database.query('SELECT actor, action, subject FROM audit_entries')).toEqual([
      { actor: 'key:k1', action: 'transferDomainIn', subject: 'moving.com' },
    ]);
  });
});

describe('the auth code', () => {
  test('is nowhere in the database, the events or the log, whatever happens', async () => {
    stage.gandi.willBe('order', 'taken-unanswered');
    await request();
    await stage.reconcile();
    const rows = await database.query(
      `SELECT (SELECT json_agg(o) FROM orders o)::text || (SELECT json_agg(t) FROM transfers t)::text
        || (SELECT json_agg(e) FROM events e)::text || (SELECT json_agg(a) FROM audit_entries a)::text AS everything`,
    );
    expect(String(rows[0]?.everything)).toContain('moving.com');
    expect(String(rows[0]?.everything)).not.toContain(CODE);
    expect(stage.logged()).not.toContain(CODE);
  });

  test('has another digest in each order', async () => {
    const first = await request();
    const second = await request({ domain: 'other.com', idempotencyKey: 'wish-2' });
    expect(first.order.secretDigest).not.toBeNull();
    expect(first.order.secretDigest).not.toBe(second.order.secretDigest);
  });

  test.each(['', '   ', 'with\u0000control', 'line\nbreak', 'x'.repeat(256)])(
    '%j is refused without a call',
    async (authCode) => {
      await expect(request({ authCode })).rejects.toThrow(InvalidAuthCodeError);
      expect(stage.gandi.allCalls()).toBe(0);
    },
  );

  test('is taken without the blanks around it, and in its letter case', async () => {
    await request({ authCode: `  ${CODE} ` });
    expect(stage.gandi.orders[0]?.authCode).toBe(CODE);
  });
});

describe('input that cannot be right costs no call', () => {
  test.each([
    [{ domain: 'not a name' }, 'input.domain'],
    [{ domain: 'www.example.com' }, 'input.domain'],
    [{ domain: 'co.uk' }, 'input.domain'],
    [{ years: 0 }, 'input.years'],
    [{ years: 11 }, 'input.years'],
    [{ years: 1.5 }, 'input.years'],
    [{ idempotencyKey: '' }, 'input.idempotencyKey'],
    [{ idempotencyKey: ' blank ' }, 'input.idempotencyKey'],
    [{ idempotencyKey: 'x'.repeat(256) }, 'input.idempotencyKey'],
    [{ idempotencyKey: 'tab\there' }, 'input.idempotencyKey'],
    [{ client: { create: { ...maple, phone: 'none' } } }, 'input.client.create.phone'],
  ])('%j is refused at %s', async (more, path) => {
    const error = await request(more).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).fields.map((field) => field.path.join('.'))).toEqual([path]);
    expect(stage.gandi.allCalls()).toBe(0);
  });

  test('and everything wrong is told at once', async () => {
    const error = await request({
      domain: '?',
      years: 0,
      client: { create: { ...maple, email: 'x', city: '' } },
    }).catch((thrown: unknown) => thrown);
    expect((error as InvalidInputError).fields.map((field) => field.path.join('.'))).toEqual([
      'input.domain',
      'input.client.create.email',
      'input.client.create.city',
      'input.years',
    ]);
  });
});

describe('who pays and for whom', () => {
  test('an organization that is no reseller cannot pay, and nothing is sent for it', async () => {
    await expect(request({ payerId: 'person' })).rejects.toThrow(OrganizationNotEligibleError);
    expect(stage.gandi.sent).toEqual([]);
  });

  test('an organization that is not there, or not the key’s to see, is not found', async () => {
    await expect(request({ payerId: 'nobody' })).rejects.toThrow(NotFoundError);
    await expect(request({}, { organizationId: 'person' })).rejects.toThrow(NotFoundError);
    expect(stage.gandi.sent).toEqual([]);
  });

  test('two resellers and no choice is a question back', async () => {
    const [first] = stage.gandi.world.organizations;
    if (first) stage.gandi.world.organizations.push({ ...first, id: 'second' });
    await expect(request({ payerId: null })).rejects.toThrow(/reseller/);
    expect(stage.gandi.sent).toEqual([]);
  });

  test('a client of nobody is not found', async () => {
    const error = await request({ client: { id: 'c99' } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ path: ['input', 'client', 'id'] });
    expect(stage.gandi.sent).toEqual([]);
  });

  test('a key of one client orders for that client only and creates none', async () => {
    const session = { organizationId: 'reseller', clientId: 'c00' };
    await expect(request({ client: { id: 'c01' } }, session)).rejects.toThrow(NotFoundError);
    await expect(request({ client: { create: maple } }, session)).rejects.toThrow(InvalidInputError);
    expect(stage.gandi.allCalls()).toBe(0);
    expect((await request({}, session)).order.clientId).toBe('c00');
  });

  test('a key without the scope orders nothing', async () => {
    await expect(request({}, { scopes: new Set(['portfolio:read']) })).rejects.toThrow(MissingScopeError);
    await expect(
      request({ client: { create: maple } }, { scopes: new Set(['portfolio:read', 'transfer:request']) }),
    ).rejects.toThrow(MissingScopeError);
    expect(stage.gandi.allCalls()).toBe(0);
  });
});

describe('what stands against the transfer', () => {
  test.each([
    ['moving.com is locked (clientTransferProhibited) at its present registrar', 'TRANSFER_LOCKED'],
    ['moving.com was registered less than 60 days ago: possible from 2030-02-01', 'TOO_YOUNG'],
    ['moving.com is not registered', 'NOT_REGISTERED'],
    ['moving.com is already in this account', 'ALREADY_HERE'],
    ['This TLD cannot be transferred here.', 'TLD_UNSUPPORTED'],
    ['The moon is full', 'OTHER'],
  ])('%s: told as %s before any money or client', async (message, kind) => {
    stage.gandi.answers.transferability = { available: false, message };
    const error = await request({ client: { create: maple } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransferBlockedError);
    expect((error as TransferBlockedError).blockers).toEqual([{ kind, message: expect.stringContaining(message) }]);
    expect(stage.gandi.sent).toEqual(['transferability:moving.com']);
    expect(await stage.unfinished()).toEqual([]);
  });

  test('a wrong code is told as that', async () => {
    stage.gandi.answers.transferability = { available: false, message: 'The auth code is wrong.' };
    await expect(request()).rejects.toThrow(InvalidAuthCodeError);
  });

  test('years the registry does not take are named with those it does', async () => {
    stage.gandi.answers.transferability = { durationsYears: [1, 2] };
    await expect(request({ years: 3 })).rejects.toThrow(/1, 2|years/);
    expect(stage.gandi.sent).toEqual(['transferability:moving.com']);
  });

  test('a domain the payer already has is known without asking', async () => {
    const page = await stage.gandi.port.domains({ page: 1, perPage: 1 }, { lane: 'bulk', tenant: 't' });
    const row = page.items[0];
    if (row)
      await stage.store.domains.upsertRows([
        { ...row, name: 'moving.com', organizationId: 'reseller', rowAsOf: stage.clock.now() },
      ]);
    await expect(request()).rejects.toThrow(TransferBlockedError);
    expect(stage.gandi.sent).toEqual([]);
  });

  test('a transfer of the same name under another key is named', async () => {
    const first = await request();
    stage.gandi.clear();
    const error = await request({ idempotencyKey: 'wish-2' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperationInProgressError);
    expect(error).toMatchObject({ orderId: first.order.id });
    expect(stage.gandi.sent).toEqual([]);
  });
});
