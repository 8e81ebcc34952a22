// The shape of what is known of an extension; the lookup is in tld-rules.ts.
import type { PolicySource } from './policy-sources.ts';

/**
 * One extension at Gandi. Live answers of Gandi and its FAQ win over these figures. Everywhere null = not known; a phase
 * of 0 days does not exist.
 */
export interface TldRule {
  /** A-labels, lower case, no dot in front: `co.uk`. */
  readonly tld: string;
  readonly category: 'GTLD' | 'CCTLD';
  /** Name of the organization behind it. */
  readonly registry: string | null;
  /** Days in which the registry takes a fresh registration back, as seen elsewhere. Refunds go by `refundRule`. */
  readonly addGraceDays: number | null;
  /** Days after expiry in which Gandi still renews; often one day less than the registry. */
  readonly autoRenewGraceDays: number | null;
  /** Days after the late renewal in which the name can be restored. */
  readonly redemptionDays: number | null;
  /** Days after the redemption until the name is free; nothing is possible in them. */
  readonly pendingDeleteDays: number | null;
  /** Shortest and longest term, years. */
  readonly minYears: number | null;
  readonly maxYears: number | null;
  /** What a transfer in needs. `IPS_TAG`: no code, the old registrar sets the tag (UK). */
  readonly transferAuthCode: 'YES' | 'NO' | 'IPS_TAG' | null;
  /** Usual upper bound of the registry's step, days from the holder's consent; 0 = at once. */
  readonly transferTypicalDays: number | null;
  /** Whether a transfer adds a year to the expiry. */
  readonly transferAddsYear: boolean | null;
  /** What a transfer does to the expiry; `NEW_TERM` counts from the day of transfer. */
  readonly transferExpiry: 'ADDED' | 'NEW_TERM' | 'UNCHANGED' | null;
  /** Days after registration and after a transfer in which none can start; a change of holder may lock for 60 more. */
  readonly lockAfterCreateDays: number | null;
  readonly lockAfterTransferDays: number | null;
  /** Whether the holder can lock against transfers. */
  readonly transferLockSupported: boolean | null;
  /** First and last day of renewal, days relative to expiry: -6 is six days before. */
  readonly renewFromDay: number | null;
  readonly renewByDay: number | null;
  /** `FREE`: without charge. `TRADE`: a registry procedure. `SUPPORT`: a form or code through Gandi's support. */
  readonly changeOfRegistrant: 'FREE' | 'TRADE' | 'SUPPORT' | null;
  /** true: the owner can be changed online, at a price to be asked. */
  readonly ownerChangeOnline: true | null;
  /** Whether only some may hold a name. */
  readonly localPresence: 'NONE' | 'REQUIRED' | null;
  /** Who may hold a name, or what else is asked of the holder. */
  readonly eligibility: string | null;
  /** Gandi's contact parameters that can be required. */
  readonly contactFieldsRequired: readonly string[];
  readonly idn: boolean | null;
  readonly dnssec: boolean | null;
  /** Whether Gandi's FAQ limits what a parking page may show. */
  readonly parkingRestricted: boolean | null;
  /** Whether the registry sells premium names. */
  readonly premium: boolean | null;
  readonly notes: readonly string[];
  /** The properties that rest on general knowledge only. */
  readonly general: readonly TldFact[];
  /**
   * How sure late renewal and redemption are. `DOC`: read in documentation of a registry or registrar. `CLIENT`: only
   * in published program code, mostly a copy of Gandi's table. `GENERAL`: neither.
   */
  readonly certainty: 'DOC' | 'CLIENT' | 'GENERAL';
  readonly source: readonly PolicySource[];
}

export type TldFact = Exclude<keyof TldRule, 'tld' | 'category' | 'notes' | 'general' | 'certainty' | 'source'>;

/** The part of a rule that is no figure, or a rare one; what is left out is not known or empty. */
export type TldDetails = Pick<TldRule, 'general' | 'certainty' | 'source'> &
  Partial<{
    readonly registry: string;
    readonly eligibility: string;
    readonly contactFieldsRequired: readonly string[];
    readonly renewFromDay: number;
    readonly renewByDay: number;
    readonly notes: readonly string[];
  }>;
