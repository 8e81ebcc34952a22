// Helping a transfer along: only where it helps, for free, and looked at soon after.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MissingScopeError } from '../../../src/auth/session.ts';
import {
  InvalidAuthCodeError,
  InvalidInputError,
  NotFoundError,
  RejectedByGandiError,
  WrongTransferStepError,
} from '../../../src/services/errors.ts';
import type { TransferRecord } from '../../../src/services/services.ts';
import type { UpstreamTransfer } from '../../../src/upstream/port.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { upstreamError } from './gandi.ts';
import { CODE, type Stage, scopeOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

/** A transfer that Gandi reports like this, as the gateway has seen it; the log of calls begins after it. */
async function transferAt(report: Partial<UpstreamTransfer>): Promise<TransferRecord> {
  await stage.transfers.request(scopeOf(), wish());
  stage.gandi.report('moving.com', report);
  const transfer = await stage.look();
  await stage.pollIn(3_600_000);
  stage.gandi.clear();
  return transfer;
}
const waiting = {
  step: 'WAIT',
  innerStep: 'foa_pending',
  approvals: [
    { email: 'first@example.net', answer: 'T' },
    { email: 'holder@example.net', answer: 'W' },
  ],
};
const wrongCode = { step: 'ERROR', errorType: 'invalid_authinfo' };
const locked = { step: 'ERROR', errorType: 'domain_locked' };
const nextLook = async (id: string) => (await stage.store.transfers.byIds([id]))[0]?.nextPollAt;

describe('sending the approval mail again', () => {
  test('goes to who has not answered, and the transfer is looked at soon', async () => {
    const { id } = await transferAt(waiting);
    await stage.transfers.resendApproval(scopeOf(), { transferId: id, email: null });
    expect(stage.gandi.sent).toEqual(['approval:moving.com:holder@example.net']);
    expect(await nextLook(id)).toBe(stage.clock.now() + 1_000);
  });

  test('goes to another address when one is given', async () => {
    const { id } = await transferAt(waiting);
    await stage.transfers.resendApproval(scopeOf(), { transferId: id, email: ' new@Example.NET ' });
    expect(stage.gandi.sent).toEqual(['approval:moving.com:new@example.net']);
  });

  test('refuses what is no address, without a call', async () => {
    const { id } = await transferAt(waiting);
    await expect(stage.transfers.resendApproval(scopeOf(), { transferId: id, email: 'nobody' })).rejects.toThrow(
      InvalidInputError,
    );
    expect(stage.gandi.sent).toEqual([]);
  });
});

describe('another auth code', () => {
  test('is given and the transfer started again, without another order', async () => {
    const { id } = await transferAt(wrongCode);
    await stage.transfers.updateAuthCode(scopeOf(), { transferId: id, authCode: 'Better-Code' });
    expect(stage.gandi.sent).toEqual(['auth-code:moving.com', 'relaunch:moving.com']);
    expect(stage.gandi.orders).toHaveLength(1);
    expect((await stage.look()).step).toBe('REGISTRY');
    expect(stage.logged()).not.toContain('Better-Code');
  });

  test('leaves the first order repeatable with its first code', async () => {
    const { id } = await transferAt(wrongCode);
    await stage.transfers.updateAuthCode(scopeOf(), { transferId: id, authCode: 'Better-Code' });
    expect(await stage.transfers.request(scopeOf(), wish({ authCode: CODE }))).toMatchObject({ replayed: true });
  });

  test('that is empty or refused is told as such', async () => {
    const { id } = await transferAt(wrongCode);
    await expect(stage.transfers.updateAuthCode(scopeOf(), { transferId: id, authCode: ' ' })).rejects.toThrow(
      InvalidAuthCodeError,
    );
    expect(stage.gandi.sent).toEqual([]);
    stage.gandi.willBe('authCode', upstreamError('invalid', { problems: [{ field: 'authinfo', message: 'bad' }] }));
    await expect(
      stage.transfers.updateAuthCode(scopeOf(), { transferId: id, authCode: 'Better-Code' }),
    ).rejects.toThrow(InvalidAuthCodeError);
    expect(stage.gandi.sent).not.toContain('relaunch:moving.com');
  });
});

describe('starting again', () => {
  test.each([locked, { step: 'ERROR', errorType: 'refused_by_registrar' }, { step: 'ERROR', errorType: 'quux' }])(
    'helps after %j, and the order goes on',
    async (report) => {
      const { id, orderId } = await transferAt(report);
      await stage.transfers.relaunch(scopeOf(), { transferId: id });
      expect(stage.gandi.sent).toEqual(['relaunch:moving.com']);
      await stage.look();
      expect((await stage.store.orders.byIds([orderId]))[0]?.state).toBe('WAITING');
      expect(stage.gandi.orders).toHaveLength(1);
    },
  );

  test('that Gandi refuses says why', async () => {
    const { id } = await transferAt(locked);
    stage.gandi.willBe('relaunch', upstreamError('conflict', { problems: [{ field: '', message: 'still locked' }] }));
    await expect(stage.transfers.relaunch(scopeOf(), { transferId: id })).rejects.toThrow(/still locked/);
    stage.gandi.willBe('relaunch', upstreamError('conflict'));
    await expect(stage.transfers.relaunch(scopeOf(), { transferId: id })).rejects.toThrow(RejectedByGandiError);
  });

  test('whose answer was lost is a fault, and the transfer is looked at soon', async () => {
    const { id } = await transferAt(locked);
    stage.gandi.willBe('relaunch', 'taken-unanswered');
    await expect(stage.transfers.relaunch(scopeOf(), { transferId: id })).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
    });
    expect(await nextLook(id)).toBe(stage.clock.now() + 1_000);
  });
});

