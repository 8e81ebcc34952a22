// What a transfer brings with it, in plain words, in English and French.
import type { Language } from '../auth/session.ts';

export interface EffectFacts {
  readonly unicodeName: string;
  readonly years: number;
  /** null: not known for this extension. */
  readonly addsYears: boolean | null;
  readonly changeRegistrant: boolean;
  /** The domain is at Gandi already, in another account. null: not told. */
  readonly isInternal: boolean | null;
  readonly holderDays: number;
  readonly losingRegistrarDays: number;
  readonly payerName: string;
  readonly newClient: boolean;
  readonly reusedClientId: string | null;
}

type Words = Readonly<Record<Language, (facts: EffectFacts) => string>>;

const EFFECTS: readonly (readonly [(facts: EffectFacts) => boolean, Words])[] = [
  [
    () => true,
    {
      en: ({ payerName }) => `${payerName} pays from its prepaid account as soon as Gandi takes the order.`,
      fr: ({ payerName }) => `${payerName} paie sur son compte prépayé dès que Gandi prend la commande.`,
    },
  ],
  [
    ({ newClient }) => newClient,
    {
      en: () => 'A new client is created; it is removed again if Gandi refuses the order at once.',
      fr: () => 'Un nouveau client est créé ; il est supprimé si Gandi refuse aussitôt la commande.',
    },
  ],
  [
    ({ reusedClientId }) => reusedClientId !== null,
    {
      en: ({ reusedClientId }) => `The client ${reusedClientId} has the same data and is used; no second one is made.`,
      fr: ({ reusedClientId }) =>
        `Le client ${reusedClientId} a les mêmes données et est utilisé ; aucun second n’est créé.`,
    },
  ],
  [
    () => true,
    {
      en: ({ holderDays }) =>
        `Gandi may ask the present holder for approval by e-mail; without an answer within ${holderDays} days the transfer fails.`,
      fr: ({ holderDays }) =>
        `Gandi peut demander par e-mail l’accord du titulaire actuel ; sans réponse sous ${holderDays} jours, le transfert échoue.`,
    },
  ],
  [
    ({ isInternal }) => isInternal !== true,
    {
      en: ({ losingRegistrarDays }) =>
        `The present registrar then has up to ${losingRegistrarDays} days to answer; its silence counts as consent.`,
      fr: ({ losingRegistrarDays }) =>
        `Le bureau d’enregistrement actuel a ensuite jusqu’à ${losingRegistrarDays} jours pour répondre ; son silence vaut accord.`,
    },
  ],
  [
    ({ isInternal }) => isInternal === true,
    {
      en: () =>
        'The domain already is at Gandi, in another account: it moves between accounts, which is usually quicker.',
      fr: () =>
        'Le domaine est déjà chez Gandi, dans un autre compte : il change de compte, ce qui est souvent plus rapide.',
    },
  ],
  [
    ({ addsYears }) => addsYears === true,
    {
      en: ({ years }) =>
        years === 1
          ? 'One year is added to the expiry, up to ten years from now.'
          : `${years} years are added to the expiry, up to ten years from now.`,
      fr: ({ years }) =>
        years === 1
          ? 'Une année s’ajoute à l’expiration, jusqu’à dix ans à compter d’aujourd’hui.'
          : `${years} années s’ajoutent à l’expiration, jusqu’à dix ans à compter d’aujourd’hui.`,
    },
  ],
  [
    ({ addsYears }) => addsYears === false,
    {
      en: () => 'The registry of this extension does not add the time to the expiry.',
      fr: () => 'Le registre de cette extension n’ajoute pas la durée à l’expiration.',
    },
  ],
  [
    ({ addsYears }) => addsYears === null,
    {
      en: () => 'Whether the registry of this extension adds the time to the expiry is not known here.',
      fr: () => 'On ne sait pas ici si le registre de cette extension ajoute la durée à l’expiration.',
    },
  ],
  [
    () => true,
    {
      en: () =>
        'Nameservers and DNSSEC stay as they are. If the present registrar hosts the zone, move it first: it may stop answering after the transfer.',
      fr: () =>
        'Les serveurs de noms et DNSSEC restent inchangés. Si le bureau d’enregistrement actuel héberge la zone, déplacez-la d’abord : elle peut cesser de répondre après le transfert.',
    },
  ],
  [
    ({ changeRegistrant }) => changeRegistrant,
    {
      en: () => 'The client becomes the registrant.',
      fr: () => 'Le client devient le titulaire.',
    },
  ],
  [
    ({ changeRegistrant }) => !changeRegistrant,
    {
      en: () => 'The present registrant stays.',
      fr: () => 'Le titulaire actuel reste.',
    },
  ],
];

export function effectsOf(facts: EffectFacts, language: Language): readonly string[] {
  return EFFECTS.filter(([applies]) => applies(facts)).map(([, words]) => words[language](facts));
}
