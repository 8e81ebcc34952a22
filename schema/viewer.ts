// Who is asking, and with whose rights at Gandi.
import { ALL_SCOPES, type Scope } from '../src/auth/session.ts';
import type { ViewerNode } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { Organization } from './organization.ts';

const ViewerMode = builder.enumType('ViewerMode', {
  description: 'What stands behind this gateway.',
  values: {
    SANDBOX: { description: 'A local imitation of Gandi: nothing is real and nothing costs money.' },
    GANDI: { description: 'Gandi itself: orders cost money.' },
  } as const,
});

const GandiUser = builder.objectRef<NonNullable<ViewerNode['user']>>('GandiUser').implement({
  description: "The person behind the gateway's credential at Gandi.",
  fields: (t) => ({
    username: t.exposeString('username', { description: 'Name to sign in with.' }),
    name: t.exposeString('name', { nullable: true, description: 'Full name; null when not told.' }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address; null when not told.' }),
  }),
});

const SCOPES: readonly Scope[] = [...ALL_SCOPES];

const Viewer = builder.objectRef<ViewerNode>('Viewer').implement({
  description: 'You: the caller of this operation.',
  fields: (t) => ({
    mode: t.expose('mode', { type: ViewerMode, description: 'Whether this is real.' }),
    user: t.expose('user', {
      type: GandiUser,
      nullable: true,
      description: 'Whose credential the gateway uses; null when it is an organization’s, or Gandi could not be asked.',
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The only organization your key can see; null when it can see all of the credential.',
      resolve: ({ session }, _args, { services, scope }) =>
        session.organizationId === null ? null : services.organizations.byId(scope, session.organizationId),
    }),
    scopes: t.stringList({
      description: 'What your key may be used for, such as `portfolio:read` or `transfer:request`.',
      complexity: { field: 1, multiplier: 1 },
      resolve: ({ session }) => SCOPES.filter((scope) => session.scopes.has(scope)),
    }),
    language: t.string({
      description: 'Language of explanations, from your `Accept-Language`: `en` or `fr`.',
      resolve: ({ session }) => session.language,
    }),
    requestId: t.string({
      description: 'Id of this request, also in the `X-Request-Id` header. Name it when you report a problem.',
      resolve: ({ session }) => session.requestId,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    description: 'Who is asking, and with whose rights.',
    complexity: { field: UPSTREAM_CALL_COST },
    resolve: (_root, _args, { services, scope }) => services.organizations.viewer(scope),
  }),
);
