// What the check of a contact says to people about things to look at, in English and French.
import type { Words } from '../policy/contact-fields.ts';

const list = (tlds: readonly string[]) => tlds.map((tld) => `.${tld}`).join(', ');

export const HINTS = {
  unknownTld: (tld: string): Words => ({
    en: `The table does not have .${tld}; its registry may want more than the usual fields.`,
    fr: `La table ne contient pas .${tld} ; son registre peut demander plus que les champs habituels.`,
  }),
  unknownParameter: (): Words => ({
    en: 'The table does not have this parameter; check its spelling.',
    fr: 'La table ne contient pas ce paramètre ; vérifiez son orthographe.',
  }),
  notWanted: (tlds: readonly string[]): Words => ({
    en: `No registry of ${list(tlds)} is known to want this parameter of such a contact for this operation; some refuse what they did not ask for.`,
    fr: `On ne connaît à ${list(tlds)} aucun registre qui veuille ce paramètre d’un tel contact pour cette opération ; certains refusent ce qu’ils n’ont pas demandé.`,
  }),
  secret: (tld: string): Words => ({
    en: `The registry of .${tld} may ask for a secret that the gateway never takes; order such a name at Gandi itself.`,
    fr: `Le registre de .${tld} peut demander un secret que la passerelle ne prend jamais ; commandez un tel nom chez Gandi même.`,
  }),
  notListed: (values: readonly string[]): Words => ({
    en: `This is none of the known values ${values.join(', ')}. Gandi’s own form is not confirmed, so it is not refused.`,
    fr: `Ce n’est aucune des valeurs connues ${values.join(', ')}. La forme de Gandi n’est pas confirmée, donc rien n’est refusé.`,
  }),
  otherForm: (pattern: string): Words => ({
    en: `This does not have the known form ${pattern}. Gandi’s own form is not confirmed, so it is not refused.`,
    fr: `Ceci n’a pas la forme connue ${pattern}. La forme de Gandi n’est pas confirmée, donc rien n’est refusé.`,
  }),
  probablyNeeded: (label: Words, tlds: readonly string[], condition: Words | null): Words => ({
    en: `${label.en}: probably needed for ${list(tlds)}.${after(condition?.en)}`,
    fr: `${label.fr} : probablement nécessaire pour ${list(tlds)}.${after(condition?.fr)}`,
  }),
  maybeNeeded: (label: Words, tlds: readonly string[], condition: Words | null): Words => ({
    en: `${label.en}: may be needed for ${list(tlds)}.${after(condition?.en)}`,
    fr: `${label.fr} : peut être nécessaire pour ${list(tlds)}.${after(condition?.fr)}`,
  }),
  otherScript: (): Words => ({
    en: 'Some registries take Latin letters only; have a transcription ready. What you wrote is kept.',
    fr: 'Certains registres ne prennent que l’alphabet latin ; préparez une transcription. Votre texte est conservé.',
  }),
} as const;

const after = (sentence: string | undefined) => (sentence === undefined ? '' : ` ${sentence}`);
