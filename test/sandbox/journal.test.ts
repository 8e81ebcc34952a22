// A sandbox that keeps a journal goes on where it was, whatever ended the process.
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/sandbox/journal.ts';
import { replay } from '../../src/sandbox/recorder.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

const START = Date.UTC(2030, 0, 1);
let folder: string;
let file: string;
const open: Sandbox[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-journal-'));
  file = join(folder, 'journal.jsonl');
});
afterEach(() => {
  for (const sandbox of open.splice(0)) sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A process that starts on the journal, `laterMs` after the first one did. */
async function start(laterMs = 0, domains = 40): Promise<Sandbox> {
  const sandbox = createSandbox({ domains, journal: file, clock: fakeClock(START + laterMs) });
  open.push(sandbox);
  if (sandbox.state.journal) await replay(sandbox, sandbox.state.journal);
  return sandbox;
}

const call = (sandbox: Sandbox, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  sandbox.app.request(path, {
    method,
    headers: { authorization: 'Bearer sandbox-token', 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const owner = {
  type: 'individual',
  given: 'Nia',
  family: 'Okafor',
  email: 'nia@example.net',
  streetaddr: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '+358.401234567',
};

const order = async (sandbox: Sandbox, fqdn: string, headers: Record<string, string> = {}) => {
  const reseller = sandbox.state.world.organizations.reseller.id;
  const answer = await call(
    sandbox,
    'POST',
    `/v5/domain/transferin?sharing_id=${reseller}`,
    { fqdn, owner, authinfo: 'right-code-1' },
    headers,
  );
  return answer.status;
};
const transferOf = async (sandbox: Sandbox, fqdn: string) =>
  (await (await call(sandbox, 'GET', `/v5/domain/transferin/${fqdn}`)).json()) as Record<string, unknown>;
const customersOf = ({ state: { world } }: Sandbox) => world.customers.ofOrganization(world.organizations.reseller.id);

describe('a sandbox with a journal', () => {
  it('knows a transfer that was ordered before the process ended, at the step it had reached', async () => {
    const first = await start();
    expect(await order(first, 'moving.com')).toBe(202);
    first.advance(3_000);
    const before = await transferOf(first, 'moving.com');
    const second = await start(3_000);
    expect(await transferOf(second, 'moving.com')).toEqual(before);
    expect(customersOf(second)).toEqual(customersOf(first));
    expect(second.state.transfersOrdered.get('moving.com')).toBe(1);
  });

  it('lets the time pass that nobody was there', async () => {
    await order(await start(), 'moving.com');
    const later = await start(3_600_000);
    expect(later.now()).toBe(START + 3_600_000);
    expect((await call(later, 'GET', '/v5/domain/domains/moving.com')).status).toBe(200);
  });

  it('remembers what people outside and the operator of the clock did', async () => {
    const first = await start();
    await order(first, 'moving.com');
    await call(first, 'POST', '/sandbox/clock/advance', { seconds: 3 });
    await call(first, 'POST', '/sandbox/transfers/moving.com/holder', { answer: 'refuse' });
    const second = await start();
    expect(await transferOf(second, 'moving.com')).toEqual(await transferOf(first, 'moving.com'));
    expect(second.now()).toBe(first.now());
  });

  it('replays orders at the price they had, whatever changed prices before and after', async () => {
    const first = await start();
    const register = (fqdn: string, price: number) => call(first, 'POST', '/v5/domain/domains', { fqdn, owner, price });
    await call(first, 'POST', '/sandbox/faults', {
      count: 1,
      effect: { kind: 'price', factor: 2, tld: 'com', process: 'create' },
    });
    await call(first, 'POST', '/sandbox/prices', {
      tld: 'com',
      process: 'create',
      price: 40,
      from: '2030-01-01T01:00:00Z',
    });
    expect((await register('free-one.com', 15.5)).status).toBe(400);
    expect((await register('free-two.com', 31)).status).toBe(202);
    first.advance(3_600_000);
    expect((await register('free-three.com', 40)).status).toBe(202);
    first.advance(3_600_000);
    const second = await start(7_200_000);
    expect(second.state.world.ledger.entries).toEqual(first.state.world.ledger.entries);
    expect(second.state.world.prices.changes).toEqual(first.state.world.prices.changes);
  });

  it('keeps what rules made of domains: taken names, statuses, refusals of a registry', async () => {
    const first = await start();
    const fault = (effect: object) => call(first, 'POST', '/sandbox/faults', { count: 1, effect });
    const register = (fqdn: string) => call(first, 'POST', '/v5/domain/domains', { fqdn, owner });
    await fault({ kind: 'name-taken' });
    expect((await register('free-taken.com')).status).toBe(400);
    await fault({ kind: 'registry-refuses' });
    expect((await register('free-refused.com')).status).toBe(202);
    expect((await register('free-held.com')).status).toBe(202);
    first.advance(10_000);
    await fault({ kind: 'domain-status', statuses: ['serverRenewProhibited'] });
    expect((await call(first, 'POST', '/v5/domain/domains/free-held.com/renew', {})).status).toBe(400);
    const second = await start(10_000);
    for (const { state } of [first, second]) {
      const { world } = state;
      expect(world.registrations.get('free-refused.com')).toMatchObject({ step: 'ERROR', fault: 'registry_refused' });
      expect(world.estate.get('free-held.com')?.extraStatuses).toEqual(['serverRenewProhibited']);
    }
    expect((await call(second, 'POST', '/v5/domain/domains', { fqdn: 'free-taken.com', owner })).status).toBe(400);
  });

  it('gives the same ids to customers that were made at the same moment in different ways', async () => {
    const first = await start();
    const reseller = first.state.world.organizations.reseller.id;
    const { given: firstname, family: lastname, ...rest } = owner;
    const customers = `/v5/organization/organizations/${reseller}/customers`;
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        index % 3 === 0
          ? call(first, 'POST', customers, { ...rest, firstname, lastname, reference: `R-${index}` })
          : call(first, 'POST', '/v5/domain/domains', {
              fqdn: `free-crowd-${index}.com`,
              owner: { ...owner, given: `Nia ${index}` },
            }),
      ),
    );
    expect(customersOf(await start())).toEqual(customersOf(first));
  });

  it('does one thing after the other, even when one fails', async () => {
    const journal = openJournal(file, {}, START);
    const seen: string[] = [];
    const { promise, reject } = Promise.withResolvers<void>();
    const first = journal.inTurn(async () => {
      seen.push('first begins');
      await promise;
    });
    const second = journal.inTurn(async () => void seen.push('second'));
    await Promise.resolve();
    seen.push('first fails');
    reject(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    await second;
    expect(seen).toEqual(['first begins', 'first fails', 'second']);
  });

  it('forgets what was only a dry run, refused or read', async () => {
    const first = await start();
    expect(await order(first, 'moving.com', { 'dry-run': '1' })).toBe(200);
    expect(await order(first, 'not a domain')).toBe(400);
    await call(first, 'GET', '/v5/domain/domains');
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('drops a last line that a crash cut off, and nothing else', async () => {
    await order(await start(), 'moving.com');
    appendFileSync(file, '{"at": 1, "method": "PO');
    const second = await start();
    expect(second.state.transfersOrdered.get('moving.com')).toBe(1);
    expect(await order(second, 'other.com')).toBe(202);
    expect((await start()).state.transfersOrdered.get('other.com')).toBe(1);
  });

  it('refuses the journal of a sandbox of another size, and says what to do', async () => {
    await start();
    await expect(start(0, 41)).rejects.toThrow(/belongs to a sandbox with domains 40, this one has domains 41: remove/);
  });
});
