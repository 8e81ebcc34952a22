// What is particular to orders of inbound transfers: how to see whether one landed, and what happens to its transfer and its client.
import { InvalidAuthCodeError, RejectedByGandiError } from './errors.ts';
import { clientLeftBehind, removeMadeClient } from './order-client.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { reasonsOf } from './order-submit.ts';
import { NOTHING_REPORTED } from './transfer-steps.ts';
import { assertNoAuthCodeProblem } from './transfers-blockers.ts';
import { asTransfer, type TransferDeps } from './transfers-deps.ts';
import { hasLanded } from './transfers-look.ts';

type ProcedureDeps = Pick<
  TransferDeps,
  'store' | 'port' | 'mirror' | 'bus' | 'clock' | 'settings' | 'logger' | 'newId'
>;

export function createTransferProcedure(deps: ProcedureDeps): OrderProcedure {
  return {
    kind: 'TRANSFER_IN',
    landed: (order, call) => hasLanded(deps, order, call),
    unreported: { transfer: { upstream: NOTHING_REPORTED } },
    accepted: ({ clientId }) => ({
      transfer: {
        step: 'PAYMENT',
        waitingOn: 'GANDI',
        clientId,
        upstream: NOTHING_REPORTED,
        nextPollAt: deps.clock.now() + deps.settings.firstLookMs,
      },
    }),
    ended: { transfer: { step: 'FAILED', waitingOn: 'NOBODY', deadlineAt: null, nextPollAt: null } },
    missingSince: (ordered) => asTransfer(ordered).transfer.upstream.missingSince,
    missing: (ordered, missingSince) => ({
      transfer: { upstream: { ...asTransfer(ordered).transfer.upstream, missingSince } },
    }),
    leftBehind: (order, call) => clientLeftBehind(deps, order, call),
    cleanUp: (order, call) => removeMadeClient(deps, order, call),
    /** Names the client made for the order when it is still there. */
    async refused(order, error, call) {
      const left = await removeMadeClient(deps, order, call);
      const { problems } = error;
      if (left === null) {
        const refusedCode = authCodeRefusal(problems);
        if (refusedCode !== null) return refusedCode;
      }
      const remains = left === null ? '' : ` The client made for it, ${left}, is still there and can be used.`;
      const message = `Gandi refused the transfer: ${reasonsOf(error)}${remains}`;
      return new RejectedByGandiError(message, problems, left, { cause: error });
    },
  };
}

function authCodeRefusal(problems: Parameters<typeof assertNoAuthCodeProblem>[0]): InvalidAuthCodeError | null {
  try {
    assertNoAuthCodeProblem(problems);
    return null;
  } catch (error) {
    if (error instanceof InvalidAuthCodeError) return error;
    throw error;
  }
}
