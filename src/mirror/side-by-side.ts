// Runs the same work over many items, a bounded number of them at the same time.

/**
 * Begins items in their order. After the first rejection no further item is begun, and that rejection is the outcome once everything begun has ended.
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
