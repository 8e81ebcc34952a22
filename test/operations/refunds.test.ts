// Giving a registration back over real sockets: the domain goes, the money comes, and the sandbox and the gateway agree on both.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 60 });
});
afterAll(() => app.close());

const REGISTER = `mutation ($input: RegisterDomainInput!) {
  registerDomain(input: $input) { __typename ... on RegisterDomainSuccess { order { id } } ... on Error { code message } }
}`;
const CANCEL = `mutation ($input: CancelOrderInput!) {
  cancelOrder(input: $input) {
    __typename
    ... on CancelOrderSuccess { replayed order { id kind state } }
    ... on CancelOrderCase { case { ground state text link deadlineAt } }
    ... on CancelOrderQuote { price { afterTaxes { minorUnits } } blockers { code } toAcknowledge { name message } effects }
    ... on ConfirmationNeeded { code toAcknowledge { name } }
    ... on NotRefundable { code state }
    ... on Error { code message }
  }
}`;
const ORDER = `query ($id: ID!) {
  order(id: $id) {
    state
    price { afterTaxes { minorUnits } }
    ledger { kind amount { minorUnits } }
    refund { state until amount { minorUnits } rule { ruleId version sources { document } } conditions cases { state } }
  }
}`;

async function ask(query: string, variables: Record<string, unknown>, field: string): Promise<Record<string, unknown>> {
  const { data, errors } = await app.ask(query, variables);
  expect(errors).toEqual([]);
  return data[field] as Record<string, unknown>;
}

async function clientId(): Promise<string> {
  const { data } = await app.ask('{ clients(first: 1) { edges { node { id } } } }');
  const { edges } = data.clients as { edges: readonly { node: { id: string } }[] };
  return edges[0]?.node.id ?? expect.unreachable();
}

async function registered(domain: string): Promise<string> {
  const input = { domain, client: { id: await clientId() }, idempotencyKey: `register-${domain}` };
  const bought = await ask(REGISTER, { input }, 'registerDomain');
  expect(bought).toMatchObject({ __typename: 'RegisterDomainSuccess' });
  const { id } = bought.order as { id: string };
  await reaches(id, 'COMPLETED');
  return id;
}

async function reaches(id: string, state: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await app.control('POST', '/clock/advance', { seconds: 30 });
      expect((await ask(ORDER, { id }, 'order')).state).toBe(state);
    },
    { timeout: 60_000, interval: 250 },
  );
}

const purchase = async (fqdn: string) =>
  (
    await app.control<{ purchases: readonly Record<string, unknown>[] }>(
      'GET',
      `/purchases?process=create&fqdn=${fqdn}`,
    )
  ).purchases[0];

describe('cancelOrder', () => {
  test('tells what comes back and what is lost, asks for a yes by name, deletes once, and the money is matched', async () => {
    const domain = 'free-second-thoughts.com';
    const id = await registered(domain);
    const order = await ask(ORDER, { id }, 'order');
    const amount = (order.price as { afterTaxes: { minorUnits: number } }).afterTaxes.minorUnits;
    expect(order.refund).toMatchObject({
      state: 'ELIGIBLE',
      amount: { minorUnits: amount },
      rule: { ruleId: 'domain/create/com' },
    });

    const input = { orderId: id, idempotencyKey: 'give it back', acknowledge: [] as string[] };
    expect(await ask(CANCEL, { input: { ...input, dryRun: true } }, 'cancelOrder')).toMatchObject({
      __typename: 'CancelOrderQuote',
      price: { afterTaxes: { minorUnits: amount } },
      blockers: [],
      toAcknowledge: [{ name: 'DELETES_DOMAIN' }],
    });
    expect(await ask(CANCEL, { input }, 'cancelOrder')).toMatchObject({
      code: 'CONFIRMATION_NEEDED',
      toAcknowledge: [{ name: 'DELETES_DOMAIN' }],
    });
    expect(await purchase(domain)).toMatchObject({ givenBack: 0 });

    const sure = { ...input, acknowledge: ['DELETES_DOMAIN'] };
    const cancelled = await ask(CANCEL, { input: sure }, 'cancelOrder');
    expect(cancelled).toMatchObject({ __typename: 'CancelOrderSuccess', replayed: false, order: { kind: 'DELETE' } });
    expect(await ask(CANCEL, { input: sure }, 'cancelOrder')).toMatchObject({ replayed: true });
    await reaches((cancelled.order as { id: string }).id, 'COMPLETED');
    await reaches(id, 'REFUNDED');

    expect(await purchase(domain)).toMatchObject({ ordered: 1, paid: 1, givenBack: 1, spent: 0 });
    expect((await ask(ORDER, { id }, 'order')).ledger).toEqual([
      { kind: 'CHARGE', amount: { minorUnits: amount } },
      { kind: 'REFUND', amount: { minorUnits: amount } },
    ]);
    expect(await ask(CANCEL, { input: { ...sure, idempotencyKey: 'once more' } }, 'cancelOrder')).toMatchObject({
      code: 'NOT_REFUNDABLE',
      state: 'REFUNDED',
    });
  });

  test('becomes a case with a letter where Gandi keeps deletions to its people', async () => {
    const domain = 'free-ask-support.com';
    const id = await registered(domain);
    await app.control('POST', '/faults', {
      method: 'DELETE',
      path: `/v5/domain/domains/${domain}`,
      effect: { kind: 'status', status: 403 },
    });
    const input = {
      orderId: id,
      idempotencyKey: 'by letter',
      reason: 'Invoice 7 is unpaid.',
      acknowledge: ['DELETES_DOMAIN'],
    };
    const answer = await ask(CANCEL, { input }, 'cancelOrder');
    expect(answer).toMatchObject({ __typename: 'CancelOrderCase', case: { ground: 'POLICY', state: 'OPEN' } });
    const { text, deadlineAt } = answer.case as { text: string; deadlineAt: string };
    expect(text).toContain(domain);
    expect(text).toContain('Invoice 7 is unpaid.');
    expect(Date.parse(deadlineAt)).toBeGreaterThan(Date.now());
    expect(await ask(CANCEL, { input }, 'cancelOrder')).toEqual(answer);
    expect(await purchase(domain)).toMatchObject({ paid: 1, givenBack: 0 });
  });

  test('whose answer is lost after the effect is settled by looking', async () => {
    const domain = 'free-lost-answer.com';
    const id = await registered(domain);
    await app.control('POST', '/faults', {
      method: 'DELETE',
      path: `/v5/domain/domains/${domain}`,
      count: 1,
      effect: { kind: 'lost-after' },
    });
    const input = { orderId: id, idempotencyKey: 'lost', acknowledge: ['DELETES_DOMAIN'] };
    const answer = await ask(CANCEL, { input }, 'cancelOrder');
    expect(answer).toMatchObject({ __typename: 'CancelOrderSuccess', order: { state: 'SUBMITTED' } });
    await reaches((answer.order as { id: string }).id, 'COMPLETED');
    expect(await purchase(domain)).toMatchObject({ paid: 1, givenBack: 1 });
  });
});

