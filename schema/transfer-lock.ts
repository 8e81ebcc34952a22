// Setting the registrar's transfer lock of a domain.
import { NotFoundError, RejectedByGandiError, TransferLockUnavailableError } from '../src/services/errors.ts';
import type { DomainNode } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Domain } from './domain.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';

const SetTransferLockSuccess = builder.objectRef<{ readonly domain: DomainNode }>('SetTransferLockSuccess').implement({
  description: 'Gandi took the change. The registry may need some minutes to show it.',
  fields: (t) => ({ domain: t.expose('domain', { type: Domain, description: 'The domain.' }) }),
});

const SetTransferLockInput = builder.inputType('SetTransferLockInput', {
  description: 'A transfer lock to set or lift.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The domain.' }),
    locked: t.boolean({
      required: true,
      description: 'true: set the lock; false: lift it, so that the domain can leave.',
    }),
  }),
});

builder.mutationField('setTransferLock', (t) =>
  t.errorUnionField({
    description:
      "Sets or lifts the registrar's transfer lock. Lifted, anybody who has the auth code can take the domain to another registrar.",
    types: [SetTransferLockSuccess, NotFoundError, TransferLockUnavailableError, RejectedByGandiError],
    union: {
      name: 'SetTransferLockResult',
      description: 'What `setTransferLock` can come to.',
      resolveType: () => SetTransferLockSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: SetTransferLockInput, required: true, description: 'Which domain, and which way.' }) },
    resolve: async (_root, { input }, { services, scope }) => ({
      domain: await services.domains.setTransferLock(scope, {
        name: domainNameOf(input.domain, 'input.domain'),
        locked: input.locked,
      }),
    }),
  }),
);