describe('at the wrong step', () => {
  const acts = {
    resendApproval: (transferId: string) => stage.transfers.resendApproval(scopeOf(), { transferId, email: null }),
    updateAuthCode: (transferId: string) =>
      stage.transfers.updateAuthCode(scopeOf(), { transferId, authCode: 'Better-Code' }),
    relaunch: (transferId: string) => stage.transfers.relaunch(scopeOf(), { transferId }),
  };
  test.each([
    ['resendApproval', 'PAYMENT', { step: 'BILL' }],
    ['resendApproval', 'ACTION_REQUIRED', locked],
    ['updateAuthCode', 'HOLDER_APPROVAL', waiting],
    ['updateAuthCode', 'ACTION_REQUIRED', locked],
    ['relaunch', 'REGISTRY', { step: 'RUN' }],
    ['relaunch', 'FAILED', { step: 'ERROR', errorType: 'foa_refused' }],
  ] as const)('%s names the step %s and asks nobody', async (act, step, report) => {
    const { id } = await transferAt(report as Partial<UpstreamTransfer>);
    const error = await acts[act](id).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WrongTransferStepError);
    expect(error).toMatchObject({ step, message: expect.stringContaining(step) });
    expect(stage.gandi.sent).toEqual([]);
  });
});

test('a transfer of another tenant does not exist, and a key without the scope may not', async () => {
  const { id } = await transferAt(locked);
  const relaunch = (session: Parameters<typeof scopeOf>[0], transferId = id) =>
    stage.transfers.relaunch(scopeOf(session), { transferId });
  await expect(relaunch({ organizationId: 'person' })).rejects.toThrow(NotFoundError);
  await expect(relaunch({ organizationId: 'reseller', clientId: 'c01' })).rejects.toThrow(NotFoundError);
  await expect(relaunch({}, crypto.randomUUID())).rejects.toThrow(NotFoundError);
  await expect(relaunch({}, 'no uuid')).rejects.toThrow(NotFoundError);
  await expect(relaunch({ scopes: new Set(['portfolio:read']) })).rejects.toThrow(MissingScopeError);
  expect(stage.gandi.sent).toEqual([]);
});

test('who did it is remembered', async () => {
  const { id } = await transferAt(locked);
  await stage.transfers.relaunch(scopeOf(), { transferId: id });
  expect(await database.query(`SELECT actor, subject FROM audit_entries WHERE action = 'relaunchTransfer'`)).toEqual([
    { actor: 'key:k1', subject: 'moving.com' },
  ]);
});
