// Remembers in the database how far a pass over a list has come, so that a gateway that was killed goes on where it stopped.
import { z } from 'zod';
import type { FactStore } from '../store/store.ts';

export interface Interrupted {
  /** When the pass began: what it wrote is right as of then. */
  readonly startedAt: number;
  readonly nextPage: number;
}

export interface Checkpoint {
  /** The pass to go on with; null when there is none, when it used pages of another size or began before `notBefore`. */
  read(usable: { pageSize: number; notBefore: number }): Promise<Interrupted | null>;
  write(state: Interrupted & { readonly pageSize: number }): Promise<void>;
  clear(): Promise<void>;
}

const stateSchema = z.object({
  startedAt: z.number(),
  pageSize: z.number(),
  nextPage: z.number().int().min(2),
});

export function createCheckpoint(facts: FactStore, key: string): Checkpoint {
  return {
    async read({ pageSize, notBefore }) {
      const text = await facts.get(key);
      if (text === null || text === '') return null;
      const state = stateSchema.safeParse(JSON.parse(text));
      if (!state.success || state.data.pageSize !== pageSize || state.data.startedAt < notBefore) return null;
      return { startedAt: state.data.startedAt, nextPage: state.data.nextPage };
    },
    async write({ startedAt, pageSize, nextPage }) {
      if (nextPage > 1) await facts.set(key, JSON.stringify({ startedAt, pageSize, nextPage }));
    },
    clear: () => facts.set(key, ''),
  };
}
