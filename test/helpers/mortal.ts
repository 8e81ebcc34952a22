// A process that dies at a chosen call to the world outside: to the database or to Gandi.
class Killed extends Error {
  override readonly name = 'Killed';
}

/** Counts every call a process makes of the world outside, and dies at one of them: before it has an effect, or after it and before the answer is seen. */
export interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

export function createMortal(death: Death | null) {
  let calls = 0;
  let dead = false;
  const guard = async (run: () => unknown): Promise<unknown> => {
    if (dead) throw new Killed();
    const mine = ++calls;
    if (death?.at === mine && death.when === 'before') dead = true;
    if (dead) throw new Killed();
    const result = await run();
    if (death?.at === mine) dead = true;
    if (dead) throw new Killed();
    return result;
  };
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value === 'function')
          return (...given: unknown[]) => guard(() => Reflect.apply(value, target, given));
        return typeof value === 'object' && value !== null ? wrap(value) : value;
      },
    });
  return { wrap, calls: () => calls, isDead: () => dead };
}

/** At which of its calls a process dies: at each on the embedded database; at the first, one in the middle and the last on a server, which speaks the same SQL. */
export function deathsAt(calls: number, backend: 'embedded' | 'postgresql'): readonly number[] {
  const every = Array.from({ length: calls }, (_, index) => index + 1);
  return backend === 'embedded' ? every : every.filter((at) => at === 1 || at === Math.ceil(calls / 2) || at === calls);
}
