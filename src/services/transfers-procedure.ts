// What is particular to orders of inbound transfers: how to see whether one landed, and what happens to its transfer and its client.
import type { ClientInput } from '../upstream/port.ts';
import { findCreatedClient } from './client-reconcile.ts';
import { InvalidAuthCodeError, RejectedByGandiError } from './errors.ts';
import type { OrderProcedure } from './order-procedure.ts';
import type { MeteredCall } from './order-steps.ts';
import { reasonsOf } from './order-submit.ts';
import type { OrderRecord } from './services.ts';
import { NOTHING_REPORTED } from './transfer-steps.ts';
import { assertNoAuthCodeProblem } from './transfers-blockers.ts';
import { type ClientProgress, removeMadeClient } from './transfers-client.ts';
import { asTransfer, type TransferDeps } from './transfers-deps.ts';
import { hasLanded } from './transfers-look.ts';

type ProcedureDeps = Pick<TransferDeps, 'store' | 'port' | 'mirror' | 'bus' | 'clock' | 'settings' | 'logger'>;

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
    async leftBehind(order, call) {
      const clientId = order.clientId ?? (await orphanOf(deps, order, call));
      if (clientId === order.clientId) return undefined;
      return { clientId, createdClient: true, input: { ...order.input, clientWasFound: true } };
    },
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

/** The client that was asked for under the order when the answer was lost. */
async function orphanOf({ port }: ProcedureDeps, order: OrderRecord, call: MeteredCall): Promise<string | null> {
  const { client, clientAskedAt, clientsBefore } = order.input as ClientProgress & {
    readonly client?: { readonly create?: ClientInput };
  };
  if (clientAskedAt === undefined || client?.create === undefined) return null;
  const found = await findCreatedClient(port, order.organizationId, client.create, new Set(clientsBefore), call);
  return found?.id ?? null;
}
