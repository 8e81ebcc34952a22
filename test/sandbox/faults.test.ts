// Fault rules, in the process and over a real socket.
import { afterAll, describe, expect, it } from 'vitest';
import { globMatcher } from '../../src/sandbox/faults.ts';
import { AnswerLost } from '../../src/sandbox/gate.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { apikey, bearer, bench, day, owner } from './support.ts';

const transferBody = { fqdn: 'storm-glass.com', owner, authinfo: 'right-code' };

describe('a rule', () => {
  it('answers a status with the usual body, a given one, or an HTML page', async () => {
    const { call, control } = bench();
    await control('POST', '/faults', { path: '/v5/organization/*', effect: { kind: 'status', status: 503 } });
    await control('POST', '/faults', {
      path: '/v5/domain/tlds',
      effect: { kind: 'status', status: 400, body: { status: 'error', errors: [] } },
    });
    await control('POST', '/faults', { path: '/v5/billing/**', effect: { kind: 'status', status: 502, html: true } });
    expect(await call('GET', '/organization/user-info')).toMatchObject({
      status: 503,
      body: { code: 503, object: 'HTTPServiceUnavailable' },
    });
    expect(await call('GET', '/domain/tlds')).toMatchObject({ status: 400, body: { status: 'error', errors: [] } });
    const page = await call<string>('GET', '/billing/price/domain');
    expect([page.status, page.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(page.body).toContain('<html');
  });

  it('answers 429 with the Retry-After it names, and 401 with four keys', async () => {
    const { call, control } = bench();
    await control('POST', '/faults', { count: 1, effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
    await control('POST', '/faults', { count: 1, effect: { kind: 'status', status: 401 } });
    const first = await call('GET', '/domain/tlds');
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await call('GET', '/domain/tlds')).status).toBe(200);
  });

  it('answers a status after the order was carried out', async () => {
    const { call, control, sandbox } = bench();
    await control('POST', '/faults', {
      method: 'POST',
      effect: { kind: 'status', status: 502, html: true, after: true },
    });
    expect((await call('POST', '/domain/domains', { fqdn: 'free-done.com', owner })).status).toBe(502);
    sandbox.advance(day);
    expect((await call('GET', '/domain/domains/free-done.com')).status).toBe(200);
  });

  it('takes a name between the check and the order', async () => {
    const { call, control } = bench();
    expect((await call('GET', '/domain/check?name=free-wanted.com')).body).toMatchObject({
      products: [{ status: 'available' }],
    });
    await control('POST', '/faults', { method: 'POST', effect: { kind: 'name-taken' } });
    expect(await call('POST', '/domain/domains', { fqdn: 'free-wanted.com', owner })).toMatchObject({
      status: 400,
      body: { errors: [{ name: 'fqdn' }] },
    });
  });

  it('makes the registry turn paid orders down: they are given back', async () => {
    const { call, control, sandbox } = bench();
    await call('POST', '/domain/domains', { fqdn: 'free-held.com', owner });
    sandbox.advance(day);
    await control('POST', '/faults', { method: 'POST', effect: { kind: 'registry-refuses' } });
    await call('POST', '/domain/domains', { fqdn: 'free-other.com', owner });
    await call('POST', '/domain/domains/free-held.com/renew', { duration: 1 });
    await call('POST', '/domain/changeowner/free-held.com', { owner: { ...owner, email: 'new@example.net' } });
    sandbox.advance(day);
    expect((await call('GET', '/domain/domains/free-other.com/createstatus')).body).toMatchObject({ step: 'ERROR' });
    expect((await call('GET', '/domain/changeowner/free-held.com')).body).toMatchObject({
      errortype: 'registry_refused',
    });
    expect((await control('GET', '/purchases')).body).toMatchObject({
      sums: [
        { process: 'create', paid: 2, givenBack: 1 },
        { process: 'renew', paid: 1, givenBack: 1 },
        { process: 'change_owner', paid: 1, givenBack: 1 },
      ],
    });
  });

  it('puts a domain under dispute just before a call', async () => {
    const { call, control, sandbox } = bench();
    await call('POST', '/domain/domains', { fqdn: 'free-held.com', owner });
    sandbox.advance(day);
    await control('POST', '/faults', {
      method: 'DELETE',
      effect: { kind: 'domain-status', statuses: ['serverDeleteProhibited'] },
    });
    expect((await call('DELETE', '/domain/domains/free-held.com')).status).toBe(400);
    expect((await call('GET', '/domain/domains/free-held.com')).body).toMatchObject({
      status: expect.arrayContaining(['serverDeleteProhibited']),
    });
  });

  it('for prices of a TLD or process that is not sold is refused', async () => {
    const { control } = bench();
    const effect = { kind: 'price', factor: 2, tld: 'nowhere', process: 'steal' };
    expect((await control('POST', '/faults', { effect })).body).toMatchObject({
      errors: [{ name: 'effect.tld' }, { name: 'effect.process' }],
    });
  });

  it('touches the calls after those it skips, so many times, and only its method', async () => {
    const { call, control } = bench();
    await control('POST', '/faults', {
      method: 'GET',
      path: '/v5/domain/tlds',
      skip: 1,
      count: 2,
      effect: { kind: 'status', status: 500 },
    });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await call('GET', '/domain/tlds')).status);
    expect(statuses).toEqual([200, 500, 500, 200, 200]);
    expect((await control<object[]>('GET', '/faults')).body).toMatchObject([{ id: 1, matched: 5, applied: 2 }]);
  });

  it('with a probability strikes the same calls for the same seed', async () => {
    const statuses = async (seed: number) => {
      const { call, control } = bench({ seed });
      await control('POST', '/faults', { probability: 0.5, effect: { kind: 'status', status: 500 } });
      const seen: number[] = [];
      for (let i = 0; i < 40; i++) seen.push((await call('GET', '/domain/tlds')).status);
      return seen;
    };
    const first = await statuses(5);
    expect(await statuses(5)).toEqual(first);
    expect(await statuses(6)).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 500]));
  });

  it('for one organization leaves the others alone', async () => {
    const { call, control, sandbox, resellerId } = bench({ domains: 30 });
    const { individual } = sandbox.state.world.organizations;
    const [client] = sandbox.state.world.customers.ofOrganization(resellerId);
    const [own] = sandbox.state.world.estate.ofOrganization(resellerId);
    await control('POST', '/faults', { organization: resellerId, effect: { kind: 'status', status: 403 } });
    const status = async (path: string) => (await call('GET', path, undefined, apikey)).status;
    expect(await status(`/domain/domains?sharing_id=${resellerId}`)).toBe(403);
    expect(await status(`/domain/domains?sharing_id=${client?.id}`)).toBe(403);
    expect(await status(`/domain/domains/${own?.fqdn}`)).toBe(403);
    expect(await status(`/organization/organizations/${resellerId}/customers`)).toBe(403);
    expect(await status(`/domain/domains?sharing_id=${individual.id}`)).toBe(200);
    expect(await status('/organization/organizations')).toBe(200);
    expect((await call('GET', '/domain/domains')).status).toBe(403);
  });

  it('of latency waits real time before the call is handled, and other calls overtake it', async () => {
    const { call, control, realClock } = bench();
    await control('POST', '/faults', { path: '/v5/domain/tlds', effect: { kind: 'latency', minMs: 300, maxMs: 300 } });
    let done = false;
    const slow = call('GET', '/domain/tlds').then((answer) => {
      done = true;
      return answer.status;
    });
    expect((await call('GET', '/organization/user-info')).status).toBe(200);
    await realClock.advance(299);
    expect(done).toBe(false);
    await realClock.advance(1);
    expect(await slow).toBe(200);
  });

  it('of price makes an order at the price that was read a moment ago fail', async () => {
    const { call, control } = bench();
    await control('POST', '/faults', {
      method: 'POST',
      path: '/v5/domain/transferin',
      count: 1,
      effect: { kind: 'price', factor: 1.5, tld: 'com' },
    });
    const check = await call<{ products: { prices: { price_before_taxes: number }[] }[] }>(
      'GET',
      '/domain/check?name=storm-glass.com&processes=transfer',
    );
    const price = check.body.products[0]?.prices[0]?.price_before_taxes;
    const refused = await call('POST', '/domain/transferin', { ...transferBody, price });
    expect(refused).toMatchObject({
      status: 400,
      body: { errors: [{ name: 'price', description: expect.stringContaining('23.25 EUR') }] },
    });
    expect((await call('POST', '/domain/transferin', { ...transferBody, price: 23.25 })).status).toBe(202);
  });

  it('of a silent holder or a wrong code follows the order it touched', async () => {
    const { call, control, sandbox } = bench();
    const rule = (kind: string) => ({ method: 'POST', path: '/v5/domain/transferin', count: 1, effect: { kind } });
    await control('POST', '/faults', rule('holder-silent'));
    await call('POST', '/domain/transferin', transferBody);
    await control('POST', '/faults', rule('auth-code-wrong'));
    await call('POST', '/domain/transferin', { ...transferBody, fqdn: 'glass-storm.com' });
    sandbox.advance(day);
    expect((await call('GET', '/domain/transferin/storm-glass.com')).body).toMatchObject({ inner_step: 'foa_pending' });
    expect((await call('GET', '/domain/transferin/glass-storm.com')).body).toMatchObject({
      errortype: 'invalid_authinfo',
    });
    sandbox.advance(5 * day);
    expect((await call('GET', '/domain/transferin/storm-glass.com')).body).toMatchObject({ errortype: 'foa_timeout' });
  });

  it('is refused with the name of its faulty field', async () => {
    const { control } = bench();
    const fields = async (rule: object) =>
      (await control<{ errors: { name: string }[] }>('POST', '/faults', rule)).body.errors?.map(({ name }) => name);
    expect(await fields({ effect: { kind: 'explode' } })).toEqual(['effect.kind']);
    expect(await fields({ probability: 2, effect: { kind: 'lost-before' } })).toEqual(['probability']);
    expect(await fields({ effect: { kind: 'latency', minMs: 9, maxMs: 3 } })).toEqual(['effect.maxMs']);
    expect(await fields({ paths: '/x', effect: { kind: 'lost-before' } })).toEqual(['body']);
  });

  it('is gone once deleted', async () => {
    const { call, control } = bench();
    const { body } = await control<{ id: number }>('POST', '/faults', { effect: { kind: 'status', status: 500 } });
    expect((await control('DELETE', `/faults/${body.id}`)).status).toBe(200);
    expect((await control('DELETE', `/faults/${body.id}`)).status).toBe(404);
    expect((await call('GET', '/domain/tlds')).status).toBe(200);
  });

  it('that loses the answer makes a call in the process reject, after or before the effect', async () => {
    const { call, control } = bench();
    await control('POST', '/faults', { method: 'POST', count: 1, effect: { kind: 'lost-before' } });
    await expect(call('POST', '/domain/transferin', transferBody)).rejects.toThrow(AnswerLost);
    expect((await call('GET', '/domain/transferin/storm-glass.com')).status).toBe(404);
    await control('POST', '/faults', { method: 'POST', count: 1, effect: { kind: 'lost-after' } });
    await expect(call('POST', '/domain/transferin', transferBody)).rejects.toThrow(AnswerLost);
    expect((await call('GET', '/domain/transferin/storm-glass.com')).status).toBe(200);
  });
});

