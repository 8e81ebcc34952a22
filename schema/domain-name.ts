// Domain names as arguments: brought to A-labels, or refused with what was found and what is expected.
import { DomainNameError, parseDomainName } from '../src/lib/domain-name.ts';
import { badArgument } from '../src/services/bad-argument.ts';

/** @throws {RequestFault} BAD_USER_INPUT naming `argument` when the text is no domain name. */
export function domainNameOf(text: string, argument: string): string {
  try {
    return parseDomainName(text).name;
  } catch (error) {
    if (error instanceof DomainNameError) throw badArgument(argument, error.found, error.expected);
    throw error;
  }
}
