// What orders bring about besides, in plain words, English and French.
import type { Language } from '../auth/session.ts';
import { dayText } from '../lib/day.ts';
import type { SideEffect, SideEffectNotice } from './side-effects.ts';

type Words = Readonly<Record<Language, string>>;
type Told = Exclude<
  SideEffect,
  'LEAVES_LIVEDNS' | 'DNSSEC_MAY_BREAK' | 'SERVICES_MAY_STOP' | 'ADDS_A_YEAR' | 'FORFEITS_REFUND'
>;

const WORDS: Readonly<Record<Told, Words>> = {
  AUTO_RENEW_SWITCHED_OFF: {
    en: 'Gandi switches auto-renewal off with a change of registrant: switch it on again afterwards.',
    fr: 'Gandi désactive le renouvellement automatique lors d’un changement de titulaire : réactivez-le ensuite.',
  },
  CERTIFICATES_STAY: {
    en: 'Certificates bought for the domain stay with the old registrant.',
    fr: 'Les certificats achetés pour le domaine restent chez l’ancien titulaire.',
  },
  TRANSFER_LOCKED_AFTERWARDS: {
    en: 'The registry may refuse a transfer to another registrar for up to 60 days afterwards.',
    fr: 'Le registre peut ensuite refuser un transfert vers un autre bureau d’enregistrement pendant 60 jours au plus.',
  },
  PREMIUM_PRICE: {
    en: 'The registry sells this name at a premium price, it cannot be given back, and its renewals may cost as much.',
    fr: 'Le registre vend ce nom à un prix premium, il ne peut être rendu, et ses renouvellements peuvent coûter autant.',
  },
  DELETES_DOMAIN: {
    en: 'The domain is deleted: its sites and mail stop, and anybody may register it afterwards.',
    fr: 'Le domaine est supprimé : ses sites et sa messagerie s’arrêtent, et chacun pourra ensuite l’enregistrer.',
  },
};

export function effect(name: Told, language: Language): SideEffectNotice {
  return { name, message: WORDS[name][language] };
}

/** @param until epoch milliseconds until which the registration could be given back. */
export function forfeitsRefund(until: number, language: Language): SideEffectNotice {
  const message =
    language === 'fr'
      ? `L’enregistrement récent pourrait encore être rendu contre remboursement jusqu’au ${dayText(until)} ; ceci met fin à ce droit.`
      : `The fresh registration could still be given back for its money until ${dayText(until)}; this ends that right.`;
  return { name: 'FORFEITS_REFUND', message };
}
