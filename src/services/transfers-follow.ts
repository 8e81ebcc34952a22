// One look at a transfer under way: what Gandi reports becomes its next step, written with its event.
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import { voidOf } from './order-ledger.ts';
import { type MeteredCall, UNFINISHED } from './order-steps.ts';
import type { TransferRecord } from './services.ts';
import { problemOf, type TransferProblem } from './transfer-problems.ts';
import { nextStanding, orderStateFor, sameStanding, type TransferStanding } from './transfer-steps.ts';
import { readOrdered, type TransferDeps, writeStep } from './transfers-deps.ts';
import { hasArrived, keptReport } from './transfers-look.ts';

type FollowDeps = Pick<TransferDeps, 'store' | 'port' | 'mirror' | 'bus' | 'clock'>;

export interface Look {
  /** The transfer as it is after the look. */
  readonly transfer: TransferRecord;
  /** When Gandi was asked. */
  readonly asOf: number;
  /** True when there is something new to tell. */
  readonly changed: boolean;
}

/**
 * Asks Gandi about one transfer, in lane `poll`. One call; one more when Gandi no longer reports it, to see whether the domain is here.
 * @throws {UpstreamError} when Gandi could not be asked; nothing changes then.
 */
export async function lookAtTransfer(deps: FollowDeps, transfer: TransferRecord, signal: AbortSignal): Promise<Look> {
  const asOf = deps.clock.now();
  const call: MeteredCall = { lane: 'poll', tenant: transfer.organizationId, meter: createUpstreamMeter(), signal };
  const answer = await deps.port.transfer(transfer.domainName, call);
  const report = answer === null ? null : keptReport(answer);
  const isGone = report === null || report.step?.toUpperCase() === 'DONE';
  const arrived = isGone && (await hasArrived(deps, transfer, call)) === true;
  const next = nextStanding(transfer.domainName, transfer, { report, arrived, at: asOf });
  if (sameStanding(transfer, next)) return { transfer, asOf, changed: false };

  const { order } = await readOrdered(deps, transfer.orderId);
  const isEnd = next.step === 'COMPLETED' || next.step === 'FAILED';
  const written = await writeStep(deps, order, {
    from: UNFINISHED,
    transferVersion: transfer.version,
    order: { state: orderStateFor(next.step, order.state), ...failureOf(next) },
    transfer: { ...next, asOf, ...(isEnd && { nextPollAt: null }) },
    ...(next.step === 'FAILED' && transfer.step === 'PAYMENT' && { ledger: voidOf(order, next.upstream.errorLabel) }),
  });
  if (written !== null) return { transfer: written.transfer, asOf, changed: true };
  const current = await readOrdered(deps, transfer.orderId);
  return { transfer: current.transfer, asOf, changed: true };
}

function failureOf({ step, upstream }: TransferStanding) {
  if (step !== 'FAILED') return {};
  const code: TransferProblem = problemOf(upstream) ?? 'OTHER';
  return { failureCode: code, failureMessage: upstream.errorLabel ?? upstream.errorType };
}