test('refundableOrders lists what can be given back for clients who have not paid', async () => {
  const id = await registered('free-unpaid-client.com');
  const LIST = `query ($clientPaid: Boolean) { refundableOrders(clientPaid: $clientPaid) { until order { id clientPayment } } }`;
  const listed = async (clientPaid: boolean) =>
    ((await app.ask(LIST, { clientPaid })).data.refundableOrders as { order: { id: string } }[]).map(
      ({ order }) => order.id,
    );
  expect(await listed(false)).toContain(id);
  const PAID = `mutation ($input: RecordClientPaymentInput!) {
    recordClientPayment(input: $input) { ... on RecordClientPaymentSuccess { order { clientPayment } warning } ... on RecordClientPaymentPreview { before after } ... on Error { code } }
  }`;
  const input = { orderId: id, state: 'PAID' };
  expect(await ask(PAID, { input: { ...input, dryRun: true } }, 'recordClientPayment')).toEqual({
    before: 'UNKNOWN',
    after: 'PAID',
  });
  expect(await listed(false)).toContain(id);
  expect(await ask(PAID, { input }, 'recordClientPayment')).toEqual({
    order: { clientPayment: 'PAID' },
    warning: null,
  });
  expect(await listed(false)).not.toContain(id);
  expect(await listed(true)).toContain(id);
});

test('a TLD tells its phases with their sources, and the ledger what orders did to the account', async () => {
  const { data, errors } = await app.ask(
    `{ com: tld(name: "com") { policy { lateRenewalDays redemptionDays transferExpiry sources { document asOf } } }
       ledger(first: 5) { totalCount edges { node { kind amount { minorUnits } order { domainName } } } }
       ledgerTotals { kind amount { minorUnits currency } count } }`,
  );
  expect(errors).toEqual([]);
  const { policy } = data.com as { policy: { redemptionDays: number; sources: readonly unknown[] } };
  expect(policy.redemptionDays).toBe(30);
  expect(policy.sources.length).toBeGreaterThan(0);
  const { totalCount, edges } = data.ledger as {
    totalCount: number;
    edges: readonly { node: Record<string, unknown> }[];
  };
  expect(totalCount).toBeGreaterThanOrEqual(5);
  expect(edges[0]?.node).toMatchObject({ kind: expect.any(String), order: { domainName: expect.any(String) } });
  const totals = data.ledgerTotals as readonly { kind: string; amount: { minorUnits: number }; count: number }[];
  const { sums } = await app.control<{ sums: readonly { process: string; spent: number }[] }>(
    'GET',
    '/purchases?process=create',
  );
  const net = totals.reduce(
    (sum, { kind, amount }) => sum + (kind === 'CHARGE' ? amount.minorUnits : -amount.minorUnits),
    0,
  );
  expect(net).toBeGreaterThanOrEqual(Math.round((sums[0]?.spent ?? 0) * 100));
});
