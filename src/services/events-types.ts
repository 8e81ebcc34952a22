// What the log of events tells: events with their cursors, what subscriptions say of things, and the notice that something was missed.
import type { EventRecord, OrderKind, OrderRecord } from '../store/records.ts';
import type { EventFilter } from '../store/store.ts';

/** A message that says where in the log it stands. */
export interface Positioned {
  /** Position in the log, to resume after. */
  readonly cursor: string;
}

/** Events after the reader's cursor were removed before it came back. Always the first message. */
export interface GapNotice extends Positioned {
  readonly gap: 'EXPIRED';
  /** When the last event happened that is no longer there, epoch milliseconds. */
  readonly missedUntil: number;
}

export function isGap(message: object): message is GapNotice {
  return 'gap' in message;
}

/** An event as a caller with certain rights gets it. */
export interface EventNode extends EventRecord, Positioned {}

export interface OrderUpdate extends Positioned {
  /** The order as it was after this very change. */
  readonly order: OrderRecord;
  readonly occurredAt: number;
}

export interface DomainUpdate extends Positioned {
  /** A-label, lower case. */
  readonly domainName: string;
  readonly organizationId: string | null;
  /** What happened; null when it only tells that the domain is there. */
  readonly event: EventNode | null;
  readonly occurredAt: number;
}

/** Which orders to follow; every condition given must hold. */
export interface OrderWatch {
  readonly orderIds?: readonly string[];
  readonly organizationId?: string;
  readonly clientId?: string;
  readonly domainName?: string;
  readonly kinds?: readonly OrderKind[];
}

/** Which domains to follow; every condition given must hold. */
export type DomainWatch = Pick<EventFilter, 'organizationId' | 'clientId' | 'domainNames' | 'tlds'>;

/** Where a subscription goes on, and until when. */
export interface Following {
  readonly after: string | null;
  readonly signal: AbortSignal;
}

export { EVENT_TYPES } from '../store/records.ts';
