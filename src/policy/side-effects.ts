// What a change can bring about besides what was asked for, by name, so that a caller can say yes to each.

/** One name stands for one consequence in every mutation; more may be added. */
export type SideEffect =
  | 'LEAVES_LIVEDNS'
  | 'DNSSEC_MAY_BREAK'
  | 'SERVICES_MAY_STOP'
  | 'AUTO_RENEW_SWITCHED_OFF'
  | 'CERTIFICATES_STAY'
  | 'FORFEITS_REFUND'
  | 'ADDS_A_YEAR'
  | 'TRANSFER_LOCKED_AFTERWARDS'
  | 'PREMIUM_PRICE'
  | 'DELETES_DOMAIN';

/** A side effect of one change, told for programs and for people. */
export interface SideEffectNotice {
  readonly name: SideEffect;
  readonly message: string;
}
