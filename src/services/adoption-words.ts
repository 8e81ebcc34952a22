// What an adoption plan says to people, in English and French.
import type { Language } from '../auth/session.ts';
import type { AdoptionEffect, AdoptionInput, AdoptionReason } from '../policy/adoption.ts';

type Words = Readonly<Record<Language, string>>;

export const REASONS: Readonly<Record<AdoptionReason, Words>> = {
  BELONGS_TO_CLIENT: {
    en: 'The domain already belongs to this client.',
    fr: 'Le domaine appartient déjà à ce client.',
  },
  NO_CLIENT_YET: {
    en: 'The domain is in the reseller’s own name: a change of registrant gives it to the client.',
    fr: 'Le domaine est au nom du revendeur : un changement de titulaire le remet au client.',
  },
  OTHER_CLIENT: {
    en: 'The domain belongs to another client of the same reseller: a change of registrant moves it.',
    fr: 'Le domaine appartient à un autre client du même revendeur : un changement de titulaire le déplace.',
  },
  LEAVES_RESELLER: {
    en: 'The client takes the domain into an account of its own: unlock it and hand over the auth code, then the client orders the transfer.',
    fr: 'Le client reprend le domaine dans son propre compte : déverrouillez-le et remettez le code d’autorisation, puis le client commande le transfert.',
  },
  OWN_OTHER_ORGANIZATION: {
    en: 'The domain is in another of your organizations: an inbound transfer, paid by the reseller, brings it over.',
    fr: 'Le domaine est dans une autre de vos organisations : un transfert entrant, payé par le revendeur, l’amène ici.',
  },
  OTHER_GANDI_ACCOUNT: {
    en: 'The domain is at Gandi, in another account: an inbound transfer moves it.',
    fr: 'Le domaine est chez Gandi, dans un autre compte : un transfert entrant le déplace.',
  },
  OTHER_REGISTRAR: {
    en: 'The domain is at another registrar: an inbound transfer brings it to Gandi.',
    fr: 'Le domaine est chez un autre bureau d’enregistrement : un transfert entrant l’amène chez Gandi.',
  },
  ORDER_UNDER_WAY: {
    en: 'An order for this domain has not ended yet; wait for it.',
    fr: 'Une commande pour ce domaine n’est pas terminée ; attendez-la.',
  },
  DEPARTING: {
    en: 'The domain is being transferred away.',
    fr: 'Le domaine est en cours de transfert sortant.',
  },
  REGISTRY_LOCK: {
    en: 'The registry locks this domain, for example because of a dispute. Only Gandi’s legal desk or the registry can say more.',
    fr: 'Le registre verrouille ce domaine, par exemple à cause d’un litige. Seuls le service juridique de Gandi ou le registre peuvent en dire plus.',
  },
  EXPIRED: {
    en: 'The domain has expired: renew or restore it first.',
    fr: 'Le domaine a expiré : renouvelez-le ou restaurez-le d’abord.',
  },
  REGISTRANT_CHANGE_UNSUPPORTED: {
    en: 'Gandi offers no change of registrant for this extension; ask its support.',
    fr: 'Gandi ne propose pas de changement de titulaire pour cette extension ; demandez à son support.',
  },
  NOT_UNDER_RESELLER: {
    en: 'The domain is not under this reseller, so there is nothing to hand over.',
    fr: 'Le domaine n’est pas chez ce revendeur : il n’y a rien à remettre.',
  },
  NOT_KNOWN: {
    en: 'Where the domain is could not be found out just now. Ask again later.',
    fr: 'On n’a pas pu savoir où se trouve le domaine. Redemandez plus tard.',
  },
  TRANSFER_LOCKED: {
    en: 'The present registrar locks the domain against transfers: have the lock removed there.',
    fr: 'Le bureau d’enregistrement actuel verrouille le domaine contre les transferts : faites lever ce verrou.',
  },
  TOO_YOUNG: {
    en: 'The domain was registered or transferred too short a time ago to be transferred again.',
    fr: 'Le domaine a été enregistré ou transféré depuis trop peu de temps pour l’être à nouveau.',
  },
  TLD_UNSUPPORTED: {
    en: 'Gandi takes no transfers of this extension.',
    fr: 'Gandi n’accepte pas de transfert pour cette extension.',
  },
  NOT_REGISTERED: {
    en: 'Nobody holds this name: register it instead.',
    fr: 'Personne ne détient ce nom : enregistrez-le plutôt.',
  },
  OTHER: { en: 'Gandi would not start a transfer now.', fr: 'Gandi ne commencerait pas de transfert maintenant.' },
};

