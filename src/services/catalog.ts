// What Gandi sells, to whom, for how much: availability, prices and TLDs.
import type { Clock } from '../lib/clock.ts';
import { tldRule } from '../policy/tld-rules.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { AVAILABILITY_LIMITS, type AvailabilityLimits, createAvailability } from './availability.ts';
import { createPrices } from './prices.ts';
import type { CatalogService } from './services.ts';
import { createTlds } from './tlds.ts';

export interface CatalogDeps {
  readonly port: Pick<GandiPort, 'availability' | 'prices' | 'tlds' | 'tld'>;
  readonly store: Pick<Store, 'prices' | 'tlds' | 'mirrorLists'>;
  readonly clock: Clock;
  /** Oldest prices and TLDs that are given without asking Gandi, unless the operation demands better. */
  readonly maxAgeSeconds: number;
  /** Called when something was told in the log of events. */
  readonly onEvents?: () => void;
  readonly availability?: Partial<AvailabilityLimits>;
}

export function createCatalogService(deps: CatalogDeps): CatalogService {
  const limits = { ...AVAILABILITY_LIMITS, ...deps.availability };
  return {
    availability: createAvailability({ ...deps, limits }),
    prices: createPrices(deps),
    ...createTlds(deps),
    policy: tldRule,
  };
}
