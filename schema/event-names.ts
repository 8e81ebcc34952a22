// What the types of events are called in the schema: TRANSFER_CHANGED is a TransferChangedEvent.
import { EVENT_TYPES } from '../src/services/events-types.ts';
import type { EventType } from '../src/services/services.ts';

export function eventTypeName(type: EventType): string {
  const words = type.split('_').map((word) => `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`);
  return `${words.join('')}Event`;
}

const NAMES: ReadonlySet<string> = new Set(EVENT_TYPES.map(eventTypeName));

export function isEventTypeName(typename: string): boolean {
  return NAMES.has(typename);
}

/** Stands for all of them where a node is loaded by its id. */
export const ANY_EVENT = eventTypeName('TRANSFER_CHANGED');
