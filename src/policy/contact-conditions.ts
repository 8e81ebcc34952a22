// When a contact field is needed or what goes into it: one sentence in English and French, and the test where the facts at hand can decide it.
import { hasPostalCodes, hasRegions, isInEconomicArea, isInEuropeanUnion } from './contact-places.ts';

export type ContactType = 'INDIVIDUAL' | 'COMPANY' | 'ASSOCIATION' | 'PUBLIC_BODY';

/** What is known of a contact when a condition is looked at. */
export interface ContactFacts {
  readonly type: ContactType;
  /** ISO 3166-1 alpha-2, upper case; null = not known. */
  readonly country: string | null;
  /** Registry parameters by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface Words {
  readonly en: string;
  readonly fr: string;
}

interface Condition extends Words {
  /** Whether the field is needed; null = these facts do not tell. Absent: they never do. */
  readonly test?: (facts: ContactFacts) => boolean | null;
}

const always = () => true;

/** True in this country; elsewhere nobody can say, since registration and address may differ. */
const inCountry =
  (code: string) =>
  ({ country }: ContactFacts): boolean | null =>
    country === code ? true : null;

const whereCountry =
  (holds: (country: string) => boolean) =>
  ({ country }: ContactFacts): boolean | null =>
    country === null ? null : holds(country);

const whenParameter =
  (name: string, ...values: readonly string[]) =>
  ({ parameters }: ContactFacts): boolean | null => {
    const value = parameters.get(name);
    return value === undefined ? null : values.includes(value);
  };

