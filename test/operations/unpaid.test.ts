// The client who does not pay, over real sockets: policies, payments, exposure, the account and the journal, beside what the sandbox did.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 120 });
});
afterAll(() => app.close());

const SET_POLICY = `mutation ($input: SetAutoRenewPolicyInput!) {
  setAutoRenewPolicy(input: $input) {
    __typename
    ... on SetAutoRenewPolicySuccess { policy { scope scopeValue rule leadHours failSafe priceHoldPercent } }
    ... on Error { code message }
  }
}`;
const REMOVE_POLICY = `mutation ($input: RemoveAutoRenewPolicyInput!) {
  removeAutoRenewPolicy(input: $input) { __typename ... on Error { code } }
}`;
const PAY = `mutation ($input: RecordClientPaymentInput!) {
  recordClientPayment(input: $input) {
    __typename
    ... on RecordClientPaymentSuccess { payment { state domainName reference } warning }
    ... on Error { code message }
  }
}`;
const DECISIONS = `query ($domain: DomainName!) {
  autoRenewDecisions(first: 10, filter: { domain: $domain }) {
    totalCount edges { node { domainName rule wanted reason inEffect dueAt termEndsAt } }
  }
}`;
const EXPOSURE = `query ($days: Int!, $paid: Boolean) {
  renewalExposure(withinDays: $days, clientPaid: $paid, first: 100) {
    count unpriced totals { amount { minorUnits currency } count }
    renewals { domainName renewsAt isDateKnown price { minorUnits } clientPayment }
  }
}`;
const BALANCE = `query ($days: Int!) {
  prepaidBalance(withinDays: $days) {
    amount { minorUnits } isLow
    runway { renewals unpriced total { minorUnits } firstFailing { domainName at cost { minorUnits } } topUp { minorUnits } }
  }
}`;

interface Exposure {
  readonly count: number;
  readonly unpriced: number;
  readonly totals: readonly { amount: { minorUnits: number }; count: number }[];
  readonly renewals: readonly {
    domainName: string;
    renewsAt: string;
    isDateKnown: boolean;
    price: { minorUnits: number } | null;
    clientPayment: string;
  }[];
}
interface Seen {
  readonly autorenew: boolean;
}

async function ask<T = Record<string, unknown>>(
  query: string,
  variables: Record<string, unknown>,
  field: string,
): Promise<T> {
  const { data, errors } = await app.ask(query, variables);
  expect(errors).toEqual([]);
  return data[field] as T;
}
const exposure = (days: number, paid: boolean | null = null) =>
  ask<Exposure>(EXPOSURE, { days, paid }, 'renewalExposure');
const isOn = async (name: string) => (await app.control<Seen>('GET', `/domains/${name}`)).autorenew;

/** Another domain of a client that Gandi will renew by itself within two months, at dates that are known. */
async function renewing(): Promise<string> {
  const found = await vi.waitFor(
    async () => {
      const { renewals } = await exposure(60, false);
      const one = renewals.find(
        ({ domainName, isDateKnown, clientPayment, price }) =>
          isDateKnown && clientPayment === 'UNKNOWN' && price !== null && !used.has(domainName),
      );
      return one ?? expect.unreachable();
    },
    { timeout: 60_000, interval: 250 },
  );
  used.add(found.domainName);
  return found.domainName;
}
const used = new Set<string>();

const decided = (domain: string, expected: Record<string, unknown>) =>
  vi.waitFor(
    async () => {
      const { edges } = await ask<{ edges: readonly { node: Record<string, unknown> }[] }>(
        DECISIONS,
        { domain },
        'autoRenewDecisions',
      );
      expect(edges[0]?.node).toMatchObject({ domainName: domain, ...expected });
    },
    { timeout: 60_000, interval: 250 },
  );
const setPolicy = (input: Record<string, unknown>) => ask(SET_POLICY, { input }, 'setAutoRenewPolicy');

describe('the renewal of a client that does not pay', () => {
  test('is switched off by the policy, on again by the payment, and the sandbox shows both', async () => {
    const domain = await renewing();
    const scope = { scope: 'DOMAIN', scopeValue: domain };
    const policy = { ...scope, rule: 'ONLY_IF_PAID', failSafe: 'SWITCH_OFF', leadHours: 48, priceHoldPercent: 25 };
    expect(await isOn(domain)).toBe(true);
    expect(await setPolicy(policy)).toEqual({ __typename: 'SetAutoRenewPolicySuccess', policy });
    await decided(domain, { rule: 'ONLY_IF_PAID', wanted: 'OFF', inEffect: true });
    expect(await isOn(domain)).toBe(false);
    expect((await exposure(60)).renewals.map(({ domainName }) => domainName)).not.toContain(domain);

    const paid = await ask(PAY, { input: { domain, state: 'PAID', reference: 'INV-7' } }, 'recordClientPayment');
    expect(paid).toEqual({
      __typename: 'RecordClientPaymentSuccess',
      payment: { state: 'PAID', domainName: domain, reference: 'INV-7' },
      warning: null,
    });
    await decided(domain, { wanted: 'ON', reason: 'PAID', inEffect: true });
    expect(await isOn(domain)).toBe(true);
    const { renewals } = await exposure(60, true);
    expect(renewals.find(({ domainName }) => domainName === domain)).toMatchObject({ clientPayment: 'PAID' });
    await ask(REMOVE_POLICY, { input: scope }, 'removeAutoRenewPolicy');
  });

  test('is asked about under ASK, and follows the answer', async () => {
    const domain = await renewing();
    const scope = { scope: 'DOMAIN', scopeValue: domain };
    await setPolicy({ ...scope, rule: 'ASK', failSafe: 'SWITCH_OFF' });
    await decided(domain, { rule: 'ASK', wanted: 'ASK', inEffect: true });
    expect(await isOn(domain)).toBe(false);
    const answer = `mutation ($input: AnswerRenewalInput!) { answerRenewal(input: $input) { __typename ... on Error { code } } }`;
    const answered = await ask(answer, { input: { domain, renew: true } }, 'answerRenewal');
    expect(answered).toEqual({ __typename: 'AnswerRenewalSuccess' });
    await decided(domain, { wanted: 'ON', reason: 'APPROVED', inEffect: true });
    expect(await isOn(domain)).toBe(true);
    await ask(REMOVE_POLICY, { input: scope }, 'removeAutoRenewPolicy');
  });
});

