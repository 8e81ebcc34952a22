// Reads a question about availability: the names in their two forms, what is asked of each, and the key under which answers are shared.
import type { Session } from '../auth/session.ts';
import { DomainNameError, parseDomainName } from '../lib/domain-name.ts';
import type { GandiPort } from '../upstream/port.ts';
import { badArgument } from './bad-argument.ts';
import { readCurrency, readOrganizationId, readProcesses } from './catalog-arguments.ts';
import type { CatalogService, PriceProcess } from './services.ts';

type Query = Parameters<CatalogService['availability']>[1];

/** @property name A-label form; null when the input is no domain name, and `problem` then says why. */
export interface NameAsked {
  readonly input: string;
  readonly name: string | null;
  readonly unicodeName: string | null;
  readonly problem: string | null;
}

export interface AvailabilityQuestion {
  readonly processes: readonly PriceProcess[];
  readonly parameters: Omit<Parameters<GandiPort['availability']>[0], 'name'>;
  keyOf(name: string): string;
}

const MAX_YEARS = 10;

/** @throws {RequestFault} BAD_USER_INPUT that names the argument, NOT_FOUND for an organization that is not the caller's to see. */
export function readAvailabilityQuery(
  session: Session,
  query: Query,
  maxNames: number,
): { question: AvailabilityQuestion; asked: readonly NameAsked[] } {
  const { names, years } = query;
  if (names.length > maxNames) throw badArgument('names', `${names.length} names`, `at most ${maxNames} names`);
  if (years !== null && !(Number.isInteger(years) && years >= 1 && years <= MAX_YEARS))
    throw badArgument('years', String(years), `whole years from 1 to ${MAX_YEARS}`);
  const processes = readProcesses(query.processes);
  const currency = query.currency === null ? null : readCurrency(query.currency);
  const organizationId = readOrganizationId(session, query.organizationId);
  const parameters = {
    processes,
    ...(organizationId !== null && { organizationId }),
    ...(currency !== null && { currency }),
    ...(years !== null && { years }),
  };
  const shared = JSON.stringify([[...processes].sort(), organizationId, currency, years]);
  return {
    question: { processes, parameters, keyOf: (name) => `${name} ${shared}` },
    asked: names.map(readName),
  };
}

function readName(input: string): NameAsked {
  try {
    return { input, ...parseDomainName(input), problem: null };
  } catch (error) {
    if (error instanceof DomainNameError) return { input, name: null, unicodeName: null, problem: error.message };
    throw error;
  }
}