const CONDITIONS = {
  HAS_REGIONS: {
    en: 'Where the country has regions in ISO 3166-2. A French overseas territory is its own region of France.',
    fr: 'Si le pays a des régions dans ISO 3166-2. Un territoire français d’outre-mer est sa propre région de France.',
    test: whereCountry(hasRegions),
  },
  HAS_POSTAL_CODES: {
    en: 'Where the country has postal codes.',
    fr: 'Si le pays a des codes postaux.',
    test: whereCountry(hasPostalCodes),
  },
  INDIVIDUAL: { en: 'For an individual.', fr: 'Pour un particulier.', test: always },
  BIRTH: {
    en: 'For an individual. Whether Gandi insists on it is not settled: ask for it, and let Gandi’s own check decide.',
    fr: 'Pour un particulier. Que Gandi l’exige n’est pas établi : demandez-la, et laissez Gandi vérifier.',
  },
  BIRTH_CITY: {
    en: 'For an individual, above all one born in France. Whether Gandi insists on it is not settled.',
    fr: 'Pour un particulier, surtout né en France. Que Gandi l’exige n’est pas établi.',
  },
  BORN_IN_FRANCE: {
    en: 'For an individual born in France.',
    fr: 'Pour un particulier né en France.',
    test: whenParameter('birth_country', 'FR'),
  },
  FRENCH_BODY: {
    en: 'Lets AFNIC check an organisation established in France. A field of the contact itself.',
    fr: 'Permet à l’AFNIC de vérifier une organisation établie en France. Un champ du contact lui-même.',
  },
  FOREIGN_BODY: {
    en: 'Lets AFNIC check an organisation established outside France.',
    fr: 'Permet à l’AFNIC de vérifier une organisation établie hors de France.',
  },
  TRADE_MARK_RIGHT: {
    en: 'When the right to the name comes from a trade mark. A field of the contact itself.',
    fr: 'Quand le droit au nom vient d’une marque. Un champ du contact lui-même.',
  },
  IN_RNA: {
    en: 'For a French association that is in the national register of associations.',
    fr: 'Pour une association française inscrite au répertoire national des associations.',
  },
  NO_RNA: {
    en: 'For a French association without a number of the national register. A field of the contact itself.',
    fr: 'Pour une association française sans numéro au répertoire national. Un champ du contact lui-même.',
  },
  ENS_KEY: {
    en: 'Belongs to the ENS id. Known client code sends registrations without it.',
    fr: 'Accompagne l’identifiant ENS. Du code client connu enregistre sans elle.',
  },
  AU_KIND: {
    en: 'A trade mark number, kind TM, is known from AWS only.',
    fr: 'Un numéro de marque, type TM, n’est connu que chez AWS.',
  },
  IS_TRADE_MARK: { en: 'When the name is that of a trade mark.', fr: 'Quand le nom est celui d’une marque.' },
  STATEMENT_OF_USE: {
    en: 'The registry wants to know what the name is for. Known client code leaves that open.',
    fr: 'Le registre veut savoir à quoi sert le nom. Du code client connu laisse ce choix.',
  },
  CA_LEGAL_TYPE: {
    en: 'ABO, CCT, LGR and RES are for individuals, the other codes for organisations.',
    fr: 'ABO, CCT, LGR et RES valent pour les particuliers, les autres codes pour les organisations.',
  },
  CA_ENTITY: {
    en: 'For organisations. Known client code always sends it, `other` when in doubt; AWS has other codes.',
    fr: 'Pour les organisations. Du code client connu l’envoie toujours, `other` dans le doute ; AWS a d’autres codes.',
    test: ({ type }) => type !== 'INDIVIDUAL',
  },
  CA_REPRESENTATIVE: {
    en: 'When the CIRA legal type is LGR, a legal representative.',
    fr: 'Quand le type juridique CIRA est LGR, un représentant légal.',
    test: whenParameter('x-ca_legaltype', 'LGR'),
  },
  ID_DOCUMENT: {
    en: 'Which extensions ask for it is not known.',
    fr: 'On ne sait pas quelles extensions le demandent.',
  },
  ES_ID: {
    en: 'DNI and NIF are 8 digits and a letter, NIE a letter, 7 digits and a letter, CIF a letter and 8 digits; otherwise a passport number.',
    fr: 'DNI et NIF : 8 chiffres et une lettre ; NIE : une lettre, 7 chiffres, une lettre ; CIF : une lettre et 8 chiffres ; sinon un passeport.',
  },
  ES_ID_KIND: {
    en: 'Codes of the registry: 0 other, 1 DNI or NIF, 3 NIE. Which form Gandi takes is not confirmed.',
    fr: 'Codes du registre : 0 autre, 1 DNI ou NIF, 3 NIE. La forme que prend Gandi n’est pas confirmée.',
  },
  ES_OTHER_ID: {
    en: 'When this contact is not the administrative one; it has to be an individual. Forms as for the holder.',
    fr: 'Quand ce contact n’est pas l’administratif ; ce doit être un particulier. Formes comme pour le titulaire.',
  },
  ES_OTHER_ID_KIND: {
    en: 'When this contact is not the administrative one; it has to be an individual. Codes as for the holder.',
    fr: 'Quand ce contact n’est pas l’administratif ; ce doit être un particulier. Codes comme pour le titulaire.',
  },
  ES_LEGAL_FORM: {
    en: 'Codes of the registry: 1 individual, 47 association, 524 public limited, 612 limited company, 877 others. Gandi’s form is not confirmed.',
    fr: 'Codes du registre : 1 particulier, 47 association, 524 S.A., 612 S.L., 877 autres. La forme que prend Gandi n’est pas confirmée.',
  },
  EU_CITIZEN: {
    en: 'For an individual who lives outside the European Economic Area. Known client code always sends it.',
    fr: 'Pour un particulier qui vit hors de l’Espace économique européen. Du code client connu l’envoie toujours.',
    test: whereCountry((country) => !isInEconomicArea(country)),
  },
  EU_VAT: {
    en: 'For a company of the European Union outside Sweden. Known client code always asks for it.',
    fr: 'Pour une société de l’Union européenne hors de Suède. Du code client connu le demande toujours.',
    test: whereCountry((country) => country !== 'SE' && isInEuropeanUnion(country)),
  },
  FI_PERSON: {
    en: 'For an individual. AWS writes FINNISH or NOT_FINNISH; the odd spelling of the name is Gandi’s.',
    fr: 'Pour un particulier. AWS écrit FINNISH ou NOT_FINNISH ; la graphie du nom est celle de Gandi.',
  },
  FI_ID: {
    en: 'For an individual with a Finnish identity number.',
    fr: 'Pour un particulier qui a un numéro d’identité finlandais.',
  },
  FI_BUSINESS: {
    en: 'For an organisation registered in Finland.',
    fr: 'Pour une organisation immatriculée en Finlande.',
    test: inCountry('FI'),
  },
  FI_KIND: {
    en: 'For an organisation: company, corporation, government, institution, party, public community or township at AWS; Gandi’s codes are unknown.',
    fr: 'Pour une organisation : société, administration, institution, parti, collectivité ou commune chez AWS ; codes de Gandi inconnus.',
  },
  HK_DOCUMENT: {
    en: 'Codes of the registry; not sent with a transfer. Which form Gandi takes is not confirmed.',
    fr: 'Codes du registre ; pas envoyé avec un transfert. La forme que prend Gandi n’est pas confirmée.',
  },
  NOT_ON_TRANSFER: {
    en: 'Not sent with a transfer. That it is required is inferred.',
    fr: 'Pas envoyé avec un transfert. Son caractère obligatoire est déduit.',
  },
  HK_OTHER_DOCUMENT: {
    en: 'When the kind of document is one of the others.',
    fr: 'Quand le type de document est un des autres.',
    test: whenParameter('x-hk_registrant_document_type', 'OTHID', 'OTHIDV', 'OTHORG'),
  },
  IE_KIND: {
    en: 'The codes are not known; that it is required is inferred.',
    fr: 'Les codes sont inconnus ; son caractère obligatoire est déduit.',
  },
  IE_COMPANY: {
    en: 'For a company on the Irish register.',
    fr: 'Pour une société au registre irlandais.',
    test: inCountry('IE'),
  },
  IE_PROOF: {
    en: 'When another document shows the link with Ireland.',
    fr: 'Quand un autre document montre le lien avec l’Irlande.',
  },
  IT_NATIONALITY: {
    en: 'When it is not the country of the address; another registrar lets it out otherwise.',
    fr: 'Quand elle n’est pas celle du pays de l’adresse ; un autre registrar l’omet sinon.',
  },
  IT_PIN: {
    en: 'Individual: Italian fiscal code of 16 characters, or the number of a document from elsewhere in the EU. Organisation: 11 digits in Italy, else VAT; n.a. for a non-profit without one.',
    fr: 'Particulier : code fiscal italien de 16 caractères, ou numéro d’un document d’ailleurs dans l’UE. Organisation : 11 chiffres en Italie, sinon TVA ; n.a. pour une association sans numéro.',
  },
  IT_KIND: {
    en: 'Codes of the registry: 1 individual, 2 Italian company, 3 freelance, 4 non-profit, 5 public body, 6 other, 7 foreign. Gandi’s form is not confirmed.',
    fr: 'Codes du registre : 1 particulier, 2 société italienne, 3 indépendant, 4 sans but lucratif, 5 public, 6 autre, 7 étranger. Forme de Gandi non confirmée.',
  },
  JOBS_SITE: {
    en: 'The registry looks at the site of the company. Known client code leaves it optional.',
    fr: 'Le registre examine le site de l’entreprise. Du code client connu le laisse facultatif.',
  },
  LT_LEGAL: {
    en: 'For a company or an association. Known client code always asks for it.',
    fr: 'Pour une société ou une association. Du code client connu le demande toujours.',
    test: ({ type }) => (type === 'PUBLIC_BODY' ? null : type !== 'INDIVIDUAL'),
  },
  MY_UNKNOWN: { en: 'When it is needed is not known.', fr: 'On ne sait pas quand il est nécessaire.' },
  NO_ID: {
    en: 'The number of an organisation, 9 digits, or the person id that Norid gives.',
    fr: 'Le numéro d’une organisation, 9 chiffres, ou l’identifiant de personne que donne Norid.',
  },
  SE_ID: {
    en: 'A Swedish personal or organisation number, or a foreign one; the registry’s form begins with the country in brackets.',
    fr: 'Un numéro suédois de personne ou d’organisation, ou un numéro étranger ; la forme du registre commence par le pays entre crochets.',
  },
  NYC: {
    en: 'The registry wants an address in New York City. What goes in here is not known, and that it is required is inferred.',
    fr: 'Le registre veut une adresse à New York. Son contenu est inconnu, et son caractère obligatoire déduit.',
  },
  PRO_OPEN: {
    en: 'From the time when the registry checked professions; .pro has been open to all since 2015.',
    fr: 'Du temps où le registre vérifiait les professions ; .pro est ouvert à tous depuis 2015.',
  },
  PT_VAT: {
    en: 'When the contact has its first .pt name. An individual gives its tax number.',
    fr: 'Quand le contact a son premier nom en .pt. Un particulier donne son numéro fiscal.',
  },
  PT_TECH_VAT: {
    en: 'When the technical contact is not the holder and new to the registry.',
    fr: 'Quand le contact technique n’est pas le titulaire et est nouveau au registre.',
  },
  PT_ROID: {
    en: 'The id that the registry has given the holder already.',
    fr: 'L’identifiant que le registre a déjà donné au titulaire.',
  },
  PT_ARBITRATION: {
    en: 'Accepts arbitration; the values are not known.',
    fr: 'Accepte l’arbitrage ; les valeurs sont inconnues.',
  },
  SG_ID: {
    en: 'Singpass or NRIC of an individual, company number of an organisation, SGNICID of one from abroad.',
    fr: 'Singpass ou NRIC d’un particulier, numéro d’une organisation, SGNICID d’une organisation étrangère.',
  },
  SWISS_UID: {
    en: 'The number in the Swiss register of enterprises. Individuals may hold names now too; what they give is not known.',
    fr: 'Le numéro au registre suisse des entreprises. Les particuliers peuvent aussi avoir un nom ; ce qu’ils donnent est inconnu.',
  },
  TW_BODY: {
    en: 'For an organisation. Known client code always asks for it.',
    fr: 'Pour une organisation. Du code client connu le demande toujours.',
    test: ({ type }) => type !== 'INDIVIDUAL',
  },
  UK_KIND: {
    en: 'Known client code offers these codes without IND, FIND, GOV and STAT.',
    fr: 'Du code client connu propose ces codes sans IND, FIND, GOV ni STAT.',
  },
  UK_NUMBER: {
    en: 'When the kind is LTD, PLC, LLP, IP, RCHAR or SCH. Known client code always asks for it.',
    fr: 'Quand le type est LTD, PLC, LLP, IP, RCHAR ou SCH. Du code client connu le demande toujours.',
    test: whenParameter('x-uk_contact_type', 'LTD', 'PLC', 'LLP', 'IP', 'RCHAR', 'SCH'),
  },
  US_NEXUS: {
    en: 'C11 citizen, C12 resident, C21 organisation of the US, C31 foreign and active there, C32 foreign with an office there.',
    fr: 'C11 citoyen, C12 résident, C21 organisation des États-Unis, C31 étranger actif là-bas, C32 étranger avec un bureau là-bas.',
  },
  US_PURPOSE: {
    en: 'P1 business, P2 non-profit, P3 personal, P4 education, P5 government.',
    fr: 'P1 commercial, P2 sans but lucratif, P3 personnel, P4 éducation, P5 public.',
  },
  XXX_COMMUNITY: {
    en: 'When the name is to resolve. The values are not known.',
    fr: 'Quand le nom doit fonctionner. Les valeurs sont inconnues.',
  },
  XXX_TOKEN: {
    en: 'When the name is to resolve: the token of a member, which the registry gives.',
    fr: 'Quand le nom doit fonctionner : le jeton de membre, que donne le registre.',
  },
  CORPORATE: { en: 'Only with Gandi’s corporate services.', fr: 'Seulement avec les services corporate de Gandi.' },
  RETIRED: { en: 'Gandi has retired it; leave it out.', fr: 'Gandi l’a retiré ; ne l’envoyez pas.' },
  PURPOSE_UNKNOWN: {
    en: 'What it is for is not known; leave it out.',
    fr: 'On ne sait pas à quoi il sert ; ne l’envoyez pas.',
  },
} as const satisfies Readonly<Record<string, Condition>>;

export type ContactCondition = keyof typeof CONDITIONS;

/** The condition in a sentence, for people. */
export function wordsOf(condition: ContactCondition): Words {
  const { en, fr } = CONDITIONS[condition];
  return { en, fr };
}

/** @returns whether the condition holds; null when these facts do not tell. */
export function conditionHolds(condition: ContactCondition, facts: ContactFacts): boolean | null {
  const { test }: Condition = CONDITIONS[condition];
  return test === undefined ? null : test(facts);
}
