// Checks the input of a registration without asking anybody: every field at fault in one answer.
import type { Money } from '../lib/money.ts';
import { isSafeLine, lengthOf, shown } from '../lib/text.ts';
import { InvalidInputError } from './errors.ts';
import { readNameservers } from './nameservers-input.ts';
import { checkYears, type Field, fieldAt, readClient, reading, readName, type WantedClient } from './order-input.ts';
import type { ContactRole, RegisterDomainInput } from './services.ts';
import type { SideEffect } from './side-effects.ts';

/** Input in its one form. */
export interface WantedRegistration {
  /** A-label, lower case. */
  readonly name: string;
  readonly payerId: string | null;
  readonly client: WantedClient;
  readonly years: number;
  /** Those that differ from the registrant. */
  readonly contacts: Readonly<Partial<Record<ContactRole, WantedClient>>>;
  readonly registrantParameters: Readonly<Record<string, string>>;
  readonly extraParameters: Readonly<Record<string, string>>;
  /** A-labels; empty = LiveDNS. */
  readonly nameservers: readonly string[];
  readonly templateId: string | null;
  readonly language: string | null;
  readonly acknowledge: readonly SideEffect[];
  /** After taxes, for all the years. */
  readonly expectedPrice: Money | null;
}

const ROLES: readonly ContactRole[] = ['admin', 'tech', 'billing'];
const MOST_PARAMETERS = 50;
const LONGEST_VALUE = 1_000;
/** A password by any of its names, whatever stands before or after it; no passport, and no compass. */
const PASSWORD = /pass(?:word|phrase|wd|code|key)|(?<![a-z])pass(?![a-z])|pwd|secret/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws {InvalidInputError} with every field at fault. */
export function readRegistrationInput(input: Omit<RegisterDomainInput, 'idempotencyKey'>): WantedRegistration {
  const fields: Field[] = [];
  const name = reading(fields, () => readName(input.domain));
  const client = reading(fields, () => readClient(input.client));
  checkYears(fields, input.years, 'registration');
  const contacts = Object.fromEntries(
    ROLES.flatMap((role) => {
      const choice = input.contacts[role];
      if (choice === undefined) return [];
      return [[role, reading(fields, () => readClient(choice, ['input', 'contacts', role]))] as const];
    }),
  );
  const nameservers =
    input.nameservers.length === 0
      ? []
      : reading(fields, () => readNameservers(input.nameservers, ['input', 'nameservers']));
  const registrantParameters = readParameters(fields, 'registrantParameters', input.registrantParameters);
  const extraParameters = readParameters(fields, 'extraParameters', input.extraParameters);
  const { templateId, language } = input;
  if (templateId !== null && !UUID.test(templateId))
    fields.push(fieldAt('templateId', 'This is no id of a template.', shown(templateId), 'a UUID as Gandi shows it'));
  if (language !== null && !/^[a-z]{3}$/.test(language))
    fields.push(fieldAt('language', 'This is no language code.', shown(language), 'an ISO 639-2 code such as fre'));
  if (name === null || client === null || nameservers === null || fields.length > 0)
    throw new InvalidInputError(fields);
  return {
    name: name.name,
    payerId: input.payerId,
    client,
    years: input.years,
    contacts: contacts as WantedRegistration['contacts'],
    registrantParameters,
    extraParameters,
    nameservers,
    templateId,
    language,
    acknowledge: input.acknowledge,
    expectedPrice: input.expectedPrice,
  };
}

/** Parameters of registries by name; a password is no such thing, and its value is not repeated. */
function readParameters(
  fields: Field[],
  field: string,
  parameters: RegisterDomainInput['extraParameters'],
): Readonly<Record<string, string>> {
  if (parameters.length > MOST_PARAMETERS)
    fields.push(fieldAt(field, 'These are too many.', String(parameters.length), `at most ${MOST_PARAMETERS}`));
  const found: Record<string, string> = {};
  for (const { name, value } of parameters) {
    if (!/^[A-Za-z][\w.-]{0,63}$/.test(name))
      fields.push(fieldAt(field, 'This is no name of a parameter.', shown(name), 'a name such as birth_date'));
    else if (PASSWORD.test(name))
      fields.push({
        path: ['input', field],
        message: `${name}: passwords are neither taken nor kept.`,
        found: null,
        expected: 'parameters of the registry only',
      });
    else if (Object.hasOwn(found, name))
      fields.push(fieldAt(field, 'This parameter is given twice.', name, 'each parameter once'));
    else if (!isSafeLine(value) || lengthOf(value) > LONGEST_VALUE)
      fields.push(
        fieldAt(field, `${name} cannot be used.`, shown(value), `one line of at most ${LONGEST_VALUE} characters`),
      );
    else found[name] = value;
  }
  return found;
}
