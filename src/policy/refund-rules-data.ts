// The refund rules themselves, grouped by what they have in common.
import {
  AERO_GRACE,
  aws,
  DERIVED_FROM_FAQ,
  DOMAINBOX,
  EXAMINED_NAMES,
  GANDI_API,
  GANDI_FAQ,
  GANDI_FAQ_ENGLISH,
  GANDI_SPECIAL_TRANSFERS,
  hexonet,
  ICANN_GRACE_LIMITS,
  LOGICBOXES,
  READ_ON,
  USUAL_GRACE,
} from './policy-sources.ts';
import type { RefundOperation, RefundProduct, RefundRule } from './refund-rule.ts';

type Answer = Pick<RefundRule, 'refundable' | 'windowDays' | 'clock' | 'conditions' | 'source'>;

const PLAIN_ONLY = 'Premium names are out, and so are names renewed or transferred since.';
const MARGIN = 'Leave a margin: the last hours are not safe.';
const FROM_ORDER = 'The source does not say when the clock starts; the order, the earliest moment, is taken.';
const NO_DELETION = 'Registrars cannot delete a registration at the registry.';

/** The registry takes a fresh registration back. */
const grace = (days: number, source: RefundRule['source'], ...first: readonly string[]): Answer => ({
  refundable: 'YES',
  windowDays: days,
  clock: 'REGISTRY_CREATION',
  conditions: [
    ...first,
    'Gandi has to accept the cancellation.',
    'ICANN limits how many fresh names a registrar may give up in a month: 50, or a tenth of its net gain.',
    PLAIN_ONLY,
    MARGIN,
  ],
  source,
});
const answer = (
  refundable: 'NO' | 'UNKNOWN',
  source: RefundRule['source'],
  ...conditions: readonly string[]
): Answer => ({ refundable, windowDays: null, clock: null, conditions, source });
const never = (source: RefundRule['source'], ...conditions: readonly string[]) => answer('NO', source, ...conditions);
const unknown = (source: RefundRule['source'], ...conditions: readonly string[]) =>
  answer('UNKNOWN', source, ...conditions);

/** Granted by two other registrars. */
const elsewhere = (days: number): Answer =>
  grace(days, [DOMAINBOX, LOGICBOXES], 'Two other registrars grant this period; that Gandi does is not confirmed.');
/** LogicBoxes shows four days: it keeps one as a margin. */
const SEEN_TWICE = grace(5, [ICANN_GRACE_LIMITS, DOMAINBOX, LOGICBOXES]);
const SEEN_AT_DOMAINBOX = grace(5, [ICANN_GRACE_LIMITS, DOMAINBOX]);
const SEEN_AT_LOGICBOXES = grace(5, [ICANN_GRACE_LIMITS, LOGICBOXES]);
const USUAL: Answer = {
  ...grace(
    5,
    [USUAL_GRACE, ICANN_GRACE_LIMITS],
    'Generic extensions usually have five days; nothing was found for this registry.',
  ),
  refundable: 'UNKNOWN',
};
const EXAMINED = unknown([EXAMINED_NAMES], 'The registry examines the name first; a grace period was not found.');
const TEN_DAYS_ONCE = unknown([DOMAINBOX], 'One old source names 10 days.');
const FIVE_OR_NONE = unknown([DOMAINBOX, LOGICBOXES], 'Sources disagree: 5 days, or none.');
const NO_GRACE = 'The registry has no grace after registration.';
const NONE_LISTED = 'No grace after registration is listed.';

