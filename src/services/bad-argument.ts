// The fault of an argument that cannot be used: it names the argument, what was found and what is expected.
import { shown } from '../lib/text.ts';
import { RequestFault } from './errors.ts';

/** @returns a BAD_USER_INPUT to throw; nothing was asked of Gandi. `name` may be a path such as `filter.clientIds`. */
export function badArgument(name: string, found: string | number, expected: string): RequestFault {
  const argument = { name, found: shown(String(found)), expected };
  return new RequestFault('BAD_USER_INPUT', `${name}: found ${argument.found}, expected ${expected}.`, { argument });
}
