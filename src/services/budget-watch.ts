// Tells when the gateway can ask Gandi less than it wants to, and when that is over: one event at each end of an episode, whichever replicas are in it.
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { type BudgetTrouble, payloadOf } from '../store/event-payloads.ts';
import type { EventType } from '../store/records.ts';
import type { NewEvent, Store } from '../store/store.ts';
import type { BudgetSnapshot } from '../upstream/budget/snapshot.ts';

export interface BudgetWatchDeps {
  readonly store: Pick<Store, 'announcements' | 'facts'>;
  readonly snapshot: () => Pick<BudgetSnapshot, 'pausedUntil' | 'refused' | 'mode'>;
  readonly clock: Clock;
  /** Called when something was told in the log of events. */
  readonly onEvents: () => void;
}

export interface BudgetWatch {
  /** No call. @returns null: it is called again after the job's own pause, which should be a few seconds. */
  round(): Promise<null>;
  /** There was trouble just now, however short; the next round tells it. */
  report(trouble: BudgetTrouble): void;
}

/** Without trouble for so long, an episode is over. */
const QUIET_MS = 60_000;
/** Refusals that follow on each other for so long are no burst. */
const SATURATED_MS = 60_000;
const LONGEST_GAP_MS = 15_000;
const FACT = 'budget:episode';

const episodeSchema = z.object({
  number: z.number().int(),
  isOpen: z.boolean(),
  reason: z.enum(['RATE_LIMITED', 'SATURATED', 'SHARED_BUDGET_LOST']),
  since: z.number(),
  pausedUntil: z.number().nullable(),
  lastTroubleAt: z.number(),
});
type Episode = z.infer<typeof episodeSchema>;

export function createBudgetWatch({ store, snapshot, clock, onEvents }: BudgetWatchDeps): BudgetWatch {
  let reported: BudgetTrouble | null = null;
  let refusedBefore = refusals(snapshot());
  let refusingSince = clock.now();
  let lastRefusalAt = Number.NEGATIVE_INFINITY;
  let wasAlone = false;

  /** Refusals and the loss of the shared budget count when they last; that Gandi asks for fewer calls counts at once. */
  const troubleNow = (now: number): BudgetTrouble | null => {
    const seen = snapshot();
    const refused = refusals(seen);
    if (refused > refusedBefore) {
      if (now - lastRefusalAt > LONGEST_GAP_MS) refusingSince = now;
      lastRefusalAt = now;
    }
    refusedBefore = refused;
    const isAlone = seen.mode === 'alone';
    const staysAlone = isAlone && wasAlone;
    wasAlone = isAlone;
    const told = reported;
    reported = null;
    if (seen.pausedUntil !== null) return 'RATE_LIMITED';
    if (told !== null) return told;
    if (staysAlone) return 'SHARED_BUDGET_LOST';
    const isSaturated = now - lastRefusalAt <= LONGEST_GAP_MS && now - refusingSince >= SATURATED_MS;
    return isSaturated ? 'SATURATED' : null;
  };
  const read = async (): Promise<Episode | null> => {
    const text = await store.facts.get(FACT);
    return text === null ? null : episodeSchema.parse(JSON.parse(text));
  };
  const write = (episode: Episode) => store.facts.set(FACT, JSON.stringify(episode));

  /** Once for each episode, whoever comes first; a process that died in between has told it, or another one does. */
  const tell = async (type: EventType, number: number, payload: NewEvent['payload'], occurredAt: number) => {
    const event = await store.announcements.once(`${type}:${number}`, {
      ...{ organizationId: null, clientId: null, domainName: null },
      type,
      subjectType: 'Gateway',
      subjectId: 'budget',
      payload,
      occurredAt,
    });
    if (event !== null) onEvents();
  };
  const tellDegraded = ({ number, reason, since, pausedUntil }: Episode) =>
    tell('BUDGET_DEGRADED', number, payloadOf('BUDGET_DEGRADED', { reason, since, pausedUntil }), since);

  return {
    report(trouble) {
      reported = trouble;
    },
    async round() {
      const now = clock.now();
      const trouble = troubleNow(now);
      const known = await read();
      const open = known?.isOpen === true ? known : null;
      if (trouble !== null) {
        const fresh = {
          number: (known?.number ?? 0) + 1,
          isOpen: true,
          reason: trouble,
          since: now,
          pausedUntil: snapshot().pausedUntil,
        };
        const episode = { ...(open ?? fresh), lastTroubleAt: now };
        await write(episode);
        await tellDegraded(episode);
      } else if (open !== null && now - open.lastTroubleAt >= QUIET_MS) {
        const { number, reason, since, lastTroubleAt } = open;
        await tellDegraded(open);
        const payload = payloadOf('BUDGET_RESTORED', { reason, since, until: lastTroubleAt });
        await tell('BUDGET_RESTORED', number, payload, now);
        await write({ ...open, isOpen: false });
      }
      return null;
    },
  };
}

function refusals({ refused }: Pick<BudgetSnapshot, 'refused'>): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0);
}
