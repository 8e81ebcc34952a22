// Fills the mirror at the first start and keeps it fresh afterwards, with what the other lanes leave of the call budget.
import type { Clock, Timer } from '../lib/clock.ts';
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import { failureReason, isUpstreamFailure } from '../mirror/failure.ts';
import type { Demand, ListFreshness, Mirror } from '../mirror/mirror.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface MirrorSyncDeps {
  readonly mirror: Mirror;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

export interface MirrorSync {
  /** Begins at once. A pass over the domains that was interrupted when the process ended goes on where it was. */
  start(): void;
  /** Sends nothing more; resolves when calls already sent were dealt with, or after a few seconds. Idempotent. */
  stop(): Promise<void>;
}

const ROUND_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;
const JITTER = 0.1;
const PROGRESS_MS = 3_000;
/** Details read again in one round: two a second, a small part of what Gandi allows. */
const DETAILS_PER_ROUND = 10;
/** Domains that expire within this time have their details kept fresh before all others. */
const SOON_MS = 30 * 86_400_000;
/** Lists are not read more often than this, however young they are wanted. */
const SHORTEST_AGE_SECONDS = 60;
const DRAIN_MS = 5_000;

/** Every list is read again when half its maximum age has passed, so that queries find it young. After a failure the pause doubles up to five minutes. */
export function createMirrorSync({ mirror, clock, logger, random = Math.random }: MirrorSyncDeps): MirrorSync {
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: Timer | null = null;
  let progressTimer: Timer | null = null;
  let current: Promise<void> = Promise.resolve();
  let failures = 0;
  let complaint: string | null = null;
  /** Set once Gandi has shown this process an organization that the mirror knows: only then do lists of this credential belong into it. */
  let isSameAccount = false;

  const halfOf = (seconds: number) => Math.max(SHORTEST_AGE_SECONDS, seconds / 2);
  const demand = (maxAgeSeconds: number): Demand => ({
    maxAgeSeconds,
    lane: 'backfill',
    tenant: 'mirror-sync',
    maxWaitMs: Number.POSITIVE_INFINITY,
    signal,
    meter: createUpstreamMeter(),
  });

  const shown = (count: number) => count.toLocaleString('en');
  const watchProgress = () => {
    progressTimer = clock.after(PROGRESS_MS, () => {
      const { isComplete, domains, total } = mirror.progress();
      if (isComplete) return;
      if (total !== null) logger.info({ domains, total }, `mirror: ${shown(domains)} of ${shown(total)} domains`);
      watchProgress();
    });
  };

  /** @returns why a list could not be brought; null when all is well. */
  const bringLists = async (): Promise<string | null> => {
    const { ages } = mirror;
    const organizations = (await mirror.organizations(demand(isSameAccount ? halfOf(ages.organizations) : 0)))
      .freshness;
    if (!isSameAccount && isStale(organizations)) return organizations.reason;
    isSameAccount = true;
    const clients = await mirror.ensureClients(null, demand(halfOf(ages.clients)));
    const domains = await mirror.ensureDomains({ withClients: true }, demand(halfOf(ages.domains)));
    return [organizations, clients, domains].find(isStale)?.reason ?? null;
  };
  const bringDetails = async (): Promise<string | null> => {
    const now = clock.now();
    const olderThan = now - halfOf(mirror.ages.domainDetail) * 1_000;
    const query = { limit: DETAILS_PER_ROUND, olderThan, expiringBefore: now + SOON_MS };
    const { due, failed, reason } = await mirror.refreshDetails(query, demand(0));
    return due > 0 && failed === due ? reason : null;
  };
  const round = async (): Promise<string | null> => {
    const wasComplete = mirror.progress().isComplete;
    const problem = await bringLists();
    const { isComplete, domains } = mirror.progress();
    if (isComplete && !wasComplete) logger.info({ domains }, `mirror: complete, ${shown(domains)} domains`);
    if (problem !== null || !isComplete) return problem ?? 'The list of domains is not complete';
    const { checked, confirmedAbsent } = await mirror.checkAbsences(demand(0));
    if (checked > 0)
      logger.info({ checked, confirmedAbsent }, 'mirror: looked at domains that the list no longer shows');
    return bringDetails();
  };
  const note = (problem: string | null) => {
    if (problem !== null && problem !== complaint) logger.warn(`mirror: ${problem}`);
    if (problem === null && complaint !== null) logger.info('mirror: fresh again');
    complaint = problem;
    failures = problem === null ? 0 : failures + 1;
  };
  const run = async () => {
    try {
      note(await round());
    } catch (error) {
      if (signal.aborted) return;
      if (isUpstreamFailure(error)) return note(failureReason(error));
      failures += 1;
      logger.error({ error }, 'mirror: the sync failed');
    }
  };
  const schedule = (pauseMs: number) => {
    timer = clock.after(pauseMs, () => {
      current = run().then(() => {
        if (!signal.aborted) schedule(nextPauseMs(failures, random()));
      });
    });
  };

  return {
    start() {
      watchProgress();
      schedule(0);
    },
    async stop() {
      stopping.abort(new Error('The gateway stops.'));
      timer?.cancel();
      progressTimer?.cancel();
      await current;
      const patience = Promise.withResolvers<void>();
      const alarm = clock.after(DRAIN_MS, patience.resolve);
      await Promise.race([mirror.idle(), patience.promise]);
      alarm.cancel();
    },
  };
}

/** @param random from 0 to 1, spreads the pause by a tenth to both sides. */
export function nextPauseMs(failures: number, random: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, ROUND_MS * 2 ** Math.min(failures, 20));
  return Math.round(pause * (1 + JITTER * (2 * random - 1)));
}

function isStale({ state }: ListFreshness): boolean {
  return state === 'STALE';
}
