// Tells once a day, as long as it holds, that a prepaid account is low or will not pay for a renewal that is coming.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { EventType } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ExposureService, OperationScope, PrepaidBalance } from './services.ts';

export interface BalanceWatchDeps {
  readonly store: Pick<Store, 'organizations' | 'announcements'>;
  readonly exposure: Pick<ExposureService, 'balance'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A scope of the gateway itself. */
  readonly scopeOf: (organizationId: string) => OperationScope;
}

/** How far ahead renewals are looked at. */
const LOOK_AHEAD_DAYS = 30;

export interface BalanceWatch {
  /** One call for each account. @returns null: it is called again after the job's own pause. */
  round(signal: AbortSignal): Promise<null>;
}

export function createBalanceWatch({ store, exposure, bus, clock, logger, scopeOf }: BalanceWatchDeps): BalanceWatch {
  async function tell(type: EventType, found: PrepaidBalance): Promise<void> {
    const now = clock.now();
    const { organizationId } = found;
    const event = await store.announcements.once(`${type}:${new Date(now).toISOString().slice(0, 10)}`, {
      organizationId,
      clientId: null,
      domainName: null,
      type,
      subjectType: 'Organization',
      subjectId: organizationId,
      payload: { ...found },
      occurredAt: now,
    });
    if (event !== null) bus.publish('events');
  }
  return {
    async round(signal) {
      for (const { id, isReseller, missingAt } of await store.organizations.all()) {
        if (!isReseller || missingAt !== null) continue;
        signal.throwIfAborted();
        try {
          const found = await exposure.balance(scopeOf(id), { organizationId: id, withinDays: LOOK_AHEAD_DAYS });
          if (found?.isLow) await tell('BALANCE_LOW', found);
          if (found != null && found.runway.firstFailing !== null) await tell('RUNWAY_SHORT', found);
        } catch (error) {
          logger.warn({ error, organizationId: id }, 'The prepaid account could not be looked at.');
        }
      }
      return null;
    },
  };
}
