// Whether a domain that Gandi's list no longer shows is gone, not there for now, or simply not known: never decided by an error.
import type { Presence } from '../store/records.ts';

/** How the last pass over Gandi's list of domains went. */
export type ListEvidence =
  /** Every page came, no name twice, and as many names as Gandi counted. */
  | 'clean'
  /** Names moved between pages, or their number is not the one Gandi counted. */
  | 'shifted'
  /** Gandi did not say how many there are. */
  | 'uncounted'
  /** Continued after an interruption, so that nobody saw all of it. */
  | 'resumed'
  /** No rows at all, where there were some. */
  | 'empty';

/** What the domain's own detail answered after that pass. */
export type DetailEvidence =
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'answers' }
  /** 404 in Gandi's JSON. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface AbsenceEvidence {
  readonly list: ListEvidence;
  readonly detail: DetailEvidence;
  /** Another resource answered with the same credential, after the list and before the detail. */
  readonly credentialWorks: boolean;
  /** The same list shows the domain in another organization. */
  readonly seenElsewhere: boolean;
}

export interface PresenceVerdict {
  readonly presence: Presence;
  readonly reason: string | null;
}

const MISSING: Readonly<Record<ListEvidence, string>> = {
  clean: 'Gandi’s list no longer shows it',
  shifted: 'Gandi’s list changed while it was read and did not show it',
  uncounted: 'Gandi’s list did not show it and does not say how many there are',
  resumed: 'Gandi’s list was read with an interruption and did not show it',
  empty: 'Gandi’s list is suddenly empty',
};

/**
 * ABSENT_CONFIRMED takes three things together: a clean list without the domain, then a success on another resource with the same credential, then a 404
 * of the detail. A detail that answers makes it PRESENT: domains in redemption leave the list while their detail still answers (Gandi v5 docs, domain);
 * only where the whole list vanished the two contradict each other too much. Everything else is UNKNOWN, with the reason.
 */
export function judgePresence({ list, detail, credentialWorks, seenElsewhere }: AbsenceEvidence): PresenceVerdict {
  const unknown = (reason: string): PresenceVerdict => ({ presence: 'UNKNOWN', reason: `${reason}.` });
  if (seenElsewhere) return unknown('Gandi’s list shows it in another organization');
  const missing = MISSING[list];
  if (detail.kind === 'answers')
    return list === 'empty'
      ? unknown(`${missing}, although its detail answers`)
      : { presence: 'PRESENT', reason: null };
  if (detail.kind === 'not-asked') return unknown(`${missing}; its detail was not read yet`);
  if (detail.kind === 'failed') return unknown(`${missing}; its detail could not be read: ${detail.reason}`);
  if (list !== 'clean') return unknown(`${missing}; its detail answers 404`);
  if (!credentialWorks)
    return unknown(`${missing} and its detail answers 404, but nothing shows that the credential still works`);
  return {
    presence: 'ABSENT_CONFIRMED',
    reason: 'Gandi’s complete list no longer shows it and its detail answers 404.',
  };
}

/** A detail that answered 404 while nothing is known against the domain otherwise. */
export const NOT_FOUND_ALONE: PresenceVerdict = {
  presence: 'UNKNOWN',
  reason: 'Its detail answers 404; Gandi’s list was not read since.',
};
