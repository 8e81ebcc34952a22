// Every situation of a transfer in English and French: who must act, what blocks, what helps. `{…}` are filled in by transfers-explain.ts.
import type { Language } from '../auth/session.ts';
import type { TransferExplanation } from './services.ts';

export type TransferSituation =
  | 'SUBMITTING'
  | 'PAYMENT'
  | 'HOLDER_APPROVAL'
  | 'REGISTRY'
  | 'LOSING_REGISTRAR'
  | 'SUPPORT'
  | 'UNKNOWN'
  | 'ARRIVING'
  | 'NOT_REPORTED'
  | 'AUTH_CODE'
  | 'LOCKED'
  | 'FUNDS'
  | 'LOSING_REGISTRAR_REFUSED'
  | 'OTHER'
  | 'HOLDER_REFUSED'
  | 'HOLDER_SILENT'
  | 'REFUSED_AT_ONCE'
  | 'FAILED'
  | 'COMPLETED';

export interface SituationWords {
  readonly words: Readonly<Record<Language, string>>;
  /** Added when a deadline is known and has not passed; `{deadline}` is it. */
  readonly until: Readonly<Record<Language, string>> | null;
  readonly helpingMutation: TransferExplanation['helpingMutation'];
}

export const SITUATIONS: Readonly<Record<TransferSituation, SituationWords>> = {
  SUBMITTING: {
    words: {
      en: 'The order is on its way to Gandi. If its answer was lost, the gateway looks at Gandi until it knows whether the order arrived; nothing is sent twice.',
      fr: 'La commande est en route vers Gandi. Si sa réponse s’est perdue, la passerelle consulte Gandi jusqu’à savoir si la commande est arrivée ; rien n’est envoyé deux fois.',
    },
    until: null,
    helpingMutation: null,
  },
  PAYMENT: {
    words: {
      en: 'Gandi has accepted the order and is taking the payment from the prepaid account. Nobody else has to act.',
      fr: 'Gandi a accepté la commande et prélève le paiement sur le compte prépayé. Personne d’autre n’a à agir.',
    },
    until: null,
    helpingMutation: null,
  },
  HOLDER_APPROVAL: {
    words: {
      en: 'The holder of {domain} must approve the transfer through the link that Gandi sent by e-mail to {holder}. The mail can be sent again, also to another address of the holder.',
      fr: 'Le titulaire de {domain} doit approuver le transfert par le lien que Gandi a envoyé par e-mail à {holder}. Le message peut être renvoyé, aussi à une autre adresse du titulaire.',
    },
    until: {
      en: 'Without an answer by {deadline} the transfer fails.',
      fr: 'Sans réponse avant le {deadline}, le transfert échoue.',
    },
    helpingMutation: 'resendTransferApproval',
  },
  REGISTRY: {
    words: {
      en: 'Gandi has asked the registry of {domain} for the transfer. The registry checks the auth code and the locks; nobody else has to act.',
      fr: 'Gandi a demandé le transfert au registre de {domain}. Le registre vérifie le code d’autorisation et les verrous ; personne d’autre n’a à agir.',
    },
    until: null,
    helpingMutation: null,
  },
  LOSING_REGISTRAR: {
    words: {
      en: 'The registry has accepted the request; the present registrar may now agree or refuse. The holder can hurry it by agreeing there.',
      fr: 'Le registre a accepté la demande ; le bureau d’enregistrement actuel peut maintenant accepter ou refuser. Le titulaire peut l’accélérer en acceptant auprès de lui.',
    },
    until: {
      en: 'Its silence counts as consent after {deadline}.',
      fr: 'Son silence vaut accord après le {deadline}.',
    },
    helpingMutation: null,
  },
  SUPPORT: {
    words: {
      en: 'Gandi’s support is handling this transfer by hand. Answer what it asks by e-mail.',
      fr: 'Le support de Gandi traite ce transfert à la main. Répondez à ses questions par e-mail.',
    },
    until: null,
    helpingMutation: null,
  },
  UNKNOWN: {
    words: {
      en: 'The transfer is under way; Gandi describes its state in words the gateway does not know ({raw}). It keeps looking.',
      fr: 'Le transfert est en cours ; Gandi décrit son état en des termes inconnus de la passerelle ({raw}). Elle continue de le suivre.',
    },
    until: null,
    helpingMutation: null,
  },
  ARRIVING: {
    words: {
      en: 'Gandi reports the transfer as done. The domain does not show in the account yet; it should within minutes.',
      fr: 'Gandi annonce le transfert terminé. Le domaine n’apparaît pas encore dans le compte ; cela devrait venir en quelques minutes.',
    },
    until: null,
    helpingMutation: null,
  },
  NOT_REPORTED: {
    words: {
      en: 'Gandi no longer reports this transfer, and the domain does not show in the account. That is neither success nor failure: the gateway keeps looking. If it lasts for a day, ask Gandi’s support.',
      fr: 'Gandi ne signale plus ce transfert, et le domaine n’apparaît pas dans le compte. Ce n’est ni un succès ni un échec : la passerelle continue de le suivre. Si cela dure un jour, demandez au support de Gandi.',
    },
    until: null,
    helpingMutation: null,
  },
  AUTH_CODE: {
    words: {
      en: 'The registry refused the auth code of {domain}. Get the present one from the present registrar and give it here; the transfer goes on without a second charge.',
      fr: 'Le registre a refusé le code d’autorisation de {domain}. Demandez le code en vigueur au bureau d’enregistrement actuel et donnez-le ici ; le transfert reprend sans nouveau paiement.',
    },
    until: null,
    helpingMutation: 'updateTransferAuthCode',
  },
  LOCKED: {
    words: {
      en: '{domain} is locked against transfers at the present registrar. Have it unlocked there, then relaunch the transfer; there is no second charge.',
      fr: '{domain} est verrouillé contre les transferts chez le bureau d’enregistrement actuel. Faites-le déverrouiller, puis relancez le transfert ; sans nouveau paiement.',
    },
    until: null,
    helpingMutation: 'relaunchTransfer',
  },
  FUNDS: {
    words: {
      en: 'The prepaid account could not pay for this transfer. Top it up, then relaunch the transfer.',
      fr: 'Le compte prépayé n’a pas pu payer ce transfert. Approvisionnez-le, puis relancez le transfert.',
    },
    until: null,
    helpingMutation: 'relaunchTransfer',
  },
  LOSING_REGISTRAR_REFUSED: {
    words: {
      en: 'The present registrar refused the transfer of {domain}. Ask it why and settle that, then relaunch the transfer; it is paid only once.',
      fr: 'Le bureau d’enregistrement actuel a refusé le transfert de {domain}. Demandez-lui pourquoi et réglez la cause, puis relancez le transfert ; il n’est payé qu’une fois.',
    },
    until: null,
    helpingMutation: 'relaunchTransfer',
  },
  OTHER: {
    words: {
      en: 'Gandi stopped the transfer: {raw}. Mend that, then relaunch the transfer; if it is not clear what to do, ask Gandi’s support.',
      fr: 'Gandi a arrêté le transfert : {raw}. Réglez cela, puis relancez le transfert ; si la cause n’est pas claire, demandez au support de Gandi.',
    },
    until: null,
    helpingMutation: 'relaunchTransfer',
  },
  HOLDER_REFUSED: {
    words: {
      en: 'The holder of {domain} refused the transfer, and so it has failed. Speak with the holder, then order again.',
      fr: 'Le titulaire de {domain} a refusé le transfert, qui a donc échoué. Parlez-en au titulaire, puis passez une nouvelle commande.',
    },
    until: null,
    helpingMutation: null,
  },
  HOLDER_SILENT: {
    words: {
      en: 'The holder of {domain} did not answer the approval mail in time, and so the transfer has failed. Make sure that the holder reads its e-mail, then order again.',
      fr: 'Le titulaire de {domain} n’a pas répondu à temps au message d’approbation, et le transfert a donc échoué. Assurez-vous que le titulaire lit ses e-mails, puis passez une nouvelle commande.',
    },
    until: null,
    helpingMutation: null,
  },
  REFUSED_AT_ONCE: {
    words: {
      en: 'This transfer was never started, and nothing was paid. Its order says why; order again under another idempotency key.',
      fr: 'Ce transfert n’a jamais commencé, et rien n’a été payé. Sa commande dit pourquoi ; commandez de nouveau avec une autre clé d’idempotence.',
    },
    until: null,
    helpingMutation: null,
  },
  FAILED: {
    words: {
      en: 'The transfer has failed: {raw}. Order again once the cause is settled.',
      fr: 'Le transfert a échoué : {raw}. Commandez de nouveau une fois la cause réglée.',
    },
    until: null,
    helpingMutation: null,
  },
  COMPLETED: {
    words: {
      en: 'The transfer is done: {domain} is in the account.',
      fr: 'Le transfert est terminé : {domain} est dans le compte.',
    },
    until: null,
    helpingMutation: null,
  },
};

/** Stands where a text needs something that Gandi did not tell. */
export const UNTOLD: Readonly<Record<'holder' | 'raw', Readonly<Record<Language, string>>>> = {
  holder: { en: 'the address in the public registration data', fr: 'l’adresse des données d’enregistrement' },
  raw: { en: 'no reason given', fr: 'sans motif' },
};
