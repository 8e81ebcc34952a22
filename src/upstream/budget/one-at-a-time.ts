// Work that is asked for often and must not run twice at once.

export interface OneAtATime {
  /** Runs it now, or once more when the present run is over, however often it is asked for meanwhile. */
  again(): void;
  /** Runs it now unless it is running. */
  once(): void;
  /** Resolves when nothing is running. */
  idle(): Promise<void>;
}

/** @param onError told of a run that failed; nothing is run again because of it. */
export function oneAtATime(work: () => Promise<unknown>, onError: (error: unknown) => void): OneAtATime {
  let running: Promise<void> | null = null;
  let isDue = false;
  const run = async (): Promise<void> => {
    try {
      do {
        isDue = false;
        await work();
      } while (isDue);
    } catch (error) {
      onError(error);
    } finally {
      running = null;
    }
  };
  const once = (): void => {
    if (running === null) running = run();
  };
  return {
    again() {
      isDue = true;
      once();
    },
    once,
    async idle() {
      await running;
    },
  };
}
