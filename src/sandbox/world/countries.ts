// Invented people and addresses by country. Phone numbers come from blocks kept for fiction or from numbering-plan examples.

export interface Country {
  readonly code: string;
  readonly places: readonly { readonly city: string; readonly zip: string; readonly state?: string }[];
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly streets: readonly string[];
  /** Prefix in Gandi's notation; two digits follow. */
  readonly phone: string;
  readonly companyForm: string;
  readonly lang: string;
}

export const countries: readonly Country[] = [
  {
    code: 'FR',
    places: [
      { city: 'Lyon', zip: '69003', state: 'FR-ARA' },
      { city: 'Nantes', zip: '44000', state: 'FR-PDL' },
      { city: 'Rennes', zip: '35000', state: 'FR-BRE' },
    ],
    given: ['Maëlle', 'Corentin', 'Zélie', 'Bastien'],
    family: ['Vaubrécourt', 'Tarsel', 'Lormiau', 'Quesnevel'],
    streets: ['rue des Exemples', 'place du Modèle', 'quai Imaginaire'],
    phone: '+33.1990012',
    companyForm: 'SARL',
    lang: 'fr',
  },
  {
    code: 'GB',
    places: [
      { city: 'London', zip: 'EC1A 1BB', state: 'GB-LND' },
      { city: 'Leeds', zip: 'LS1 1AA', state: 'GB-LDS' },
    ],
    given: ['Orla', 'Fitz', 'Imogen', 'Rafe'],
    family: ['Thistlewick', 'Marrowby', 'Penhallick', 'Ostlerby'],
    streets: ['Example Lane', 'Sample Row', 'Pretend Street'],
    phone: '+44.20794601',
    companyForm: 'Ltd',
    lang: 'en',
  },
  {
    code: 'US',
    places: [
      { city: 'Portland', zip: '97201', state: 'US-OR' },
      { city: 'Austin', zip: '78701', state: 'US-TX' },
    ],
    given: ['Juniper', 'Calder', 'Wren', 'Thaddea'],
    family: ['Halloworth', 'Brindlemoor', 'Okoye-Lark', 'Sundquill'],
    streets: ['Example Avenue', 'Specimen Drive', 'Test Boulevard'],
    phone: '+1.20255501',
    companyForm: 'LLC',
    lang: 'en',
  },
  {
    code: 'DE',
    places: [
      { city: 'Berlin', zip: '10115', state: 'DE-BE' },
      { city: 'Leipzig', zip: '04109', state: 'DE-SN' },
    ],
    given: ['Jorinde', 'Falko', 'Svantje', 'Wenzel'],
    family: ['Brunnhofer', 'Eschwald', 'Tannried', 'Krähwinkler'],
    streets: ['Musterweg', 'Beispielallee', 'Probestraße'],
    phone: '+49.302312501',
    companyForm: 'GmbH',
    lang: 'en',
  },
  {
    code: 'SE',
    places: [{ city: 'Uppsala', zip: '753 20', state: 'SE-C' }],
    given: ['Tuva', 'Sixten', 'Alva'],
    family: ['Björkhamn', 'Lindåker', 'Sjövall-Ek'],
    streets: ['Exempelgatan', 'Provvägen'],
    phone: '+46.8465004',
    companyForm: 'AB',
    lang: 'en',
  },
  {
    code: 'BE',
    places: [
      { city: 'Gent', zip: '9000', state: 'BE-VOV' },
      { city: 'Namur', zip: '5000', state: 'BE-WNA' },
    ],
    given: ['Lowie', 'Fleur', 'Bastiaan'],
    family: ['Vandermolenaar', 'Delcroisy', 'Hoogstrael'],
    streets: ['Voorbeeldstraat', 'rue Modèle'],
    phone: '+32.123456',
    companyForm: 'SRL',
    lang: 'fr',
  },
  {
    code: 'NL',
    places: [{ city: 'Utrecht', zip: '3511 AB', state: 'NL-UT' }],
    given: ['Sterre', 'Jurre', 'Fenna'],
    family: ['van Dromenland', 'Kustwaarder', 'Molenvliet'],
    streets: ['Voorbeeldlaan', 'Testkade'],
    phone: '+31.1012345',
    companyForm: 'BV',
    lang: 'en',
  },
  {
    code: 'ES',
    places: [
      { city: 'Valencia', zip: '46001', state: 'ES-V' },
      { city: 'Bilbao', zip: '48001', state: 'ES-BI' },
    ],
    given: ['Nerea', 'Iker', 'Amaranta'],
    family: ['Solmaró', 'Veracruzel', 'Zubikaldea'],
    streets: ['calle del Ejemplo', 'avenida de Prueba'],
    phone: '+34.8101234',
    companyForm: 'SL',
    lang: 'es',
  },
  {
    code: 'IT',
    places: [{ city: 'Torino', zip: '10121', state: 'IT-TO' }],
    given: ['Fiorenza', 'Elio', 'Ginevra'],
    family: ['Montelargo', 'Bellarosi', 'Tassivento'],
    streets: ['via Esempio', 'corso di Prova'],
    phone: '+39.02123456',
    companyForm: 'SRL',
    lang: 'en',
  },
  {
    code: 'CH',
    places: [
      { city: 'Lausanne', zip: '1003', state: 'CH-VD' },
      { city: 'Bern', zip: '3011', state: 'CH-BE' },
    ],
    given: ['Aurélie', 'Ueli', 'Seraina'],
    family: ['Rochebrise', 'Alpenstett', 'Camathias-Val'],
    streets: ['chemin de l’Essai', 'Musterplatz'],
    phone: '+41.2123456',
    companyForm: 'SA',
    lang: 'fr',
  },
  {
    code: 'JP',
    places: [{ city: 'Kyoto', zip: '600-8001', state: 'JP-26' }],
    given: ['Haruka', 'Soranosuke', 'Mio'],
    family: ['Kumonoue', 'Hoshimori', 'Asagiri'],
    streets: ['Mihon-dori', 'Rei-cho'],
    phone: '+81.3123456',
    companyForm: 'KK',
    lang: 'ja',
  },
  {
    code: 'CA',
    places: [
      { city: 'Québec', zip: 'G1R 4P5', state: 'CA-QC' },
      { city: 'Halifax', zip: 'B3H 1A1', state: 'CA-NS' },
    ],
    given: ['Océane', 'Tavish', 'Marguerite'],
    family: ['Beaurivage-Nord', 'McAllowen', 'Larchambault'],
    streets: ['rue Exemple', 'Sample Crescent'],
    phone: '+1.41855501',
    companyForm: 'Inc',
    lang: 'fr',
  },
];

