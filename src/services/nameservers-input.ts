// Reads nameservers without asking anybody: proper host names, each once, and none that the registry would need an address for.
import { DomainNameError, parseHostName } from '../lib/domain-name.ts';
import { shown } from '../lib/text.ts';
import { InvalidInputError } from './errors.ts';

type Field = InvalidInputError['fields'][number];

/** Registries want two nameservers at least; thirteen is the most that Gandi takes (Gandi v5 docs, domain nameservers). */
const FEWEST_NAMESERVERS = 2;
const MOST_NAMESERVERS = 13;

/**
 * @param path the input field they came in.
 * @returns the hosts as A-labels, lower case, in the order given.
 * @throws {InvalidInputError} with every problem.
 */
export function readNameservers(texts: readonly string[], path: readonly string[]): readonly string[] {
  const fields: Field[] = [];
  if (texts.length < FEWEST_NAMESERVERS || texts.length > MOST_NAMESERVERS)
    fields.push({
      path,
      message: 'A domain has two nameservers at least, and not more than thirteen.',
      found: String(texts.length),
      expected: `${FEWEST_NAMESERVERS} to ${MOST_NAMESERVERS} host names`,
    });
  const hosts: string[] = [];
  for (const [index, text] of texts.slice(0, MOST_NAMESERVERS).entries()) {
    const at = [...path, String(index)];
    try {
      const { name } = parseHostName(text);
      if (hosts.includes(name))
        fields.push({
          path: at,
          message: 'This nameserver is there twice.',
          found: shown(text),
          expected: 'each nameserver once',
        });
      hosts.push(name);
    } catch (error) {
      if (!(error instanceof DomainNameError)) throw error;
      fields.push({ path: at, message: 'This is no host name.', found: error.found, expected: error.expected });
    }
  }
  if (fields.length > 0) throw new InvalidInputError(fields);
  return hosts;
}

/**
 * A nameserver within the domain needs its address at the registry (a glue record), which is not set here; one that is in use has it.
 * @param today nameservers in use.
 * @throws {InvalidInputError}
 */
export function assertNoGlueNeeded(
  name: string,
  wanted: readonly string[],
  today: readonly string[],
  path: readonly string[],
): void {
  const inUse = new Set(today.map((host) => host.toLowerCase().replace(/\.$/, '')));
  const fields = wanted.flatMap((host, index): Field[] => {
    if ((host !== name && !host.endsWith(`.${name}`)) || inUse.has(host)) return [];
    const message = `${host} is within ${name} itself, so the registry needs its IP address (a glue record), which cannot be given here. Have the host created at Gandi and set as a nameserver there.`;
    const expected = `a host outside ${name}, or one that is its nameserver today`;
    return [{ path: [...path, String(index)], message, found: host, expected }];
  });
  if (fields.length > 0) throw new InvalidInputError(fields);
}
