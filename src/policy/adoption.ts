// Which way a domain gets to whoever should hold it: the three routes of Gandi's reseller FAQ, as one pure decision.

export type AdoptionRoute = 'TRANSFER_IN' | 'CLIENT_RECLAIM' | 'CHANGE_REGISTRANT' | 'ALREADY_THERE' | 'IMPOSSIBLE';

/** Why Gandi would not start a transfer of a domain that is not here. */
export type AdoptionObstacle =
  | 'TRANSFER_LOCKED'
  | 'TOO_YOUNG'
  | 'ALREADY_HERE'
  | 'TLD_UNSUPPORTED'
  | 'NOT_REGISTERED'
  | 'OTHER';

export type AdoptionReason =
  | 'BELONGS_TO_CLIENT'
  | 'NO_CLIENT_YET'
  | 'OTHER_CLIENT'
  | 'LEAVES_RESELLER'
  | 'OWN_OTHER_ORGANIZATION'
  | 'OTHER_GANDI_ACCOUNT'
  | 'OTHER_REGISTRAR'
  | 'ORDER_UNDER_WAY'
  | 'DEPARTING'
  | 'REGISTRY_LOCK'
  | 'EXPIRED'
  | 'REGISTRANT_CHANGE_UNSUPPORTED'
  | 'NOT_UNDER_RESELLER'
  | 'NOT_KNOWN'
  | Exclude<AdoptionObstacle, 'ALREADY_HERE'>;

/** What the caller has to bring or do. */
export type AdoptionInput = 'AUTH_CODE' | 'HOLDER_APPROVAL' | 'BOTH_APPROVALS' | 'UNLOCK' | 'HAND_OVER_AUTH_CODE';

/** What happens besides. */
export type AdoptionEffect =
  | 'CLIENT_IS_CREATED'
  | 'AUTO_RENEW_IS_SWITCHED_OFF'
  | 'CERTIFICATES_STAY_WITH_OLD_OWNER'
  | 'TRANSFER_LOCK_MAY_FOLLOW'
  | 'MAY_NEED_SUPPORT'
  | 'NAMESERVERS_STAY'
  | 'LEAVES_MANAGEMENT'
  | 'MAILBOXES_ARE_REMOVED'
  | 'ZONE_SHOULD_BE_EXPORTED'
  | 'AUTO_RENEW_MAY_BE_LOST';

export interface AdoptionFacts {
  /** Where the domain is. `payer` is the organization that pays; `credential` another one that the same credential sees. */
  readonly place:
    | {
        readonly kind: 'payer';
        /** null: in the reseller's own name. */
        readonly clientId: string | null;
        /** Gandi's spelling; an open set. */
        readonly eppStatuses: readonly string[];
        readonly isExpired: boolean;
        readonly autoRenew: boolean;
      }
    | { readonly kind: 'credential'; readonly obstacle: AdoptionObstacle | null }
    | { readonly kind: 'elsewhere'; readonly isInternal: boolean | null; readonly obstacle: AdoptionObstacle | null }
    | { readonly kind: 'unknown' };
  /** Who should hold it: a client (id null = one to be created), or the client alone, in an account of its own. */
  readonly target: { readonly kind: 'client'; readonly id: string | null } | { readonly kind: 'own-account' };
  readonly hasOrderUnderWay: boolean;
  /** What Gandi says of the extension; null = it does not say. */
  readonly tld: {
    readonly isGeneric: boolean;
    readonly canChangeRegistrant: boolean | null;
    readonly needsAuthCode: boolean | null;
  };
}

export interface AdoptionDecision {
  readonly route: AdoptionRoute;
  readonly reason: AdoptionReason;
  readonly inputs: readonly AdoptionInput[];
  readonly effects: readonly AdoptionEffect[];
}

type Here = Extract<AdoptionFacts['place'], { kind: 'payer' }>;

/** Locks that only the registry, a panel or a court lifts (RFC 5731, section 2.3). */
const REGISTRY_LOCKS: ReadonlySet<string> = new Set(['serverTransferProhibited', 'serverHold']);
const REGISTRY_UPDATE_LOCKS: ReadonlySet<string> = new Set([
  'serverUpdateProhibited',
  'serverHold',
  'serverTransferProhibited',
]);

/**
 * The route that applies now, or why none does. Routes and their conditions: Gandi's reseller FAQ, bringing an existing domain under the reseller; effects:
 * Gandi v5 docs, changeowner, and docs.gandi.net, transfers.
 */
