// How long before something ends it is told, and told again.

/** Days before the end. */
export const LEADS_DAYS = [30, 14, 7, 3, 1] as const;
const DAY_MS = 86_400_000;

/** The lead that is reached: the shortest that the time left fits in; null = there is more time. */
export function leadReached(endsAt: number, now: number): number | null {
  return LEADS_DAYS.findLast((days) => endsAt - now <= days * DAY_MS) ?? null;
}
