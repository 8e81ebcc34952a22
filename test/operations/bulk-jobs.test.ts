// A bulk job over real sockets: asked for, followed by its events to its end, listed, and cancelled too late.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 40 });
});
afterAll(() => app.close());

interface Job {
  readonly id: string;
  readonly state: string;
  readonly done: number;
  readonly total: number | null;
}

const JOB = 'fragment Whole on BulkJob { id kind state done failed total problem organization { id } endedAt }';

async function ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { data, errors } = await app.ask(`${JOB} ${query}`, variables);
  expect(errors).toEqual([]);
  return data as T;
}
const refresh = async () =>
  (
    await ask<{ refreshPortfolio: { job: Job; replayed: boolean } }>(
      'mutation { refreshPortfolio(input: {}) { ... on RefreshPortfolioSuccess { replayed job { ...Whole } } ... on Error { code message } } }',
    )
  ).refreshPortfolio;
const jobNow = async (id: string) =>
  (await ask<{ node: Job }>('query ($id: ID!) { node(id: $id) { ...Whole } }', { id })).node;
const cancel = async (id: string) =>
  (
    await ask<{ cancelBulkJob: Record<string, unknown> }>(
      'mutation ($id: ID!) { cancelBulkJob(input: { jobId: $id }) { ... on CancelBulkJobSuccess { job { ...Whole } } ... on WrongJobState { state } ... on Error { code } } }',
      { id },
    )
  ).cancelBulkJob;

test('a refresh is written down at once, asked for again it is the same, and it comes to its end', async () => {
  const { job, replayed } = await refresh();
  expect(replayed).toBe(false);
  expect(['QUEUED', 'RUNNING']).toContain(job.state);
  expect(await refresh()).toMatchObject({ replayed: true, job: { id: job.id } });
  await vi.waitFor(async () => expect((await jobNow(job.id)).state).toBe('COMPLETED'), {
    timeout: 60_000,
    interval: 200,
  });
  const end = await jobNow(job.id);
  expect(end).toMatchObject({ kind: 'REFRESH_PORTFOLIO', failed: 0, problem: null, endedAt: expect.any(String) });
  expect(end.total).toBeGreaterThan(0);
  expect(end.done).toBe(end.total);
  const { bulkJobs } = await ask<{ bulkJobs: { edges: readonly { node: Job }[] } }>(
    'query { bulkJobs(filter: { states: [COMPLETED] }) { edges { node { ...Whole } } } }',
  );
  expect(bulkJobs.edges.map(({ node }) => node)).toEqual([end]);
  expect(await cancel(job.id)).toEqual({ code: 'WRONG_JOB_STATE', state: 'COMPLETED' });
});

test('a refresh that was cancelled is cancelled, and another can be asked for', async () => {
  const { job } = await refresh();
  expect(await cancel(job.id)).toMatchObject({ job: { id: job.id, state: 'CANCELLED' } });
  const { job: another } = await refresh();
  expect(another.id).not.toBe(job.id);
  expect(await cancel(another.id)).toMatchObject({ job: { state: 'CANCELLED' } });
});

test('a job that is not there is told as such, and an id of something else is refused', async () => {
  const id = Buffer.from('BulkJob:01890000-0000-7000-8000-000000000000').toString('base64url');
  expect(await cancel(id)).toEqual({ code: 'NOT_FOUND' });
  const { errors } = await app.ask('mutation { cancelBulkJob(input: { jobId: "nonsense" }) { __typename } }');
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
});