export function decideAdoption(facts: AdoptionFacts): AdoptionDecision {
  if (facts.hasOrderUnderWay) return impossible('ORDER_UNDER_WAY');
  const { place, target } = facts;
  switch (place.kind) {
    case 'unknown':
      return impossible('NOT_KNOWN');
    case 'payer':
      return target.kind === 'own-account' ? reclaim(place) : withinReseller(place, target.id, facts);
    case 'credential':
    case 'elsewhere':
      return target.kind === 'own-account' ? impossible('NOT_UNDER_RESELLER') : transferIn(place, target.id, facts);
  }
}

/** Route A. */
function transferIn(
  place: Extract<AdoptionFacts['place'], { kind: 'credential' | 'elsewhere' }>,
  targetId: string | null,
  { tld }: AdoptionFacts,
): AdoptionDecision {
  if (place.obstacle === 'ALREADY_HERE') return impossible('NOT_KNOWN');
  if (place.obstacle !== null) return impossible(place.obstacle);
  return {
    route: 'TRANSFER_IN',
    reason:
      place.kind === 'credential'
        ? 'OWN_OTHER_ORGANIZATION'
        : place.isInternal === true
          ? 'OTHER_GANDI_ACCOUNT'
          : 'OTHER_REGISTRAR',
    inputs: tld.needsAuthCode === false ? ['HOLDER_APPROVAL'] : ['AUTH_CODE', 'HOLDER_APPROVAL'],
    effects: [
      ...created(targetId),
      'NAMESERVERS_STAY',
      ...(tld.isGeneric ? (['TRANSFER_LOCK_MAY_FOLLOW'] as const) : []),
    ],
  };
}

/** Route B: the domain leaves the reseller, whoever of its clients holds it. */
function reclaim({ eppStatuses, isExpired, autoRenew }: Here): AdoptionDecision {
  if (eppStatuses.includes('pendingTransfer')) return impossible('DEPARTING');
  if (eppStatuses.some((status) => REGISTRY_LOCKS.has(status))) return impossible('REGISTRY_LOCK');
  if (isExpired) return impossible('EXPIRED');
  const isLocked = eppStatuses.includes('clientTransferProhibited');
  return {
    route: 'CLIENT_RECLAIM',
    reason: 'LEAVES_RESELLER',
    inputs: [...(isLocked ? (['UNLOCK'] as const) : []), 'HAND_OVER_AUTH_CODE', 'HOLDER_APPROVAL'],
    effects: [
      'LEAVES_MANAGEMENT',
      'MAILBOXES_ARE_REMOVED',
      'ZONE_SHOULD_BE_EXPORTED',
      'CERTIFICATES_STAY_WITH_OLD_OWNER',
      ...(autoRenew ? (['AUTO_RENEW_MAY_BE_LOST'] as const) : []),
    ],
  };
}

/** Route C. */
function withinReseller(
  { clientId, eppStatuses, isExpired, autoRenew }: Here,
  targetId: string | null,
  { tld }: AdoptionFacts,
): AdoptionDecision {
  if (clientId !== null && clientId === targetId)
    return { route: 'ALREADY_THERE', reason: 'BELONGS_TO_CLIENT', inputs: [], effects: [] };
  if (eppStatuses.includes('pendingTransfer')) return impossible('DEPARTING');
  if (eppStatuses.some((status) => REGISTRY_UPDATE_LOCKS.has(status))) return impossible('REGISTRY_LOCK');
  if (isExpired) return impossible('EXPIRED');
  if (tld.canChangeRegistrant === false) return impossible('REGISTRANT_CHANGE_UNSUPPORTED');
  return {
    route: 'CHANGE_REGISTRANT',
    reason: clientId === null ? 'NO_CLIENT_YET' : 'OTHER_CLIENT',
    inputs: ['BOTH_APPROVALS'],
    effects: [
      ...created(targetId),
      ...(autoRenew ? (['AUTO_RENEW_IS_SWITCHED_OFF'] as const) : []),
      'CERTIFICATES_STAY_WITH_OLD_OWNER',
      ...(tld.isGeneric ? (['TRANSFER_LOCK_MAY_FOLLOW'] as const) : []),
      ...(tld.canChangeRegistrant === null ? (['MAY_NEED_SUPPORT'] as const) : []),
    ],
  };
}

function created(targetId: string | null): readonly AdoptionEffect[] {
  return targetId === null ? ['CLIENT_IS_CREATED'] : [];
}

function impossible(reason: AdoptionReason): AdoptionDecision {
  return { route: 'IMPOSSIBLE', reason, inputs: [], effects: [] };
}
