// The control API: time, log, counters, ledger, a fresh start.
import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../src/sandbox/calls.ts';
import { bench, day, owner } from './support.ts';

describe('the control API', () => {
  it('sums the sandbox up', async () => {
    const { control, resellerId } = bench({ domains: 40 });
    for (const path of ['', '/']) {
      expect((await control('GET', path)).body).toMatchObject({
        speed: 0,
        customers: 4,
        prepaid: 25_000,
        organizations: expect.arrayContaining([{ role: 'reseller', id: resellerId, name: 'maple-lane' }]),
        domains: { listed: 40 },
      });
    }
  });

  it('moves the clock and sets its speed', async () => {
    const { control, realClock } = bench();
    expect((await control('POST', '/clock/advance', { days: 5, hours: 1 })).body).toMatchObject({
      now: '2030-01-06T01:00:00Z',
    });
    expect((await control('PUT', '/clock', { speed: 3600 })).body).toMatchObject({ speed: 3600 });
    await realClock.advance(1000);
    expect((await control('GET', '/clock')).body).toMatchObject({ now: '2030-01-06T02:00:00Z' });
    expect((await control('POST', '/clock/advance', {})).status).toBe(400);
    expect((await control('POST', '/clock/advance', { days: -1 })).body).toMatchObject({ errors: [{ name: 'days' }] });
    expect((await control('PUT', '/clock', { speed: 'fast' })).body).toMatchObject({ errors: [{ name: 'speed' }] });
  });

  it('logs calls with their arrival, route and outcome, and keeps the last ones only', async () => {
    const { call, control, realClock } = bench({ callLogSize: 3 });
    await call('GET', '/domain/tlds?per_page=1');
    await realClock.advance(0.25);
    await call('GET', '/domain/domains/absent.com');
    await call('GET', '/nowhere');
    await call('GET', '/organization/user-info');
    type Log = { total: number; kept: number; calls: CallRecord[] };
    const { body } = await control<Log>('GET', '/calls');
    expect([body.total, body.kept]).toEqual([4, 3]);
    expect(body.calls.map(({ serial, route, status }) => [serial, route, status])).toEqual([
      [2, '/v5/domain/domains/:fqdn', 404],
      [3, '', 404],
      [4, '/v5/organization/user-info', 200],
    ]);
    expect(body.calls[0]?.arrivedAt).toBe(0.25);
    expect((await control<Log>('GET', '/calls?after=3')).body.calls.map(({ serial }) => serial)).toEqual([4]);
    expect((await control<Log>('GET', '/calls?limit=1')).body.calls.map(({ serial }) => serial)).toEqual([2]);
    expect((await control('GET', '/calls?limit=x')).status).toBe(400);
    await control('DELETE', '/calls');
    expect((await control<Log>('GET', '/calls')).body).toEqual({ total: 0, kept: 0, calls: [] });
  });

  it('never logs a credential or a body', async () => {
    const { call, control } = bench();
    await call('POST', '/domain/transferin', { fqdn: 'hush.com', owner, authinfo: 'top-secret-code' });
    const text = JSON.stringify((await control('GET', '/calls')).body);
    expect(text).not.toContain('sandbox-token');
    expect(text).not.toContain('top-secret-code');
  });

  it('counts by route and clears the counters', async () => {
    const { call, control } = bench();
    await call('GET', '/domain/domains/a.com');
    await call('GET', '/domain/domains/b.com');
    await call('GET', '/nowhere');
    expect((await control('GET', '/counters')).body).toMatchObject({
      total: 3,
      byRoute: { 'GET /v5/domain/domains/:fqdn': 2, 'GET (none)': 1 },
    });
    expect((await control('DELETE', '/counters')).body).toMatchObject({ total: 0, peakInWindow: 0, byRoute: {} });
  });

  it('shows what was bought', async () => {
    const { call, control, sandbox } = bench();
    await call('POST', '/domain/transferin', { fqdn: 'bought.com', owner, authinfo: 'right-code' });
    sandbox.advance(day);
    const { body } = await control<object[]>('GET', '/ledger');
    expect(body.at(-1)).toMatchObject({
      kind: 'debit',
      process: 'transfer',
      fqdn: 'bought.com',
      amount: -18.6,
      balance: 24_981.4,
    });
  });

  it('starts over, with changes when asked', async () => {
    const { call, control, sandbox } = bench({ domains: 20 });
    await control('POST', '/faults', { effect: { kind: 'status', status: 500 } });
    sandbox.advance(day);
    expect((await control('POST', '/reset', { domains: 30, seed: 9 })).body).toMatchObject({
      now: '2030-01-01T00:00:00Z',
      faults: 0,
      calls: 0,
      domains: { listed: 30 },
    });
    expect((await call<object[]>('GET', '/domain/domains')).body).toHaveLength(30);
    expect((await control('POST', '/reset', { domains: 200_000 })).body).toMatchObject({
      errors: [{ name: 'domains' }],
    });
    expect((await call<object[]>('GET', '/domain/domains')).body).toHaveLength(30);
  });

  it('is neither limited nor counted', async () => {
    const { control } = bench({ limit: { calls: 1, windowMs: 2000 } });
    for (let i = 0; i < 5; i++) expect((await control('GET', '/counters')).body).toMatchObject({ total: 0 });
  });
});
