// What holds for the filters of every list.
import { badArgument } from '../src/services/bad-argument.ts';
import { MAX_PAGE_SIZE } from './limits.ts';

/** Each condition that is a list has a bound. @throws {RequestFault} BAD_USER_INPUT naming the one that is too long. */
export function assertBounded(filter: object | null | undefined): void {
  for (const [condition, value] of Object.entries(filter ?? {}))
    if (Array.isArray(value) && value.length > MAX_PAGE_SIZE)
      throw badArgument(`filter.${condition}`, `${value.length} entries`, `at most ${MAX_PAGE_SIZE}`);
}
