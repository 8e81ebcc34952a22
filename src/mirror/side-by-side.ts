// Work that runs side by side and ends together: nothing is still writing when the outcome is known.

/** Waits until all have ended. @throws what the first of them, in the order given, was rejected with. */
export async function together(...all: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(all)) if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Runs the same work over many items, a bounded number of them at the same time. Begins items in their order. After the first rejection no further item is begun, and that rejection is the outcome once everything begun has ended.
 */
export async function sideBySide<T>(
  items: Iterable<T>,
  atOnce: number,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let failure: { readonly reason: unknown } | undefined;
  const worker = async () => {
    while (failure === undefined) {
      const next = queue.next();
      if (next.done) return;
      try {
        await run(next.value);
      } catch (reason) {
        failure ??= { reason };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failure !== undefined) throw failure.reason;
}
