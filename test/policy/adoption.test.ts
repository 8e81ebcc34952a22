// The decision table of adoption: for each place of a domain and each wish, the route, why, and what comes with it.
import { describe, expect, test } from 'vitest';
import { type AdoptionFacts, decideAdoption } from '../../src/policy/adoption.ts';

const GENERIC: AdoptionFacts['tld'] = { isGeneric: true, canChangeRegistrant: true, needsAuthCode: true };
const COUNTRY: AdoptionFacts['tld'] = { isGeneric: false, canChangeRegistrant: null, needsAuthCode: false };
type Place = AdoptionFacts['place'];
type Here = Extract<Place, { kind: 'payer' }>;

const here = (more: Partial<Here> = {}): Place => ({
  kind: 'payer',
  clientId: null,
  eppStatuses: [],
  isExpired: false,
  autoRenew: false,
  ...more,
});
const away = (more: Partial<Extract<Place, { kind: 'elsewhere' }>> = {}): Place => ({
  kind: 'elsewhere',
  isInternal: false,
  obstacle: null,
  ...more,
});
const ANNA: AdoptionFacts['target'] = { kind: 'client', id: 'anna' };
const NEW: AdoptionFacts['target'] = { kind: 'client', id: null };
const ALONE: AdoptionFacts['target'] = { kind: 'own-account' };

interface Row {
  readonly when: string;
  readonly place: Place;
  readonly target: AdoptionFacts['target'];
  readonly tld?: AdoptionFacts['tld'];
  readonly busy?: boolean;
  readonly answer: string;
  readonly inputs?: string;
  readonly effects?: string;
}