export const INPUTS: Readonly<Record<AdoptionInput, Words>> = {
  AUTH_CODE: {
    en: 'The auth code, which the holder gets from the present registrar.',
    fr: 'Le code d’autorisation, que le titulaire obtient de son bureau d’enregistrement.',
  },
  HOLDER_APPROVAL: {
    en: 'The present holder may have to approve by e-mail.',
    fr: 'Le titulaire actuel peut devoir donner son accord par e-mail.',
  },
  BOTH_APPROVALS: {
    en: 'The old and the new registrant both have to approve by e-mail.',
    fr: 'L’ancien et le nouveau titulaire doivent tous deux donner leur accord par e-mail.',
  },
  UNLOCK: {
    en: 'The transfer lock has to be removed with setTransferLock.',
    fr: 'Le verrou de transfert doit être levé avec setTransferLock.',
  },
  HAND_OVER_AUTH_CODE: {
    en: 'The client needs the auth code of the domain.',
    fr: 'Le client a besoin du code d’autorisation du domaine.',
  },
};

export const EFFECTS: Readonly<Record<AdoptionEffect, Words>> = {
  CLIENT_IS_CREATED: {
    en: 'A client is created, unless one with the very same data exists.',
    fr: 'Un client est créé, sauf s’il en existe un avec exactement les mêmes données.',
  },
  AUTO_RENEW_IS_SWITCHED_OFF: {
    en: 'Gandi switches auto-renewal off with a change of registrant: switch it on again afterwards.',
    fr: 'Gandi désactive le renouvellement automatique lors d’un changement de titulaire : réactivez-le ensuite.',
  },
  CERTIFICATES_STAY_WITH_OLD_OWNER: {
    en: 'Certificates do not follow the domain.',
    fr: 'Les certificats ne suivent pas le domaine.',
  },
  TRANSFER_LOCK_MAY_FOLLOW: {
    en: 'The registry may refuse another transfer for up to 60 days afterwards.',
    fr: 'Le registre peut ensuite refuser un autre transfert pendant 60 jours au plus.',
  },
  MAY_NEED_SUPPORT: {
    en: 'Gandi does not say whether this extension can change its registrant online; its support may have to do it.',
    fr: 'Gandi ne dit pas si le titulaire de cette extension peut être changé en ligne ; son support devra peut-être le faire.',
  },
  NAMESERVERS_STAY: {
    en: 'Nameservers and DNSSEC stay as they are; move the zone first when the present registrar hosts it.',
    fr: 'Les serveurs de noms et DNSSEC restent inchangés ; déplacez d’abord la zone si le bureau d’enregistrement actuel l’héberge.',
  },
  LEAVES_MANAGEMENT: {
    en: 'You no longer manage, renew or bill the domain.',
    fr: 'Vous ne gérez, ne renouvelez et ne facturez plus le domaine.',
  },
  MAILBOXES_ARE_REMOVED: {
    en: 'Gandi removes mailboxes on the domain some days after it left.',
    fr: 'Gandi supprime les boîtes mail du domaine quelques jours après son départ.',
  },
  ZONE_SHOULD_BE_EXPORTED: {
    en: 'A zone hosted here has to be exported before.',
    fr: 'Une zone hébergée ici doit être exportée avant.',
  },
  AUTO_RENEW_MAY_BE_LOST: {
    en: 'Auto-renewal is on: a renewal that falls into the transfer is paid and not refunded.',
    fr: 'Le renouvellement automatique est actif : un renouvellement qui tombe pendant le transfert est payé et non remboursé.',
  },
};
