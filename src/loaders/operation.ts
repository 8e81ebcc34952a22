// What the loaders know of the operation they belong to.
import type { Clock } from '../lib/clock.ts';
import type { Demand, Mirror } from '../mirror/mirror.ts';
import type { Store, Visibility } from '../store/store.ts';

export interface Operation {
  readonly visibility: Visibility;
  readonly demand: () => Demand;
  readonly mirror: Mirror;
  readonly store: Store;
  readonly clock: Clock;
}
