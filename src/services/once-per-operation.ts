// Things made once for an operation and shared by everything in it.
import type { OperationScope } from './services.ts';

/** What `make` gives for a scope: made when first asked for, forgotten with the scope. */
export function oncePerOperation<T>(make: (scope: OperationScope) => T): (scope: OperationScope) => T {
  const made = new WeakMap<OperationScope, { readonly value: T }>();
  return (scope) => {
    const known = made.get(scope) ?? { value: make(scope) };
    made.set(scope, known);
    return known.value;
  };
}