describe('what cannot be taken', () => {
  test.each([
    ['no lead time', { scope: 'ORGANIZATION', rule: 'NEVER', failSafe: 'LEAVE_ON', leadHours: 0 }, 'INVALID_INPUT'],
    ['a TLD that is none', { scope: 'TLD', scopeValue: '!', rule: 'NEVER', failSafe: 'LEAVE_ON' }, 'INVALID_INPUT'],
  ])('a policy with %s is refused', async (_name, input, code) => {
    expect(await setPolicy(input)).toMatchObject({ code });
  });

  test('a payment of nobody, or of two at once, is refused', async () => {
    const input = { domain: 'nobody-has-this.example', state: 'PAID' };
    expect(await ask(PAY, { input }, 'recordClientPayment')).toMatchObject({ code: 'NOT_FOUND' });
    const { errors } = await app.ask(PAY, { input: { ...input, orderId: 'b3JkZXI6MQ' } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('renewalExposure', () => {
  test('is the sum of what it lists, to the cent, the paid and the unpaid together all, and takes no call', async () => {
    await exposure(330);
    const { data, upstream } = await app.ask(EXPOSURE, { days: 330, paid: null });
    expect(upstream.made).toBe(0);
    const all = data.renewalExposure as Exposure;
    expect(all.count).toBe(all.renewals.length);
    const sumOf = ({ renewals }: Exposure) => renewals.reduce((sum, { price }) => sum + (price?.minorUnits ?? 0), 0);
    expect(all.totals.map(({ amount }) => amount.minorUnits)).toEqual([sumOf(all)]);
    const [paid, unpaid] = [await exposure(330, true), await exposure(330, false)];
    expect([paid.count + unpaid.count, sumOf(paid) + sumOf(unpaid)]).toEqual([all.count, sumOf(all)]);
    expect(all.renewals.map(({ renewsAt }) => renewsAt)).toEqual(all.renewals.map(({ renewsAt }) => renewsAt).sort());
  });
});

describe('prepaidBalance', () => {
  interface Balance {
    readonly runway: {
      readonly total: { minorUnits: number };
      readonly firstFailing: { domainName: string; at: string } | null;
      readonly topUp: { minorUnits: number };
    };
  }
  const balance = (days: number) => ask<Balance>(BALANCE, { days }, 'prepaidBalance');
  const hold = (cents: number) => app.control('PUT', '/prepaid', { amount: cents / 100 });

  test('names the first renewal that fails, and it is the one that fails when its day comes', async () => {
    await vi.waitFor(async () => expect((await exposure(120)).renewals.every((one) => one.isDateKnown)).toBe(true), {
      timeout: 100_000,
      interval: 500,
    });
    const { runway } = await balance(60);
    const total = runway.total.minorUnits;
    expect(total).toBeGreaterThan(0);
    await hold(total);
    expect(await balance(60)).toMatchObject({ amount: { minorUnits: total }, runway: { firstFailing: null } });
    await hold(total - 1);
    expect(await balance(60)).toMatchObject({ runway: { topUp: { minorUnits: 1 } } });

    // What else moves money in the sandbox, such as transfers under way, comes later than the first attempt.
    const [first] = (await exposure(60)).renewals;
    if (first?.price == null) return expect.unreachable();
    const left = first.price.minorUnits - 1;
    await hold(left);
    const { runway: short } = await balance(60);
    expect(short).toMatchObject({
      firstFailing: { domainName: first.domainName, at: first.renewsAt, cost: first.price },
      topUp: { minorUnits: total - left },
    });
    const seconds = Math.ceil((Date.parse(first.renewsAt) - Date.now()) / 1_000) + 60;
    await app.control('POST', '/clock/advance', { seconds });
    const { autorenewTries } = await app.control<{ autorenewTries: readonly { at: string; renewed: boolean }[] }>(
      'GET',
      `/domains/${first.domainName}`,
    );
    expect(autorenewTries.map(({ at, renewed }) => [Date.parse(at), renewed])).toEqual([
      [Date.parse(first.renewsAt), false],
    ]);
  });
});
