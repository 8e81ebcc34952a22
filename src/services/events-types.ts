// What subscriptions tell beside the things themselves.

/** A message that says where in the log it stands. */
export interface Positioned {
  /** Position in the log, to resume after. */
  readonly cursor: string;
}

/** Events after the reader's cursor were removed before it came back. Always the first message. */
export interface GapNotice extends Positioned {
  readonly gap: 'EXPIRED';
  /** When the last event happened that is no longer there, epoch milliseconds. */
  readonly missedUntil: number;
}

export function isGap(message: object): message is GapNotice {
  return 'gap' in message;
}
