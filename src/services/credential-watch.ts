// Tells when Gandi's credential is about to end, as far as the operator has said when, and when Gandi refuses it where it worked before.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { leadReached } from '../policy/leads.ts';
import { type CredentialExpiring, payloadOf } from '../store/event-payloads.ts';
import { LIST_KEYS } from '../store/list-keys.ts';
import type { Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { GandiPort } from '../upstream/port.ts';

export interface CredentialWatchDeps {
  readonly store: Pick<Store, 'announcements' | 'mirrorLists'>;
  readonly port: Pick<GandiPort, 'organizations'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** What the operator told, epoch milliseconds; null = nothing. Gandi documents no call that tells it of the credential in use. */
  readonly expiresAt: number | null;
}

export interface CredentialWatch {
  /** A call only while the list of organizations cannot be read and that is not told yet. @returns null: it is called again after the job's own pause. */
  round(signal: AbortSignal): Promise<null>;
}

const SUBJECT = 'credential';

export function createCredentialWatch({ store, port, bus, clock, expiresAt }: CredentialWatchDeps): CredentialWatch {
  const tell = async (key: string, payload: CredentialExpiring): Promise<void> => {
    const event = await store.announcements.once(key, {
      ...{ organizationId: null, clientId: null, domainName: null },
      type: 'CREDENTIAL_EXPIRING',
      subjectType: 'Gateway',
      subjectId: SUBJECT,
      payload: payloadOf('CREDENTIAL_EXPIRING', payload),
      occurredAt: clock.now(),
    });
    if (event !== null) bus.publish('events');
  };

  /** The mirror notes that the list failed, and not whether it was for the credential: that is asked here. */
  const isRefused = async (signal: AbortSignal): Promise<boolean> => {
    try {
      await port.organizations({ lane: 'poll', tenant: 'credential-watch', signal });
      return false;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return error.kind === 'unauthorized' || error.kind === 'forbidden';
    }
  };

  async function watchExpiry(told: ReadonlySet<string>): Promise<void> {
    if (expiresAt === null) return;
    const leadDays = leadReached(expiresAt, clock.now());
    const key = `expires:${expiresAt}:${leadDays}`;
    if (leadDays !== null && !told.has(key)) await tell(key, { reason: 'EXPIRES', expiresAt, leadDays });
  }

  async function watchRefusal(told: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const list = await store.mirrorLists.get(LIST_KEYS.organizations);
    if (list === null || list.completeAt === null || list.lastErrorAt === null) return;
    const key = `refused:${list.completeAt}`;
    if (told.has(key) || !(await isRefused(signal))) return;
    await tell(key, { reason: 'REFUSED', expiresAt, leadDays: null });
  }

  return {
    async round(signal) {
      const told = (await store.announcements.known('Gateway', [SUBJECT])).get(SUBJECT) ?? new Set();
      await watchExpiry(told);
      await watchRefusal(told, signal);
      return null;
    },
  };
}
