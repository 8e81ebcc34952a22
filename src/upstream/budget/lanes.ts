// The lanes a call can wait in, most urgent first.

export const LANES = ['money', 'interactive', 'poll', 'bulk', 'backfill'] as const;

export type Lane = (typeof LANES)[number];