export const REFUND_RULES: readonly RefundRule[] = [
  ...rules('DOMAIN', 'CREATE', {
    '*': unknown([GANDI_FAQ], 'Paid back only while the registry lets the new name be deleted.'),
    com: {
      refundable: 'YES',
      windowDays: 5,
      clock: 'ORDER',
      conditions: [FROM_ORDER, 'The registry itself counts from the creation.', PLAIN_ONLY, MARGIN],
      source: [GANDI_FAQ],
    },
    'net org info biz pro tel': SEEN_TWICE,
    'name mobi xyz online site shop store cat barcelona eus gal quebec scot': SEEN_AT_DOMAINBOX,
    'xxx asia': SEEN_AT_LOGICBOXES,
    aero: grace(5, [ICANN_GRACE_LIMITS, AERO_GRACE]),
    'app dev page paris bzh corsica alsace madrid jobs travel cloud nyc srl ltda radio': USUAL,
    'swiss sport': EXAMINED,
    io: { ...unknown([DOMAINBOX], 'One old source only.'), windowDays: 5, clock: 'REGISTRY_CREATION' },
    'co nl': FIVE_OR_NONE,
    me: elsewhere(2),
    'tv cc us in': elsewhere(5),
    fr: unknown([hexonet('FR'), DOMAINBOX], 'Sources disagree: none, or 5 days. Ask Gandi.'),
    re: never([DOMAINBOX, hexonet('RE')], NONE_LISTED),
    pm: never([DOMAINBOX, hexonet('PM')], NONE_LISTED),
    tf: never([DOMAINBOX, hexonet('TF')], NONE_LISTED),
    wf: never([DOMAINBOX, hexonet('WF')], NONE_LISTED),
    yt: never([DOMAINBOX, hexonet('YT')], NONE_LISTED),
    de: never([hexonet('DE'), DOMAINBOX], NO_GRACE),
    uk: nominet('uk'),
    'co.uk': nominet('co.uk'),
    'org.uk': nominet('org.uk'),
    'me.uk': nominet('me.uk'),
    eu: never([hexonet('EU'), DOMAINBOX], NO_GRACE),
    be: never([hexonet('BE'), DOMAINBOX], NO_GRACE),
    'ch li': TEN_DAYS_ONCE,
    it: never(
      [aws('it'), hexonet('IT')],
      NO_GRACE,
      'Nothing is paid back either when the registry deletes the name for name servers that fail its test.',
    ),
    es: never([hexonet('ES'), DOMAINBOX, LOGICBOXES], NO_GRACE),
    at: never([hexonet('AT'), DOMAINBOX], NO_GRACE),
    'pl lv': never([DOMAINBOX], 'No refund period is listed.'),
    ca: never([aws('ca'), LOGICBOXES], NO_DELETION),
    'com.au': unknown([aws('com.au'), LOGICBOXES], NO_DELETION, 'Another source still lists one day.'),
    au: unknown([aws('au'), LOGICBOXES], NO_DELETION, 'Another source still lists one day.'),
    'nz co.nz cn': unknown([LOGICBOXES], "One source lists none; the registry's own rule was not found."),
    sg: never([aws('sg')], NO_DELETION),
    'com.sg': never([aws('com.sg')], NO_DELETION),
    'mx com.mx': unknown([DOMAINBOX], 'One old source names 45 days, which is not believable.'),
  }),
  ...rules('DOMAIN', 'RENEW', {
    '*': never([GANDI_FAQ], 'No renewal is paid back, not even an automatic one; the reseller carries the risk.'),
  }),
  ...rules('DOMAIN', 'TRANSFER', {
    '*': never(
      [GANDI_FAQ, GANDI_SPECIAL_TRANSFERS],
      'A transfer that went through stays.',
      'One that failed is started again, as a rule without a new order, or claimed as not delivered.',
    ),
    lu: never([hexonet('LU')], 'The registry keeps a fee even of a transfer that fails.'),
  }),
  ...rules('DOMAIN', 'RESTORE', { '*': never([GANDI_FAQ], 'Once done it cannot be cancelled.') }),
  ...rules('DOMAIN', 'CHANGE_OWNER', { '*': never([GANDI_FAQ], 'Once done it cannot be cancelled.') }),
  ...rules('CERTIFICATE', 'ISSUE', {
    '*': {
      refundable: 'YES',
      windowDays: 30,
      clock: 'ORDER',
      conditions: [
        'All of it is paid back; no reason is asked.',
        FROM_ORDER,
        'English editions used to say 60 days.',
        'Paying back and revoking are two separate acts.',
      ],
      source: [GANDI_FAQ, GANDI_FAQ_ENGLISH],
    },
  }),
  ...rules('CERTIFICATE', 'RENEW', {
    '*': unknown(
      [GANDI_FAQ],
      'It is a new order, but the FAQ rules out renewals as such: count on nothing until Gandi says otherwise.',
    ),
  }),
  ...rules('CERTIFICATE', 'REISSUE', {
    '*': never([DERIVED_FROM_FAQ], 'It costs nothing, and it does not start the period of the first issue again.'),
  }),
  ...rules('MAIL', 'CREATE', {
    '*': unknown(
      [GANDI_API],
      'Gandi pays back an unused slot that is deleted; how much and until when is not published.',
    ),
  }),
  ...rules('MAIL', 'RENEW', { '*': never([GANDI_FAQ], 'No renewal is paid back.') }),
];

/** One rule for each extension of the keys, which name several with spaces between. */
function rules(
  product: RefundProduct,
  operation: RefundOperation,
  answers: Readonly<Record<string, Answer>>,
): readonly RefundRule[] {
  return Object.entries(answers).flatMap(([tlds, found]) =>
    tlds.split(' ').map((tld) => ({
      id: `${product}/${operation.replace('_', '-')}/${tld}`.toLowerCase(),
      product,
      operation,
      tld,
      ...found,
      validFrom: READ_ON,
    })),
  );
}

function nominet(tld: string): Answer {
  return never([aws(tld), LOGICBOXES], NO_DELETION, 'An old source still allowed it until the end of the month.');
}
