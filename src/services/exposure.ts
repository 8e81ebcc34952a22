// What will be paid without anybody asking: renewals that are coming for clients who have not paid, and how long the prepaid account lasts.
import { assertCan } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import type { Money } from '../lib/money.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { EARLIEST_ATTEMPT_MS } from '../policy/auto-renew.ts';
import { type RunwayRenewal, simulateRunway } from '../policy/runway.ts';
import type { GandiPort } from '../upstream/port.ts';
import { badArgument } from './bad-argument.ts';
import { callFor, orFault, visibilityOf } from './calls.ts';
import { payingOrganization } from './paying-organization.ts';
import type { ComingRenewal, RenewalBook } from './renewal-book.ts';
import type { ExposedRenewal, ExposureService, OperationScope, RenewalExposure } from './services.ts';

export interface ExposureDeps {
  readonly port: Pick<GandiPort, 'billing'>;
  readonly mirror: Pick<Mirror, 'organizations'>;
  readonly book: RenewalBook;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
export const LONGEST_LOOK_AHEAD_DAYS = 330;

export function createExposureService({ port, mirror, book, clock }: ExposureDeps): ExposureService {
  const payerOf = (scope: OperationScope, organizationId: string | null) =>
    payingOrganization(scope, mirror, organizationId, ['organizationId']);

  const assertDays = (days: number): void => {
    if (Number.isInteger(days) && days >= 1 && days <= LONGEST_LOOK_AHEAD_DAYS) return;
    throw badArgument('withinDays', String(days), `a whole number from 1 to ${LONGEST_LOOK_AHEAD_DAYS}`);
  };
  /** Those whose next attempt falls before `until`. */
  async function* coming(scope: OperationScope, organizationId: string, now: number, until: number) {
    const pages = book.pages(scope, {
      organizationId,
      visibility: visibilityOf(scope),
      expiresAfter: now,
      expiresBefore: until + EARLIEST_ATTEMPT_MS,
      autoRenew: true,
    });
    for await (const page of pages)
      for (const renewal of page) {
        const renewsAt = renewal.attemptsAt.find((at) => at > now);
        if (renewsAt !== undefined && renewsAt < until) yield { ...renewal, renewsAt };
      }
  }

  return {
    async exposure(scope, { organizationId, withinDays, clientPaid, first }): Promise<RenewalExposure> {
      assertCan(scope.session, 'portfolio:read');
      assertDays(withinDays);
      const payer = await payerOf(scope, organizationId);
      const now = clock.now();
      const totals = new Map<string, { amount: Money; count: number }>();
      const found: ExposedRenewal[] = [];
      let unpriced = 0;
      let oldest = now;
      for await (const renewal of coming(scope, payer.id, now, now + withinDays * DAY_MS)) {
        if (clientPaid !== null && isPaid(renewal) !== clientPaid) continue;
        const { price, domain, renewsAt, years, payment, attempts, asOf } = renewal;
        oldest = Math.min(oldest, asOf);
        if (price === null) unpriced += 1;
        else {
          const sum = totals.get(price.currency) ?? { amount: { ...price, minor: 0 }, count: 0 };
          totals.set(price.currency, {
            amount: { ...price, minor: sum.amount.minor + price.minor },
            count: sum.count + 1,
          });
        }
        found.push({ domain, renewsAt, isDateKnown: attempts === 'KNOWN', years, price, payment });
      }
      found.sort((a, b) => a.renewsAt - b.renewsAt || (a.domain.name < b.domain.name ? -1 : 1));
      return {
        organizationId: payer.id,
        totals: [...totals.values()],
        count: found.length,
        unpriced,
        asOf: oldest,
        renewals: found.slice(0, first),
      };
    },

    async balance(scope, { organizationId, withinDays }) {
      assertCan(scope.session, 'portfolio:read');
      assertDays(withinDays);
      // What the reseller has on its account is no business of its clients.
      if (scope.session.clientId !== null) return null;
      const payer = await payerOf(scope, organizationId);
      const asOf = clock.now();
      const { prepaid } = await orFault(port.billing(payer.id, callFor(scope, 'interactive')));
      if (prepaid === null) return null;
      const { balance, warningThreshold } = prepaid;
      const renewals: RunwayRenewal[] = [];
      const until = asOf + withinDays * DAY_MS;
      let unpriced = 0;
      for await (const { domain, attemptsAt, price, payerId } of coming(scope, payer.id, asOf, until)) {
        if (payerId !== null && payerId !== payer.id) continue;
        if (price === null || price.currency !== balance.currency) unpriced += 1;
        else
          renewals.push({
            domainName: domain.name,
            attemptsAt: attemptsAt.filter((at) => at > asOf && at < until),
            cost: price.minor,
          });
      }
      const { firstFailing, topUp, total } = simulateRunway(balance.minor, renewals);
      const money = (minor: number): Money => ({ minor, currency: balance.currency });
      return {
        organizationId: payer.id,
        amount: balance,
        threshold: warningThreshold,
        isLow:
          warningThreshold !== null &&
          warningThreshold.currency === balance.currency &&
          balance.minor <= warningThreshold.minor,
        asOf,
        runway: {
          until,
          renewals: renewals.length,
          unpriced,
          total: money(total),
          firstFailing:
            firstFailing === null
              ? null
              : {
                  domainName: firstFailing.domainName,
                  at: firstFailing.at,
                  cost: money(firstFailing.cost),
                  balance: money(firstFailing.balance),
                },
          topUp: money(topUp),
        },
      };
    },
  };
}

/** A client of whom nobody said that it has paid has not; the reseller's own domains owe nothing. */
function isPaid({ payment }: ComingRenewal): boolean {
  return payment === 'PAID' || payment === 'OWN';
}
