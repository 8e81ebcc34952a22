// What helps a transfer under way along: the approval mail again, another auth code, a new start. None of them costs a second time.
import { assertCan, canSee } from '../auth/session.ts';
import { normaliseEmail } from '../lib/email.ts';
import { shown } from '../lib/text.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { CallOptions } from '../upstream/port.ts';
import { writeFor } from './calls.ts';
import { InvalidInputError, NotFoundError, RejectedByGandiError, WrongTransferStepError } from './errors.ts';
import { UNFINISHED } from './order-steps.ts';
import type { OperationScope, TransferRecord, TransfersService } from './services.ts';
import { problemOf } from './transfer-problems.ts';
import { isUnanswered } from './transfer-steps.ts';
import { assertNoAuthCodeProblem } from './transfers-blockers.ts';
import { readOrdered, type TransferDeps, writeStep } from './transfers-deps.ts';
import { readAuthCode } from './transfers-input.ts';
import { toRequestFault } from './upstream-faults.ts';

type Acts = Pick<TransfersService, 'resendApproval' | 'updateAuthCode' | 'relaunch'>;

export function createTransferActs(deps: TransferDeps): Acts {
  const { port } = deps;
  return {
    async resendApproval(scope, { transferId, email }) {
      const transfer = await findTransfer(deps, scope, transferId);
      if (transfer.step !== 'HOLDER_APPROVAL')
        throw wrongStep(transfer, 'The approval mail can be sent again while the transfer waits for its holder.');
      const address = email === null ? pendingApprover(transfer) : readEmail(email);
      return act(deps, scope, transfer, 'resendTransferApproval', (call) =>
        port.resendTransferApproval(transfer.domainName, address, call),
      );
    },

    async updateAuthCode(scope, { transferId, authCode }) {
      const code = readAuthCode(authCode);
      const transfer = await findTransfer(deps, scope, transferId);
      if (transfer.step !== 'ACTION_REQUIRED' || problemOf(transfer.upstream) !== 'AUTH_CODE')
        throw wrongStep(transfer, 'The auth code can be replaced once it was refused.');
      const { domainName, organizationId } = transfer;
      return act(deps, scope, transfer, 'updateTransferAuthCode', async (call) => {
        await port.updateTransferAuthCode(domainName, organizationId, code, call);
        await port.relaunchTransfer(domainName, call);
      });
    },

    async relaunch(scope, { transferId }) {
      const transfer = await findTransfer(deps, scope, transferId);
      if (transfer.step !== 'ACTION_REQUIRED')
        throw wrongStep(
          transfer,
          'A transfer can be started again once it has stopped for a reason that can be mended.',
        );
      return act(deps, scope, transfer, 'relaunchTransfer', (call) => port.relaunchTransfer(transfer.domainName, call));
    },
  };
}

/** @throws {NotFoundError} also for a transfer that is not the caller's to see. */
async function findTransfer(deps: TransferDeps, scope: OperationScope, id: string): Promise<TransferRecord> {
  assertCan(scope.session, 'transfer:manage');
  const [transfer] = await deps.store.transfers.byIds([id]);
  if (transfer === undefined || !canSee(scope.session, transfer))
    throw new NotFoundError(`There is no transfer ${shown(id)}.`, ['input', 'transfer', 'id']);
  return transfer;
}

/**
 * Does it, notes who did, and has Gandi asked soon what came of it.
 * @throws {RejectedByGandiError|InvalidAuthCodeError|RequestFault}
 */
async function act(
  deps: TransferDeps,
  scope: OperationScope,
  transfer: TransferRecord,
  action: string,
  run: (call: CallOptions) => Promise<void>,
): Promise<TransferRecord> {
  const { clock, store, settings } = deps;
  const { session } = scope;
  await store.audit.append({
    organizationId: transfer.organizationId,
    actor: `${session.actor.kind}:${session.actor.id}`,
    action,
    subject: transfer.domainName,
    requestId: session.requestId,
    occurredAt: clock.now(),
  });
  try {
    await run({ ...writeFor(scope), tenant: transfer.organizationId });
  } catch (error) {
    throw error instanceof UpstreamError ? refusalOf(error) : error;
  } finally {
    await lookSoon(deps, transfer, clock.now() + settings.firstLookMs);
  }
  scope.loaders.transfers.clear(transfer.id);
  scope.loaders.transfersByOrder.clear(transfer.orderId);
  return (await readOrdered(deps, transfer.orderId)).transfer;
}

/** Whatever the call came to, Gandi's report may be another one now. */
async function lookSoon(deps: TransferDeps, transfer: TransferRecord, at: number): Promise<void> {
  const { order } = await readOrdered(deps, transfer.orderId);
  await writeStep(deps, order, { from: UNFINISHED, transfer: { nextPollAt: at } });
}

function refusalOf(error: UpstreamError): Error {
  if (!['invalid', 'conflict', 'not-found', 'refused'].includes(error.kind)) return toRequestFault(error);
  assertNoAuthCodeProblem(error.problems);
  const reasons = error.problems.map(({ message }) => message).join(' ') || error.message;
  return new RejectedByGandiError(`Gandi refused: ${reasons}`, error.problems, null, { cause: error });
}

function wrongStep(transfer: TransferRecord, rule: string): WrongTransferStepError {
  const problem = problemOf(transfer.upstream);
  const found = problem === null ? transfer.step : `${transfer.step} (${problem})`;
  return new WrongTransferStepError(`${rule} It is at ${found}.`, transfer.step);
}

function pendingApprover({ upstream }: TransferRecord): string {
  const pending = upstream.approvals.find(({ answer }) => isUnanswered(answer));
  if (pending !== undefined) return pending.email;
  throw emailProblem('Gandi does not tell whose approval it waits for.', null);
}

function readEmail(text: string): string {
  const email = normaliseEmail(text.trim());
  if (email === null) throw emailProblem('This is no e-mail address.', shown(text));
  return email;
}

function emailProblem(message: string, found: string | null): InvalidInputError {
  return new InvalidInputError([
    { path: ['input', 'email'], message, found, expected: "the holder's e-mail address, such as name@example.com" },
  ]);
}
