// Contact rules as a service: what extensions want of a contact, whether a contact has it, and which clients do not. Nothing here calls Gandi by itself.
import { assertCan } from '../auth/session.ts';
import { contactRequirements } from '../policy/contact-fields.ts';
import { badArgument } from './bad-argument.ts';
import { tldName } from './catalog-arguments.ts';
import { listGaps } from './clients-missing.ts';
import { checkContact } from './contact-check.ts';
import type { ClientsService, ContactsService } from './services.ts';

const MOST = 100;

/** @param clients the listing that `clientsMissing` reads; it refreshes the mirror when the operation demands younger data. */
export function createContactsService({
  clients,
}: {
  readonly clients: Pick<ClientsService, 'list'>;
}): ContactsService {
  return {
    requirements({ session }, { tlds, operation, type }) {
      assertCan(session, 'portfolio:read');
      return contactRequirements({ tlds: readTlds(tlds, 'tlds'), operation, type });
    },
    validate({ session }, { tlds, operation, contact }) {
      assertCan(session, 'portfolio:read');
      const names = readTlds(tlds, 'input.tlds');
      const given = contact.extraParameters?.length ?? 0;
      if (given > MOST) throw badArgument('input.contact.extraParameters', `${given} entries`, `at most ${MOST}`);
      const requirements = contactRequirements({ tlds: names, operation, type: contact.type });
      const { language } = session;
      return { ...checkContact(contact, requirements, { tlds: names, language }), tlds: requirements.tlds };
    },
    async clientsMissing(scope, { tld, page }) {
      assertCan(scope.session, 'portfolio:read');
      return listGaps(clients, scope, { tld: readTld(tld, 'tld'), page });
    },
  };
}

/** @returns A-labels, each once. */
function readTlds(texts: readonly string[], argument: string): readonly string[] {
  if (texts.length === 0 || texts.length > MOST)
    throw badArgument(argument, `${texts.length} extensions`, `1 to ${MOST} of them`);
  return [...new Set(texts.map((text) => readTld(text, argument)))];
}

function readTld(text: string, argument: string): string {
  const name = tldName(text);
  if (name === null) throw badArgument(argument, text, 'an extension such as fr or co.uk');
  return name;
}
