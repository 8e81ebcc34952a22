// Asks for a thing once in an operation, however many fields show a part of it.
import type { Context } from './builder.ts';

/**
 * @param keyOf what makes two parents the same thing within one operation.
 * @returns a function that calls `load` the first time and hands out the same promise after that, failures included. The memory goes with the operation's scope.
 */
export function oncePerScope<Parent, T>(
  keyOf: (parent: Parent) => string,
  load: (parent: Parent, context: Context) => Promise<T>,
): (parent: Parent, context: Context) => Promise<T> {
  const byScope = new WeakMap<Context['scope'], Map<string, Promise<T>>>();
  return (parent, context) => {
    let known = byScope.get(context.scope);
    if (known === undefined) {
      known = new Map();
      byScope.set(context.scope, known);
    }
    const key = keyOf(parent);
    let value = known.get(key);
    if (value === undefined) {
      value = load(parent, context);
      known.set(key, value);
    }
    return value;
  };
}
