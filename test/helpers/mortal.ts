// A process that dies at a chosen call to the world outside: to the database or to Gandi.
import { type Backend, DEFAULT_BACKEND } from './test-store.ts';

class Killed extends Error {
  override readonly name = 'Killed';
}

/**
 * Counts every call a process makes of the world outside, and dies at one of them, before it has an effect. For the world that is also the death between the
 * effect of the call before it and the sight of its answer: what the process knew goes with it.
 * @param diesAt counted from 1; null = it lives.
 */
export function createMortal(diesAt: number | null) {
  let calls = 0;
  let dead = false;
  const guard = async (run: () => unknown): Promise<unknown> => {
    if (dead) throw new Killed();
    const mine = ++calls;
    if (diesAt === mine) dead = true;
    if (dead) throw new Killed();
    const result = await run();
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

/**
 * At which of its calls a process dies: at each on one backend, the server where there is one because it is quicker; at the first, one in the middle and the
 * last on the other, which speaks the same SQL.
 */
export function deathsAt(calls: number, backend: Backend): readonly number[] {
  const every = Array.from({ length: calls }, (_, index) => index + 1);
  return backend === DEFAULT_BACKEND
    ? every
    : every.filter((at) => at === 1 || at === Math.ceil(calls / 2) || at === calls);
}