/** Invented brand syllables: brands, labels and mail names are put together from these. */
export const brandHeads = [
  'vel',
  'tor',
  'lum',
  'bri',
  'quen',
  'sol',
  'mar',
  'zan',
  'fen',
  'oro',
  'tas',
  'kel',
  'dru',
  'pil',
  'hav',
  'nim',
  'yor',
  'cas',
];
export const brandMiddles = ['a', 'o', 'ima', 'ero', 'anti', 'ubi', 'evo', 'ari', 'ilo', 'ora', 'eska', 'ondo'];
export const brandTails = [
  'mora',
  'ven',
  'lith',
  'dell',
  'quist',
  'bury',
  'nex',
  'tria',
  'fold',
  'wick',
  'gard',
  'mond',
  'sett',
  'lune',
];
export const trades = [
  'bakery',
  'books',
  'studio',
  'cycles',
  'garden',
  'legal',
  'music',
  'optics',
  'press',
  'travel',
  'tea',
  'works',
  'films',
  'clinic',
  'school',
  'wines',
];
/** Right-hand parts for names that need non-ASCII letters. */
export const unicodeTrades = [
  'café',
  'crêpes',
  'bücher',
  'piñata',
  'épices',
  'möbel',
  'ångström',
  'hôtel',
  '茶',
  'кофе',
];
export const associationWords = ['Friends of', 'Association', 'Collective', 'Circle of'];
export const publicWords = ['Town Library of', 'Municipal Archive of', 'School Board of'];
