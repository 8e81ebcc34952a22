// What is particular to orders of changes of registrant: Gandi reports how far one is, and the domain shows who holds it in the end.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { ContactInput, GandiPort, UpstreamContact, UpstreamRegistrantChange } from '../upstream/port.ts';
import { RejectedByGandiError } from './errors.ts';
import { voidOf } from './order-ledger.ts';
import type { FollowedOrder, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, UNFINISHED } from './order-steps.ts';
import { reasonsOf } from './order-submit.ts';
import type { OrderRecord } from './services.ts';

interface Deps {
  readonly store: Pick<Store, 'domains'>;
  readonly port: Pick<GandiPort, 'registrantChange'>;
  readonly mirror: Pick<Mirror, 'domainChanged'>;
  readonly clock: Clock;
  readonly settings: { readonly firstLookMs: number };
}

/** What tells one registrant from another, in lower case. */
export type Identity = readonly string[];

/** Letter case and absent parts do not make another person. */
export function identityOf(
  contact: Pick<ContactInput, 'givenName' | 'familyName' | 'companyName' | 'email'> | UpstreamContact,
): Identity {
  const { givenName, familyName, companyName, email } = contact;
  return [givenName, familyName, companyName, email].map((part) => (part ?? '').toLowerCase());
}

interface Progress {
  /** Whom the domain shows when it is done. */
  readonly newRegistrant?: Identity;
  /** When the change was made that Gandi reported before this one was ordered. */
  readonly changedBefore?: number;
  /** Gandi reported a change that had ended before this one was ordered, and does not say when it was made. */
  readonly undatedBefore?: true;
  readonly missingSince?: number;
  /** Gandi's step and answers at the last look. */
  readonly step?: string;
  readonly oldAnswer?: string | null;
  readonly newAnswer?: string | null;
}

/** How far Gandi's clock may be behind ours. */
const CLOCK_SKEW_MS = 300_000;
/** The parties have five days; a week later somebody should ask Gandi's support. */
const PATIENCE_MS = 12 * 86_400_000;

const progressOf = (order: OrderRecord) => order.progress as Progress;
const NOT_UNDER_WAY: ReadonlySet<string> = new Set(['DONE', 'ERROR']);

/** @param step Gandi's word: BILL, WAIT, RUN, SUPPORT, ERROR, DONE; an open set (Gandi v5 docs, changeowner). */
export function isUnderWay(step: string): boolean {
  return !NOT_UNDER_WAY.has(step.toUpperCase());
}

/** What to remember of the ended change that Gandi still reports, so that it is never taken for the one that is ordered now. */
export function progressAfter(earlier: UpstreamRegistrantChange | null): Progress {
  if (earlier === null) return {};
  return earlier.createdAt === null ? { undatedBefore: true } : { changedBefore: earlier.createdAt };
}

export function createRegistrantChangeProcedure({ store, port, mirror, clock, settings }: Deps): OrderProcedure {
  /** Gandi's report when it is of this very order, not of an earlier change. */
  const ownReport = async (order: OrderRecord, call: MeteredCall): Promise<UpstreamRegistrantChange | null> => {
    const report = await port.registrantChange(order.domainName, order.organizationId, call);
    if (report === null) return null;
    const { changedBefore, undatedBefore, step } = progressOf(order);
    const isOlder =
      report.createdAt === null
        ? undatedBefore === true && step === undefined && !isUnderWay(report.step)
        : report.createdAt === changedBefore || report.createdAt < order.createdAt - CLOCK_SKEW_MS;
    return isOlder ? null : report;
  };

  /** The domain as it is now, when the wanted registrant holds it; null = somebody else does; undefined = it could not be read. */
  const handedOver = async (order: OrderRecord, call: MeteredCall) => {
    const askedAt = clock.now();
    const domain = await mirror.domainChanged(order.domainName, { ...call, maxAgeSeconds: 0 });
    if (domain === null || domain.rowAsOf < askedAt || domain.detailAsOf === null) return undefined;
    const [found] = await store.domains.details([domain]);
    const registrant = found?.detail.contacts.registrant ?? null;
    const wanted = progressOf(order).newRegistrant;
    if (registrant === null || wanted === undefined) return undefined;
    return isDeepStrictEqual(identityOf(registrant), wanted) ? domain : null;
  };

  return {
    kind: 'CHANGE_REGISTRANT',
    async landed(order, call) {
      if ((await ownReport(order, call)) !== null) return true;
      const domain = await handedOver(order, call);
      return domain === undefined ? null : domain !== null;
    },
    unreported: { order: { nextLookAt: null } },
    accepted: () => ({ order: { nextLookAt: clock.now() + settings.firstLookMs } }),
    ended: { order: { nextLookAt: null } },
    missingSince: ({ order }) => progressOf(order).missingSince,
    missing: ({ order }, missingSince) => ({ order: { progress: { ...order.progress, missingSince } } }),
    async refused(_order, error) {
      const message = `Gandi refused the change of registrant: ${reasonsOf(error)} Nothing was bought.`;
      return new RejectedByGandiError(message, error.problems, null, { cause: error });
    },
    async follow(order, call): Promise<FollowedOrder | null> {
      const report = await ownReport(order, call);
      if (report?.step.toUpperCase() === 'ERROR') return failed(order, report);
      if (report === null || report.step.toUpperCase() === 'DONE') {
        const domain = await handedOver(order, call);
        if (domain != null)
          return {
            from: UNFINISHED,
            order: { state: 'COMPLETED', nextLookAt: null, clientId: domain.clientId ?? order.clientId },
          };
      }
      const isLong = clock.now() - (order.submittedAt ?? order.createdAt) >= PATIENCE_MS;
      if (isLong && order.state !== 'ACTION_REQUIRED')
        return {
          from: UNFINISHED,
          order: { state: 'ACTION_REQUIRED' },
          note: 'Gandi took the change of registrant long ago and it has not ended: ask Gandi’s support.',
        };
      return report === null ? null : progressed(order, report);
    },
  };
}

function failed(order: OrderRecord, { errorType, errorLabel }: UpstreamRegistrantChange): FollowedOrder {
  const reason = errorLabel ?? errorType ?? 'Gandi names no reason.';
  return {
    from: UNFINISHED,
    order: {
      state: 'FAILED',
      nextLookAt: null,
      failureCode: errorType ?? 'REGISTRANT_CHANGE_FAILED',
      failureMessage: reason,
    },
    ledger: voidOf(order, reason),
  };
}

/** A new step or answer is told once. */
function progressed(order: OrderRecord, report: UpstreamRegistrantChange): FollowedOrder | null {
  const { step, oldRegistrantAnswer: oldAnswer, newRegistrantAnswer: newAnswer } = report;
  const before = progressOf(order);
  if (before.step === step && before.oldAnswer === oldAnswer && before.newAnswer === newAnswer) return null;
  return {
    from: UNFINISHED,
    order: {
      progress: { ...order.progress, step, oldAnswer, newAnswer },
      ...(order.state === 'ACCEPTED' && step.toUpperCase() !== 'BILL' && { state: 'WAITING' as const }),
    },
    ...(before.step !== step && { note: NOTES[step.toUpperCase()] ?? `Gandi reports step ${step}.` }),
  };
}

const NOTES: Readonly<Record<string, string>> = {
  BILL: 'Gandi is taking the payment.',
  WAIT: 'The old and the new registrant are asked by e-mail; resendRegistrantApproval sends the mail again.',
  RUN: 'The registry is changing the registrant.',
  SUPPORT: 'Gandi’s support is looking at it.',
};
