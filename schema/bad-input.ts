// The fault of an argument that cannot be used: it names the argument, what was found and what is expected.
import { shown } from '../src/lib/text.ts';
import { RequestFault } from '../src/services/errors.ts';

/** @returns a BAD_USER_INPUT to throw; nothing was asked of Gandi. `argument` may be a path such as `filter.clientIds`. */
export function badInput(argument: string, found: string | number, expected: string): RequestFault {
  const text = shown(String(found));
  return new RequestFault('BAD_USER_INPUT', `${argument}: found ${text}, expected ${expected}.`, {
    argument: { name: argument, found: text, expected },
  });
}
