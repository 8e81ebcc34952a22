// Runs the same work over many items, a bounded number of them at the same time.

/** Begins items in their order. After the first rejection no further item is begun, and that rejection is the outcome. */
export async function sideBySide<T>(
  items: Iterable<T>,
  atOnce: number,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  let isOver = false;
  const worker = async () => {
    while (!isOver) {
      const next = queue.next();
      if (next.done) return;
      try {
        await run(next.value);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
