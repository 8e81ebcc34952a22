// What may be said of a webhook: checked field by field, all that is wrong in one go.
import { isSafeLine, lengthOf, shown, tidyLine } from '../lib/text.ts';
import type { Targets } from '../webhooks/targets.ts';
import type { InvalidInputError } from './errors.ts';
import { type Field, fieldAt } from './order-input.ts';
import type { WebhookChoice, WebhookPayloads } from './webhooks-types.ts';

const LONGEST_DESCRIPTION = 255;
const LONGEST_QUERY = 20_000;

export interface WebhookInputDeps {
  readonly targets: Pick<Targets, 'problemOf'>;
  readonly payloads: Pick<WebhookPayloads, 'problemsOf'>;
}

/** Every field at fault; empty = it can be used. What is not given is not looked at. */
export async function problemsOf(
  { targets, payloads }: WebhookInputDeps,
  { url, description, types, query }: Partial<WebhookChoice>,
): Promise<InvalidInputError['fields']> {
  const fields: Field[] = [];
  if (url !== undefined) {
    const problem = await targets.problemOf(url);
    if (problem !== null) fields.push(fieldAt('url', problem.message, hostOf(url), problem.expected));
  }
  if (description != null && (!isSafeLine(description) || lengthOf(description) > LONGEST_DESCRIPTION))
    fields.push(
      fieldAt(
        'description',
        'This is too long, or more than a line.',
        shown(description),
        `at most ${LONGEST_DESCRIPTION} characters in one line`,
      ),
    );
  if (types?.length === 0)
    fields.push(fieldAt('types', 'No event has none of the types.', '[]', 'at least one type, or none given for all'));
  if (query != null) {
    const problems =
      query.length > LONGEST_QUERY ? [`The query has ${query.length} characters.`] : payloads.problemsOf(query);
    const expected = `one subscription operation on the field events, at most ${LONGEST_QUERY} characters`;
    fields.push(...problems.map((problem) => fieldAt('query', problem, shown(query), expected)));
  }
  return fields;
}

/** The choice as it is stored. */
export function tidy<T extends Partial<WebhookChoice>>(choice: T): T {
  const { description } = choice;
  return description == null ? choice : { ...choice, description: tidyLine(description) };
}

/** What may be shown again of an address that was not taken: it may carry a password or a token. */
function hostOf(url: string): string {
  const { protocol, host } = URL.parse(url) ?? {};
  return protocol === undefined || host === undefined ? 'no address' : `${protocol}//${shown(host)}`;
}
