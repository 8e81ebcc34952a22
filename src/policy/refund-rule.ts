// The shape of a refund rule; the choice among them is in refund-rules.ts.
import type { PolicySource } from './policy-sources.ts';

export type RefundProduct = 'DOMAIN' | 'CERTIFICATE' | 'MAIL';

/** For domains the processes of Gandi's price list; certificates are issued and reissued instead of created. */
export type RefundOperation = 'CREATE' | 'RENEW' | 'TRANSFER' | 'RESTORE' | 'CHANGE_OWNER' | 'ISSUE' | 'REISSUE';

export interface RefundRule {
  /** Stable, such as `domain/create/com`; later editions of a rule keep it and differ in `validFrom`. */
  readonly id: string;
  readonly product: RefundProduct;
  readonly operation: RefundOperation;
  /** A-labels, lower case, no dot in front; `*` = every extension without a rule of its own. */
  readonly tld: string;
  /** `UNKNOWN` is never to be shown as a yes, even with a window. */
  readonly refundable: 'YES' | 'NO' | 'UNKNOWN';
  /** Days from the start of the clock; null = there is none, or it is not known. */
  readonly windowDays: number | null;
  /** What starts the clock; null without a window. `ORDER` is the safe reading where the source names no start. */
  readonly clock: 'ORDER' | 'REGISTRY_CREATION' | null;
  /** What else has to hold, or should be known. */
  readonly conditions: readonly string[];
  readonly source: readonly PolicySource[];
  /** First UTC day of this edition, `YYYY-MM-DD`; a first edition has the day it was written down. */
  readonly validFrom: string;
}
