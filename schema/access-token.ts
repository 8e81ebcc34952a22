// Tokens for apps and people who shall not have the gateway's key.
import type { AccessTokenNode } from '../src/services/access-tokens-types.ts';
import { InvalidInputError, NotFoundError, TokensUnavailableError } from '../src/services/errors.ts';
import { builder } from './builder.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { keyOf } from './node-id.ts';

const CreateAccessTokenSuccess = builder.objectRef<AccessTokenNode>('CreateAccessTokenSuccess').implement({
  description: 'The token. It is shown this once and kept nowhere.',
  fields: (t) => ({
    token: t.exposeString('token', {
      description: 'Send it as `Authorization: Bearer <token>`, or as `authorization` in `connection_init`.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When it ends. Subscriptions that were opened with it end then too.',
    }),
    scopes: t.exposeStringList('scopes', { description: 'What it may be used for.' }),
  }),
});

const CreateAccessTokenInput = builder.inputType('CreateAccessTokenInput', {
  description: 'For whom the token is, and for how long.',
  fields: (t) => ({
    organizationId: t.id({ required: true, description: 'The one organization it sees.' }),
    clientId: t.id({ description: 'The one client of that organization it sees; all of them when not given.' }),
    scopes: t.stringList({
      description:
        'What it may be used for, some of your own scopes as `viewer.scopes` shows them, such as `portfolio:read`; all of them when not given.',
    }),
    expiresInSeconds: t.int({ required: true, description: 'How long it lives: 60 to 86400 seconds.' }),
  }),
});

builder.mutationField('createAccessToken', (t) =>
  t.errorUnionField({
    description:
      'Makes a short-lived token for one organization, or for one client of it. It cannot do more than you can, and cannot make tokens that outlive it. All tokens end when the key of the gateway is changed. Costs no call.',
    types: [CreateAccessTokenSuccess, InvalidInputError, NotFoundError, TokensUnavailableError],
    union: {
      name: 'CreateAccessTokenResult',
      description: 'What `createAccessToken` can come to.',
      resolveType: () => CreateAccessTokenSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: CreateAccessTokenInput, required: true, description: 'For whom and how long.' }) },
    resolve: (_root, { input: { organizationId, clientId, scopes, expiresInSeconds } }, { services, scope }) =>
      services.accessTokens.create(scope, {
        organizationId: keyOf('Organization', organizationId, 'input.organizationId'),
        clientId: clientId == null ? null : keyOf('Client', clientId, 'input.clientId'),
        scopes: scopes ?? null,
        expiresInSeconds,
      }),
  }),
);
