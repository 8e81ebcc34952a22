// The rule that a change with side effects is made only after the caller has named each of them.
import type { SideEffect, SideEffectNotice } from '../policy/side-effects.ts';
import { ConfirmationNeededError } from './errors.ts';

export type { SideEffect, SideEffectNotice } from '../policy/side-effects.ts';

/**
 * Passes when every effect is among the acknowledged ones. Acknowledging what does not happen is harmless.
 * @param effects all that the change would bring about, as the caller reads them.
 * @throws {ConfirmationNeededError} with all the effects, those acknowledged too, so that the next try can name them at once.
 */
export function assertAcknowledged(
  effects: readonly SideEffectNotice[],
  acknowledged: readonly SideEffect[] | null | undefined,
): void {
  const said = new Set(acknowledged ?? []);
  const unsaid = effects.filter(({ name }) => !said.has(name));
  if (unsaid.length === 0) return;
  throw new ConfirmationNeededError(
    `This does more than it says: ${unsaid.map(({ message }) => message).join(' ')} Nothing was sent. To go on, list in \`acknowledge\`: ${effects.map(({ name }) => name).join(', ')}.`,
    effects,
  );
}
