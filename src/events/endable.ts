// Generators that end at once when their reader leaves, even while they wait for something.

/**
 * Runs `make` as an iterator whose `return` aborts the generator's signal first, so that a pending wait inside it is given up.
 * When `signal` aborts, the iteration ends without an error.
 */
export function endable<T>(
  signal: AbortSignal,
  make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncIterableIterator<T> {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const generator = make(either);
  const ended: IteratorResult<T> = { done: true, value: undefined };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (either.aborted) return ended;
      try {
        return await generator.next();
      } catch (error) {
        if (either.aborted) return ended;
        throw error;
      }
    },
    async return() {
      left.abort();
      try {
        await generator.return();
      } catch (error) {
        if (error !== either.reason) throw error;
      }
      return ended;
    },
  };
}

/** Resolves when woken or when the signal aborts, whichever comes first. */
export function createWaker(signal: AbortSignal): { wake(): void; wait(): Promise<void> } {
  let wanted = false;
  let release: (() => void) | null = null;
  const wake = (): void => {
    wanted = true;
    release?.();
  };
  signal.addEventListener('abort', wake, { once: true });
  return {
    wake,
    async wait() {
      if (!wanted && !signal.aborted) await new Promise<void>((resolve) => (release = resolve));
      release = null;
      wanted = false;
    },
  };
}
