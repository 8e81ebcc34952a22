// What changes of a domain bring about besides, in sentences, in English and French.
import type { Language } from '../auth/session.ts';
import { dayText } from '../lib/day.ts';
import type { NameserverConsequences } from '../policy/nameserver-change.ts';
import type { SideEffectNotice } from '../policy/side-effects.ts';

type Words<Facts> = Readonly<Record<Language, (facts: Facts) => string>>;

interface NameserverFacts {
  readonly unicodeName: string;
  readonly services: readonly string[];
}

const NAMESERVERS: Readonly<Record<NameserverConsequences['effects'][number], Words<NameserverFacts>>> = {
  LEAVES_LIVEDNS: {
    en: ({ unicodeName }) =>
      `The LiveDNS zone of ${unicodeName} stops answering: every record in it that should live on has to be at the new nameservers first.`,
    fr: ({ unicodeName }) =>
      `La zone LiveDNS de ${unicodeName} cesse de répondre : chaque enregistrement à conserver doit d’abord exister sur les nouveaux serveurs de noms.`,
  },
  DNSSEC_MAY_BREAK: {
    en: ({ unicodeName }) =>
      `${unicodeName} is signed with DNSSEC: unless the new nameservers sign it with the same keys, it stops resolving wherever signatures are checked. Remove its keys before.`,
    fr: ({ unicodeName }) =>
      `${unicodeName} est signé par DNSSEC : si les nouveaux serveurs de noms ne le signent pas avec les mêmes clés, il ne sera plus résolu là où les signatures sont vérifiées. Retirez d’abord ses clés.`,
  },
  SERVICES_MAY_STOP: {
    en: ({ services }) =>
      `Services of Gandi that need records in its zone may stop: ${services.join(', ')}. Copy their records to the new nameservers before.`,
    fr: ({ services }) =>
      `Des services de Gandi qui dépendent de sa zone peuvent s’arrêter : ${services.join(', ')}. Copiez d’abord leurs enregistrements vers les nouveaux serveurs de noms.`,
  },
};

export function nameserverNotices(
  { effects, services }: NameserverConsequences,
  unicodeName: string,
  language: Language,
): readonly SideEffectNotice[] {
  return effects.map((name) => ({ name, message: NAMESERVERS[name][language]({ unicodeName, services }) }));
}

export interface AutoRenewFacts {
  readonly unicodeName: string;
  readonly enabled: boolean;
  /** Years to be added each time; null = as it is. */
  readonly years: number | null;
  /** Epoch milliseconds; null = not told. */
  readonly expiresAt: number | null;
  /** Gandi's attempts of the present term, passed ones too; empty = not told. */
  readonly attemptsAt: readonly number[];
  readonly now: number;
}

interface Attempts extends AutoRenewFacts {
  readonly passed: readonly number[];
  readonly ahead: readonly number[];
}

const days = (instants: readonly number[]): string => instants.map(dayText).join(', ');
const end = ({ expiresAt }: Attempts, language: Language): string =>
  expiresAt === null ? '' : language === 'fr' ? ` le ${dayText(expiresAt)}` : ` on ${dayText(expiresAt)}`;

const AUTO_RENEW: readonly (readonly [(facts: Attempts) => boolean, Words<Attempts>])[] = [
  [
    ({ enabled, ahead }) => enabled && ahead.length > 0,
    {
      en: ({ ahead, unicodeName }) =>
        `Gandi tries to renew ${unicodeName} on ${days(ahead)}; the first attempt that succeeds is paid from the payer's prepaid account and not refunded.`,
      fr: ({ ahead, unicodeName }) =>
        `Gandi tente de renouveler ${unicodeName} les ${days(ahead)} ; la première tentative qui réussit est payée sur le compte prépayé du payeur et n’est pas remboursée.`,
    },
  ],
  [
    ({ enabled, passed, ahead }) => enabled && passed.length > 0 && ahead.length > 0,
    {
      en: ({ passed, ahead }) =>
        `The attempt of ${days(passed)} has passed; the next one is on ${days(ahead.slice(0, 1))}.`,
      fr: ({ passed, ahead }) =>
        `La tentative du ${days(passed)} est passée ; la prochaine a lieu le ${days(ahead.slice(0, 1))}.`,
    },
  ],
  [
    ({ enabled, passed, ahead }) => enabled && passed.length > 0 && ahead.length === 0,
    {
      en: (facts) =>
        `Every attempt of this term has passed (${days(facts.passed)}): Gandi does not renew ${facts.unicodeName} before it expires${end(facts, 'en')}. Use renewDomain.`,
      fr: (facts) =>
        `Toutes les tentatives de cette période sont passées (${days(facts.passed)}) : Gandi ne renouvelle pas ${facts.unicodeName} avant son expiration${end(facts, 'fr')}. Utilisez renewDomain.`,
    },
  ],
  [
    ({ enabled, attemptsAt }) => enabled && attemptsAt.length === 0,
    {
      en: () => 'Gandi does not tell when it will try to renew it.',
      fr: () => 'Gandi n’indique pas quand il tentera de le renouveler.',
    },
  ],
  [
    ({ enabled, years }) => enabled && years !== null,
    {
      en: ({ years }) => `Each renewal adds ${years} ${years === 1 ? 'year' : 'years'}, at the price of that day.`,
      fr: ({ years }) => `Chaque renouvellement ajoute ${years} ${years === 1 ? 'an' : 'ans'}, au prix du jour.`,
    },
  ],
  [
    ({ enabled }) => !enabled,
    {
      en: (facts) =>
        `Gandi no longer renews ${facts.unicodeName} by itself: it expires${end(facts, 'en')} unless you renew it.`,
      fr: (facts) =>
        `Gandi ne renouvelle plus ${facts.unicodeName} de lui-même : il expire${end(facts, 'fr')} si vous ne le renouvelez pas.`,
    },
  ],
  [
    ({ enabled, ahead }) => !enabled && ahead.length > 0,
    {
      en: ({ ahead }) =>
        `The attempts of ${days(ahead)} are not made. Switch it off well before: the change takes a moment, and an attempt under way goes on.`,
      fr: ({ ahead }) =>
        `Les tentatives des ${days(ahead)} n’ont pas lieu. Désactivez-le bien avant : le changement prend un moment et une tentative en cours se poursuit.`,
    },
  ],
];

export function autoRenewEffects(facts: AutoRenewFacts, language: Language): readonly string[] {
  const inOrder = facts.attemptsAt.toSorted((a, b) => a - b);
  const attempts: Attempts = {
    ...facts,
    passed: inOrder.filter((at) => at <= facts.now),
    ahead: inOrder.filter((at) => at > facts.now),
  };
  return AUTO_RENEW.filter(([applies]) => applies(attempts)).map(([, words]) => words[language](attempts));
}

const CONTACTS: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'The contacts become copies of the data given now; they do not follow later changes of a client.',
    'Their personal data and e-mail address are hidden from public directories.',
  ],
  fr: [
    'Les contacts deviennent des copies des données actuelles ; ils ne suivent pas les modifications ultérieures d’un client.',
    'Leurs données personnelles et leur adresse e-mail sont masquées dans les annuaires publics.',
  ],
};

export const contactEffects = (language: Language): readonly string[] => CONTACTS[language];

const AUTH_CODE: Readonly<Record<Language, readonly string[]>> = {
  en: ['The present auth code stops working: whoever was given it needs the new one.'],
  fr: ['Le code d’autorisation actuel cesse de fonctionner : ceux qui l’ont reçu ont besoin du nouveau.'],
};

export const authCodeEffects = (language: Language): readonly string[] => AUTH_CODE[language];
