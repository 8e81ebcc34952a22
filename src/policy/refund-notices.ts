// When the end of a refund window is announced: once for each lead time, the tightest one that has been reached.

/** Hours before the end of the window. */
export const LEAD_HOURS = [48, 24, 4] as const;

const HOUR_MS = 3_600_000;
/** A notice comes a little before its lead time, so that whoever acts on it has all of it. */
const EARLY_MS = 600_000;

export type RefundNotice = `closing-${(typeof LEAD_HOURS)[number]}` | 'closed';

/** When the notice is due, epoch milliseconds. */
export function noticeDueAt(notice: RefundNotice, until: number): number {
  return notice === 'closed' ? until : until - Number(notice.slice('closing-'.length)) * HOUR_MS - EARLY_MS;
}

export const NOTICES: readonly RefundNotice[] = [...LEAD_HOURS.map((hours) => `closing-${hours}` as const), 'closed'];

/**
 * What is to be announced at `now`. Lead times that passed while nobody looked are covered by the tightest one reached; at the end only the end is told.
 * @param told what was announced of this window before.
 */
export function dueNotices(until: number, now: number, told: ReadonlySet<string>): readonly RefundNotice[] {
  const reached = NOTICES.filter((notice) => noticeDueAt(notice, until) <= now);
  const last = reached.at(-1);
  return last === undefined || told.has(last) ? [] : [last];
}

/** When something is due next; null when everything was told. */
export function nextNoticeAt(until: number, now: number): number | null {
  const upcoming = NOTICES.map((notice) => noticeDueAt(notice, until)).filter((at) => at > now);
  return upcoming.length === 0 ? null : Math.min(...upcoming);
}
