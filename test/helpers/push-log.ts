// An append-only list with readers that wait for more, as subscriptions read one.

export interface PushLog<T> {
  push(item: T): void;
  /** Ends every reader with this error. */
  fail(error: Error): void;
  /** Everything after the item with this cursor, then what comes, until returned or aborted. */
  read(after: string | null, signal: AbortSignal): AsyncIterableIterator<T>;
  readonly readers: number;
}

export function createSharedLogOf<T extends { readonly cursor: string }>(): PushLog<T> {
  const items: T[] = [];
  const readers = new Set<() => void>();
  let failure: Error | null = null;
  const wake = () => {
    for (const reader of readers) reader();
  };
  return {
    push(item) {
      items.push(item);
      wake();
    },
    fail(error) {
      failure = error;
      wake();
    },
    read(after, signal) {
      let next = after === null ? items.length : items.findIndex(({ cursor }) => cursor === after) + 1;
      let ended = signal.aborted;
      let waiting: (() => void) | null = null;
      const stir = () => {
        waiting?.();
        waiting = null;
      };
      const end = () => {
        ended = true;
        readers.delete(stir);
        stir();
      };
      if (!ended) readers.add(stir);
      signal.addEventListener('abort', end, { once: true });
      return {
        [Symbol.asyncIterator]() {
          return this;
        },
        async next() {
          for (;;) {
            if (ended) return { done: true, value: undefined };
            const item = items[next];
            if (item !== undefined) {
              next += 1;
              return { done: false, value: item };
            }
            if (failure) {
              end();
              throw failure;
            }
            await new Promise<void>((resolve) => {
              waiting = resolve;
            });
          }
        },
        async return() {
          end();
          return { done: true, value: undefined };
        },
      };
    },
    get readers() {
      return readers.size;
    },
  };
}
