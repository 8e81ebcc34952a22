// What the parts of the mirror share.
import type { Clock } from '../lib/clock.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import type { MirrorAges } from './demand.ts';
import type { Flights } from './flights.ts';
import type { Lists, ListWaits } from './lists.ts';

export { LIST_KEYS } from '../store/list-keys.ts';

/** What of Gandi the mirror copies. */
export type MirroredPort = Pick<GandiPort, 'user' | 'organizations' | 'clients' | 'client' | 'domains' | 'domain'>;

export type MirrorStore = Pick<Store, 'organizations' | 'clients' | 'domains' | 'mirrorLists' | 'facts'>;

export interface MirrorOptions {
  readonly port: MirroredPort;
  readonly store: MirrorStore;
  readonly clock: Clock;
  /** Default: those of {@link DEFAULT_AGES}. */
  readonly ages?: Partial<MirrorAges>;
  readonly waits?: Partial<ListWaits> & {
    /** Longest wait for single details, in milliseconds. */
    readonly detailMs?: number;
  };
  /** Items asked for with each page. Default 100: Gandi documents no largest size and clients use this one. */
  readonly pageSize?: number;
  /** Called when something was told in the log of events. */
  readonly onEvents?: () => void;
  /** Calls of one piece of work that are under way at the same time. Default 16. */
  readonly atOnce?: number;
}

/** Handed to each part. */
export interface Parts {
  readonly port: MirroredPort;
  readonly store: MirrorStore;
  readonly clock: Clock;
  readonly ages: MirrorAges;
  readonly flights: Flights;
  readonly lists: Lists;
  readonly pageSize: number;
  readonly atOnce: number;
  readonly detailWaitMs: number;
  /** To be called after each write to the store, with the events that came of it. */
  readonly wrote: (events?: readonly EventRecord[]) => void;
}
