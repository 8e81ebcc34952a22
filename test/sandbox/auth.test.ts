// Who may call, and how each refusal looks on the wire.
import { describe, expect, it } from 'vitest';
import { apikey, bench } from './support.ts';

describe('a credential', () => {
  it('that is missing gets 401 with the message alone', async () => {
    const { sandbox } = bench();
    const response = await sandbox.app.request('/v5/domain/domains');
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ message: expect.any(String) });
  });

  it('of an unknown scheme counts as missing', async () => {
    const { call } = bench();
    const { status, body } = await call('GET', '/domain/domains', undefined, { authorization: 'Basic c2FuZGJveA==' });
    expect([status, Object.keys(body)]).toEqual([401, ['message']]);
  });

  it('that is a wrong bearer token gets 403 with four keys', async () => {
    const { call } = bench();
    const { status, body } = await call('GET', '/domain/domains', undefined, { authorization: 'Bearer nope' });
    expect(status).toBe(403);
    expect(body).toEqual({
      object: 'HTTPForbidden',
      cause: 'Forbidden',
      code: 403,
      message: 'Access was denied to this resource.',
    });
  });

  it('that is a wrong API key gets 401 with four keys', async () => {
    const { call } = bench();
    const { status, body } = await call('GET', '/domain/domains', undefined, { authorization: 'Apikey nope' });
    expect(status).toBe(401);
    expect(body).toMatchObject({ object: 'HTTPUnauthorized', cause: 'Unauthorized', code: 401 });
  });

  it('limited to one scheme is refused in the other', async () => {
    const { call } = bench({ credentials: [{ token: 'only-key', schemes: ['apikey'] }] });
    expect((await call('GET', '/domain/domains', undefined, { authorization: 'Bearer only-key' })).status).toBe(403);
    expect((await call('GET', '/domain/domains', undefined, { authorization: 'Apikey only-key' })).status).toBe(200);
  });
});

describe('organizations', () => {
  it('are all visible to an API key, and one to a token', async () => {
    const { call, resellerId } = bench();
    const byToken = await call<{ id: string }[]>('GET', '/organization/organizations');
    const byKey = await call<{ id: string; reseller: boolean }[]>(
      'GET',
      '/organization/organizations',
      undefined,
      apikey,
    );
    expect(byToken.body.map(({ id }) => id)).toEqual([resellerId]);
    expect(byKey.body.map(({ reseller }) => reseller).sort()).toEqual([false, false, true]);
  });

  it('of the same user are forbidden to a token of another one, and unknown ones are not found', async () => {
    const { call, sandbox } = bench();
    const { company } = sandbox.state.world.organizations;
    expect((await call('GET', `/organization/organizations/${company.id}`)).status).toBe(403);
    expect((await call('GET', '/organization/organizations/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });

  it('filter by name, pattern and type', async () => {
    const { call } = bench();
    const names = async (query: string) =>
      (await call<{ name: string }[]>('GET', `/organization/organizations?${query}`, undefined, apikey)).body.map(
        ({ name }) => name,
      );
    expect(await names('name=maple-lane')).toEqual(['maple-lane']);
    expect(await names('~name=drawer')).toEqual(['empty-drawer']);
    expect(await names('type=company&sort_by=-name')).toEqual(['maple-lane', 'empty-drawer']);
    expect(await names('type=association')).toEqual([]);
  });

  it('sharing_id of an organization the caller has no part in is 403, and a malformed one is 400', async () => {
    const { call, sandbox } = bench();
    const { company } = sandbox.state.world.organizations;
    expect((await call('GET', `/domain/domains?sharing_id=${company.id}`)).status).toBe(403);
    const malformed = await call('GET', '/domain/domains?sharing_id=me');
    expect(malformed.status).toBe(400);
    expect(malformed.body).toMatchObject({
      status: 'error',
      errors: [{ location: 'querystring', name: 'sharing_id' }],
    });
  });
});

describe('an unknown route', () => {
  it('is an HTML page even without a credential', async () => {
    const { sandbox } = bench();
    const response = await sandbox.app.request('/v5/domain/nothing/here', { method: 'POST' });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await response.text()).toContain('Cannot POST /v5/domain/nothing/here');
  });
});