describe('over a socket', async () => {
  const running = await startSandbox({ domains: 30, limit: { calls: 1000, windowMs: 1000 } });
  afterAll(() => running.close());
  const control = (method: string, path: string, body?: object) =>
    fetch(`${running.url}/sandbox${path}`, { method, ...(body && { body: JSON.stringify(body) }) }).then((answer) =>
      answer.json(),
    );
  const send = (method: string, path: string, body?: object) =>
    fetch(`${running.url}/v5${path}`, {
      method,
      headers: { ...bearer, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });

  it('an answer lost after the effect breaks the connection, and the order stands, once', async () => {
    await control('POST', '/faults', {
      method: 'POST',
      path: '/v5/domain/transferin',
      count: 1,
      effect: { kind: 'lost-after' },
    });
    await expect(send('POST', '/domain/transferin', transferBody)).rejects.toThrow('fetch failed');
    expect((await send('GET', '/domain/transferin/storm-glass.com')).status).toBe(200);
    expect(await control('GET', '/counters')).toMatchObject({ transfersOrdered: { 'storm-glass.com': 1 } });
    const { calls } = (await control('GET', '/calls')) as { calls: object[] };
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/v5/domain/transferin', status: 0, faults: [1] });
  });

  it('an answer lost before the effect breaks the connection, and nothing happened', async () => {
    await control('POST', '/faults', {
      method: 'POST',
      path: '/v5/domain/transferin',
      count: 1,
      effect: { kind: 'lost-before' },
    });
    await expect(send('POST', '/domain/transferin', { ...transferBody, fqdn: 'never-came.com' })).rejects.toThrow(
      'fetch failed',
    );
    expect((await send('GET', '/domain/transferin/never-came.com')).status).toBe(404);
  });

  it('a second sandbox on the same port is told so', async () => {
    await expect(startSandbox({ domains: 0, port: running.port })).rejects.toThrow(
      `port ${running.port} is already in use`,
    );
  });

  it('links point to the address the client used', async () => {
    const answer = await send('GET', '/domain/domains?per_page=10');
    expect(answer.headers.get('link')).toContain(`<${running.url}/v5/domain/domains?`);
  });

  it('a body over the limit is refused', async () => {
    const answer = await send('POST', '/domain/transferin', { fqdn: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(413);
  });
});

describe('a path glob', () => {
  it.each([
    ['/v5/domain/*', '/v5/domain/domains', true],
    ['/v5/domain/*', '/v5/domain/domains/a.com', false],
    ['/v5/domain/**', '/v5/domain/domains/a.com', true],
    ['/v5/domain/domains/*.com', '/v5/domain/domains/a.com', true],
    ['/v5/domain/domains/*.com', '/v5/domain/domains/a-com', false],
  ])('%s over %s is %s', (glob, path, expected) => {
    expect(globMatcher(glob)(path)).toBe(expected);
  });
});
