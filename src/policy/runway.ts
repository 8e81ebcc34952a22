// How long a prepaid account lasts: every renewal Gandi will attempt, in the order of the attempts.

export interface RunwayRenewal {
  readonly domainName: string;
  /** Epoch milliseconds, ascending; a renewal that cannot be paid is tried again at the next. */
  readonly attemptsAt: readonly number[];
  /** Minor units. */
  readonly cost: number;
}

export interface Runway {
  /** The first attempt the account cannot pay for; null = all can be paid. */
  readonly firstFailing: {
    readonly domainName: string;
    readonly at: number;
    readonly cost: number;
    /** What the account holds then, minor units. */
    readonly balance: number;
  } | null;
  /** Paid in before the first failing attempt, this makes every attempt succeed; minor units, 0 when nothing is missing. */
  readonly topUp: number;
  /** What all the renewals cost. */
  readonly total: number;
  /** Renewals that no attempt could pay for, in the order of their last attempts. */
  readonly unpaid: readonly string[];
  /** After the last attempt, minor units. */
  readonly endBalance: number;
}

/** @param balance minor units of the currency of every cost. */
export function simulateRunway(balance: number, renewals: readonly RunwayRenewal[]): Runway {
  const attempts = renewals
    .flatMap((renewal) => [...new Set(renewal.attemptsAt)].map((at) => ({ at, renewal })))
    .sort((a, b) => a.at - b.at || (a.renewal.domainName < b.renewal.domainName ? -1 : 1));
  const open = new Set(renewals.filter(({ attemptsAt }) => attemptsAt.length > 0));
  const last = new Map([...open].map((renewal) => [renewal, Math.max(...renewal.attemptsAt)]));
  let left = balance;
  let firstFailing: Runway['firstFailing'] = null;
  const unpaid: string[] = [];
  for (const { at, renewal } of attempts) {
    if (!open.has(renewal)) continue;
    if (renewal.cost <= left) {
      left -= renewal.cost;
      open.delete(renewal);
      continue;
    }
    firstFailing ??= { domainName: renewal.domainName, at, cost: renewal.cost, balance: left };
    if (at === last.get(renewal)) unpaid.push(renewal.domainName);
  }
  const total = [...last.keys()].reduce((sum, { cost }) => sum + cost, 0);
  return { firstFailing, topUp: Math.max(0, total - balance), total, unpaid, endBalance: left };
}
