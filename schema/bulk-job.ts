// Bulk jobs: long work that is asked for, followed and given up.

import {
  InvalidInputError,
  NotFoundError,
  OrganizationNotEligibleError,
  WrongJobStateError,
} from '../src/services/errors.ts';
import type { BulkJobRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { asNode, keyOf } from './node-id.ts';
import { Organization } from './organization.ts';
import { connectionOf, pageCost } from './paging.ts';

const BulkJobKind = builder.enumType('BulkJobKind', {
  description: 'What a bulk job does.',
  values: {
    REFRESH_PORTFOLIO: {
      description: 'Reads the clients, the domains and the details of each domain of an organization again.',
    },
  } as const,
});

const BulkJobState = builder.enumType('BulkJobState', {
  description: 'Where a bulk job stands.',
  values: {
    QUEUED: { description: 'Written down; it is begun in a moment.' },
    RUNNING: { description: 'Under way. `problem` says why when it does not move.' },
    COMPLETED: { description: 'Everything was gone through.' },
    FAILED: { description: 'Given up after many attempts; `problem` says why. What was done stays.' },
    CANCELLED: { description: 'Somebody gave it up. What was done stays.' },
  } as const,
});

export const BulkJob = builder.node(builder.objectRef<BulkJobRecord>('BulkJob'), {
  description:
    'Long work that the gateway does piece by piece in the background, over restarts. Each step of its progress is an event of type `BULK_JOB_CHANGED`.',
  id: { resolve: ({ id }) => id },
  loadOne: async (id: string, { services, scope }) => asNode('BulkJob', await services.bulkJobs.byId(scope, id)),
  fields: (t) => ({
    kind: t.expose('kind', { type: BulkJobKind, description: 'What it does.' }),
    state: t.expose('state', { type: BulkJobState, description: 'Where it stands.' }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The organization it is for; null when that could not be read.',
      resolve: ({ organizationId }, _args, { services, scope }) => services.organizations.byId(scope, organizationId),
    }),
    done: t.exposeInt('done', { description: 'Pieces that are done: domains whose details were read.' }),
    failed: t.exposeInt('failed', { description: 'Pieces that could not be done in this pass and were left out.' }),
    total: t.exposeInt('total', { nullable: true, description: 'All pieces; null until that is known.' }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: 'Why it does not move now, or failed; null when nothing is wrong.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it began; null before.' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true, description: 'When it ended; null before.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

const BulkJobFilterInput = builder.inputType('BulkJobFilter', {
  description: 'Which bulk jobs to list; every condition given must hold.',
  fields: (t) => ({
    states: t.field({ type: [BulkJobState], description: 'In one of these states.' }),
  }),
});

builder.queryField('bulkJobs', (t) =>
  t.connection(
    {
      type: BulkJob,
      nullable: true,
      description: 'Bulk jobs, newest first. One alone is read by `node`.',
      complexity: (args) => pageCost(args),
      args: { filter: t.arg({ type: BulkJobFilterInput, description: 'Which jobs; all when not given.' }) },
      resolve: (_root, { filter, ...page }, { services, scope }) =>
        connectionOf(page, (range) => services.bulkJobs.list(scope, { states: filter?.states ?? null, page: range })),
    },
    { name: 'BulkJobConnection', description: 'A page of bulk jobs.' },
    { name: 'BulkJobEdge', description: 'A bulk job and its place in the list.' },
  ),
);

const RefreshPortfolioInput = builder.inputType('RefreshPortfolioInput', {
  description: 'What to read again.',
  fields: (t) => ({
    organizationId: t.id({ description: 'The reseller organization; not needed when you have only one.' }),
  }),
});

const RefreshPortfolioSuccess = builder
  .objectRef<{ readonly job: BulkJobRecord; readonly replayed: boolean }>('RefreshPortfolioSuccess')
  .implement({
    description: 'The job is written down and done from here on, whatever happens to this connection.',
    fields: (t) => ({
      job: t.expose('job', { type: BulkJob, description: 'The job.' }),
      replayed: t.exposeBoolean('replayed', {
        description: 'True when one was under way for the organization already: it is this one.',
      }),
    }),
  });

builder.mutationField('refreshPortfolio', (t) =>
  t.errorUnionField({
    description:
      'Reads everything of an organization at Gandi again, with what urgent calls leave of the rate limit: one call for each domain, so that 10,000 domains take half an hour or more. Queries are answered from the mirror meanwhile, ever fresher. To have one answer fresh at once, use `@fresh` instead.',
    types: [RefreshPortfolioSuccess, InvalidInputError, NotFoundError, OrganizationNotEligibleError],
    union: {
      name: 'RefreshPortfolioResult',
      description: 'What `refreshPortfolio` can come to.',
      resolveType: () => RefreshPortfolioSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: RefreshPortfolioInput, required: true, description: 'What to read again.' }) },
    resolve: (_root, { input: { organizationId } }, { services, scope }) =>
      services.bulkJobs.refreshPortfolio(scope, {
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'input.organizationId'),
      }),
  }),
);

const CancelBulkJobInput = builder.inputType('CancelBulkJobInput', {
  description: 'Which job is given up.',
  fields: (t) => ({ jobId: t.id({ required: true, description: 'The job.' }) }),
});

const CancelBulkJobSuccess = builder.objectRef<{ readonly job: BulkJobRecord }>('CancelBulkJobSuccess').implement({
  description: 'Nothing more is begun for the job. What was done stays.',
  fields: (t) => ({ job: t.expose('job', { type: BulkJob, description: 'The job.' }) }),
});

builder.mutationField('cancelBulkJob', (t) =>
  t.errorUnionField({
    description: 'Gives a bulk job up. Repeating it changes nothing.',
    types: [CancelBulkJobSuccess, NotFoundError, WrongJobStateError],
    union: {
      name: 'CancelBulkJobResult',
      description: 'What `cancelBulkJob` can come to.',
      resolveType: () => CancelBulkJobSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: CancelBulkJobInput, required: true, description: 'Which job.' }) },
    resolve: async (_root, { input: { jobId } }, { services, scope }) => ({
      job: await services.bulkJobs.cancel(scope, { jobId: keyOf('BulkJob', jobId, 'input.jobId') }),
    }),
  }),
);
