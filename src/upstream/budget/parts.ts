// The part of the limits that one of several replicas may use without asking the others.
import type { RateLimit } from './rate-limit.ts';

/** One part in so many of each limit, at least one call. As many such parts as `replicas` stay under the limits, if each of them has a call for each. */
export function partOf(limits: readonly RateLimit[], replicas: number): readonly RateLimit[] {
  return limits.map(({ limit, windowMs }) => ({ limit: Math.max(1, Math.floor(limit / replicas)), windowMs }));
}