const TABLE: readonly Row[] = [
  // Route A: it is not in the organization that pays.
  {
    when: 'at another registrar, for a client',
    place: away(),
    target: ANNA,
    answer: 'TRANSFER_IN OTHER_REGISTRAR',
    inputs: 'AUTH_CODE HOLDER_APPROVAL',
    effects: 'NAMESERVERS_STAY TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'at another registrar, for a new client',
    place: away(),
    target: NEW,
    answer: 'TRANSFER_IN OTHER_REGISTRAR',
    inputs: 'AUTH_CODE HOLDER_APPROVAL',
    effects: 'CLIENT_IS_CREATED NAMESERVERS_STAY TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'at another registrar, of an extension without auth codes',
    place: away(),
    target: ANNA,
    tld: COUNTRY,
    answer: 'TRANSFER_IN OTHER_REGISTRAR',
    inputs: 'HOLDER_APPROVAL',
    effects: 'NAMESERVERS_STAY',
  },
  {
    when: 'at another registrar, of an extension Gandi says nothing about',
    place: away(),
    target: ANNA,
    tld: { ...COUNTRY, needsAuthCode: null },
    answer: 'TRANSFER_IN OTHER_REGISTRAR',
    inputs: 'AUTH_CODE HOLDER_APPROVAL',
    effects: 'NAMESERVERS_STAY',
  },
  {
    when: 'at Gandi in another account',
    place: away({ isInternal: true }),
    target: ANNA,
    answer: 'TRANSFER_IN OTHER_GANDI_ACCOUNT',
    inputs: 'AUTH_CODE HOLDER_APPROVAL',
    effects: 'NAMESERVERS_STAY TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'somewhere that Gandi does not tell',
    place: away({ isInternal: null }),
    target: ANNA,
    answer: 'TRANSFER_IN OTHER_REGISTRAR',
    inputs: 'AUTH_CODE HOLDER_APPROVAL',
    effects: 'NAMESERVERS_STAY TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'in another organization of the reseller',
    place: { kind: 'credential', obstacle: null },
    target: ANNA,
    answer: 'TRANSFER_IN OWN_OTHER_ORGANIZATION',
    inputs: 'AUTH_CODE HOLDER_APPROVAL',
    effects: 'NAMESERVERS_STAY TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'in another organization of the reseller, locked',
    place: { kind: 'credential', obstacle: 'TRANSFER_LOCKED' },
    target: ANNA,
    answer: 'IMPOSSIBLE TRANSFER_LOCKED',
  },
  {
    when: 'at another registrar, locked',
    place: away({ obstacle: 'TRANSFER_LOCKED' }),
    target: ANNA,
    answer: 'IMPOSSIBLE TRANSFER_LOCKED',
  },
  {
    when: 'registered a short time ago',
    place: away({ obstacle: 'TOO_YOUNG' }),
    target: ANNA,
    answer: 'IMPOSSIBLE TOO_YOUNG',
  },
  {
    when: 'of an extension Gandi does not take',
    place: away({ obstacle: 'TLD_UNSUPPORTED' }),
    target: NEW,
    answer: 'IMPOSSIBLE TLD_UNSUPPORTED',
  },
  {
    when: 'held by nobody',
    place: away({ obstacle: 'NOT_REGISTERED' }),
    target: ANNA,
    answer: 'IMPOSSIBLE NOT_REGISTERED',
  },
  {
    when: 'refused by Gandi for a reason of its own',
    place: away({ obstacle: 'OTHER' }),
    target: ANNA,
    answer: 'IMPOSSIBLE OTHER',
  },
  {
    when: 'here for Gandi and not for the mirror',
    place: away({ obstacle: 'ALREADY_HERE' }),
    target: ANNA,
    answer: 'IMPOSSIBLE NOT_KNOWN',
  },
  {
    when: 'at another registrar, wanted by a client alone',
    place: away(),
    target: ALONE,
    answer: 'IMPOSSIBLE NOT_UNDER_RESELLER',
  },
  {
    when: 'in another organization of the reseller, wanted by a client alone',
    place: { kind: 'credential', obstacle: null },
    target: ALONE,
    answer: 'IMPOSSIBLE NOT_UNDER_RESELLER',
  },
  // Route B: the client takes it.
  {
    when: 'here, wanted by its client alone',
    place: here({ clientId: 'anna' }),
    target: ALONE,
    answer: 'CLIENT_RECLAIM LEAVES_RESELLER',
    inputs: 'HAND_OVER_AUTH_CODE HOLDER_APPROVAL',
    effects: 'LEAVES_MANAGEMENT MAILBOXES_ARE_REMOVED ZONE_SHOULD_BE_EXPORTED CERTIFICATES_STAY_WITH_OLD_OWNER',
  },
  {
    when: 'here and locked, wanted by its client alone',
    place: here({ clientId: 'anna', eppStatuses: ['clientTransferProhibited'] }),
    target: ALONE,
    answer: 'CLIENT_RECLAIM LEAVES_RESELLER',
    inputs: 'UNLOCK HAND_OVER_AUTH_CODE HOLDER_APPROVAL',
    effects: 'LEAVES_MANAGEMENT MAILBOXES_ARE_REMOVED ZONE_SHOULD_BE_EXPORTED CERTIFICATES_STAY_WITH_OLD_OWNER',
  },
  {
    when: 'here with auto-renewal, wanted by its client alone',
    place: here({ clientId: 'anna', autoRenew: true }),
    target: ALONE,
    answer: 'CLIENT_RECLAIM LEAVES_RESELLER',
    inputs: 'HAND_OVER_AUTH_CODE HOLDER_APPROVAL',
    effects:
      'LEAVES_MANAGEMENT MAILBOXES_ARE_REMOVED ZONE_SHOULD_BE_EXPORTED CERTIFICATES_STAY_WITH_OLD_OWNER AUTO_RENEW_MAY_BE_LOST',
  },
  {
    when: 'here in the reseller’s name, wanted by a client alone',
    place: here(),
    target: ALONE,
    answer: 'CLIENT_RECLAIM LEAVES_RESELLER',
    inputs: 'HAND_OVER_AUTH_CODE HOLDER_APPROVAL',
    effects: 'LEAVES_MANAGEMENT MAILBOXES_ARE_REMOVED ZONE_SHOULD_BE_EXPORTED CERTIFICATES_STAY_WITH_OLD_OWNER',
  },
  {
    when: 'here, in dispute, wanted by its client alone',
    place: here({ clientId: 'anna', eppStatuses: ['serverTransferProhibited'] }),
    target: ALONE,
    answer: 'IMPOSSIBLE REGISTRY_LOCK',
  },
  {
    when: 'here, held by the registry, wanted by its client alone',
    place: here({ clientId: 'anna', eppStatuses: ['serverHold'] }),
    target: ALONE,
    answer: 'IMPOSSIBLE REGISTRY_LOCK',
  },
  {
    when: 'here and leaving already',
    place: here({ clientId: 'anna', eppStatuses: ['pendingTransfer'] }),
    target: ALONE,
    answer: 'IMPOSSIBLE DEPARTING',
  },
  {
    when: 'here and expired, wanted by its client alone',
    place: here({ clientId: 'anna', isExpired: true }),
    target: ALONE,
    answer: 'IMPOSSIBLE EXPIRED',
  },
  // Route C: it stays in the organization.
  {
    when: 'here in the reseller’s name, for a client',
    place: here(),
    target: ANNA,
    answer: 'CHANGE_REGISTRANT NO_CLIENT_YET',
    inputs: 'BOTH_APPROVALS',
    effects: 'CERTIFICATES_STAY_WITH_OLD_OWNER TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'here in the reseller’s name with auto-renewal, for a new client',
    place: here({ autoRenew: true }),
    target: NEW,
    answer: 'CHANGE_REGISTRANT NO_CLIENT_YET',
    inputs: 'BOTH_APPROVALS',
    effects: 'CLIENT_IS_CREATED AUTO_RENEW_IS_SWITCHED_OFF CERTIFICATES_STAY_WITH_OLD_OWNER TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'here with another client',
    place: here({ clientId: 'bert' }),
    target: ANNA,
    answer: 'CHANGE_REGISTRANT OTHER_CLIENT',
    inputs: 'BOTH_APPROVALS',
    effects: 'CERTIFICATES_STAY_WITH_OLD_OWNER TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'here, of an extension Gandi says nothing about',
    place: here({ clientId: 'bert' }),
    target: ANNA,
    tld: COUNTRY,
    answer: 'CHANGE_REGISTRANT OTHER_CLIENT',
    inputs: 'BOTH_APPROVALS',
    effects: 'CERTIFICATES_STAY_WITH_OLD_OWNER MAY_NEED_SUPPORT',
  },
  {
    when: 'here, locked only against transfers, with another client',
    place: here({ clientId: 'bert', eppStatuses: ['clientTransferProhibited'] }),
    target: ANNA,
    answer: 'CHANGE_REGISTRANT OTHER_CLIENT',
    inputs: 'BOTH_APPROVALS',
    effects: 'CERTIFICATES_STAY_WITH_OLD_OWNER TRANSFER_LOCK_MAY_FOLLOW',
  },
  {
    when: 'here, of an extension that cannot change its registrant',
    place: here(),
    target: ANNA,
    tld: { ...GENERIC, canChangeRegistrant: false },
    answer: 'IMPOSSIBLE REGISTRANT_CHANGE_UNSUPPORTED',
  },
  {
    when: 'here, in dispute, with another client',
    place: here({ clientId: 'bert', eppStatuses: ['serverUpdateProhibited'] }),
    target: ANNA,
    answer: 'IMPOSSIBLE REGISTRY_LOCK',
  },
  {
    when: 'here, expired, with another client',
    place: here({ clientId: 'bert', isExpired: true }),
    target: ANNA,
    answer: 'IMPOSSIBLE EXPIRED',
  },
  {
    when: 'here, leaving, with another client',
    place: here({ clientId: 'bert', eppStatuses: ['pendingTransfer'] }),
    target: ANNA,
    answer: 'IMPOSSIBLE DEPARTING',
  },
  {
    when: 'here with this very client',
    place: here({ clientId: 'anna' }),
    target: ANNA,
    answer: 'ALREADY_THERE BELONGS_TO_CLIENT',
  },
  {
    when: 'here with this very client, expired and locked',
    place: here({ clientId: 'anna', isExpired: true, eppStatuses: ['serverHold'] }),
    target: ANNA,
    answer: 'ALREADY_THERE BELONGS_TO_CLIENT',
  },
  // Whatever the wish.
  {
    when: 'under an order that has not ended',
    place: away(),
    target: ANNA,
    busy: true,
    answer: 'IMPOSSIBLE ORDER_UNDER_WAY',
  },
  { when: 'nobody knows where', place: { kind: 'unknown' }, target: ANNA, answer: 'IMPOSSIBLE NOT_KNOWN' },
  {
    when: 'nobody knows where, wanted by a client alone',
    place: { kind: 'unknown' },
    target: ALONE,
    answer: 'IMPOSSIBLE NOT_KNOWN',
  },
];

describe('a domain that is', () => {
  test.each(TABLE)(
    '$when: $answer',
    ({ place, target, tld = GENERIC, busy = false, answer, inputs = '', effects = '' }) => {
      const decision = decideAdoption({ place, target, tld, hasOrderUnderWay: busy });
      expect(`${decision.route} ${decision.reason}`).toBe(answer);
      expect(decision.inputs.join(' ')).toBe(inputs);
      expect(decision.effects.join(' ')).toBe(effects);
    },
  );
});
