// A plan over real sockets: quoted, approved by its hash, carried out and followed; the sandbox sold each item once, at the price that was approved.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 120 });
});
afterAll(() => app.close());

interface Plan {
  readonly id: string;
  readonly hash: string;
  readonly state: string;
  readonly stopReason: string | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly summary: {
    readonly totals: readonly { readonly items: number; readonly afterTaxes: { readonly minorUnits: number } }[];
    readonly blockedItems: number;
    readonly upstreamCalls: number;
    readonly estimatedSeconds: number;
  };
  readonly items: readonly {
    readonly position: number;
    readonly domainName: string;
    readonly state: string;
    readonly price: { readonly afterTaxes: { readonly minorUnits: number } } | null;
    readonly blockers: readonly { readonly code: string }[];
    readonly order: { readonly state: string; readonly idempotencyKey: string } | null;
    readonly failure: { readonly code: string } | null;
  }[];
}
interface Purchase {
  readonly process: string;
  readonly fqdn: string;
  readonly ordered: number;
  readonly spent: number;
}

const PLAN = `
  fragment Whole on Plan {
    id hash state stopReason
    counts { planned running ordered done failed skipped }
    summary { totals { items afterTaxes { minorUnits } } blockedItems upstreamCalls estimatedSeconds }
    items(first: 100) {
      position domainName state price { afterTaxes { minorUnits } } blockers { code }
      order { state idempotencyKey } failure { code }
    }
  }`;

async function mutate(name: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const replayed = name === 'executePlan' ? 'replayed' : '';
  const { data, errors } = await app.ask(
    `${PLAN} mutation ($input: ${title}Input!) {
      ${name}(input: $input) { ... on ${title}Success { ${replayed} plan { ...Whole } } ... on Error { code message } }
    }`,
    { input },
  );
  expect(errors).toEqual([]);
  return data[name] as Record<string, unknown>;
}
const planOf = async (id: string): Promise<Plan> =>
  (await app.ask(`${PLAN} query ($id: ID!) { plan(id: $id) { ...Whole } }`, { id })).data.plan as Plan;

async function renewable(): Promise<readonly { readonly name: string; readonly expiresAt: string }[]> {
  const { data } = await app.ask(
    'query ($after: DateTime!) { domains(first: 100, filter: { expiresAfter: $after, tlds: ["com", "net", "org"] }) { edges { node { name expiresAt eppStatuses } } } }',
    { after: new Date(Date.now() + 5 * 86_400_000).toISOString() },
  );
  const { edges } = data.domains as {
    edges: readonly { node: { name: string; expiresAt: string; eppStatuses: readonly string[] } }[];
  };
  return edges
    .map(({ node }) => node)
    .filter(({ eppStatuses }) => !eppStatuses.some((text) => /^(server|pending)/.test(text)));
}
const renewalOf = ({ name, expiresAt }: { name: string; expiresAt: string }) => ({
  renew: { domain: name, years: 1, currentExpiryYear: new Date(expiresAt).getUTCFullYear() },
});

async function purchases(plan: Plan): Promise<readonly Purchase[]> {
  const found = await Promise.all(
    plan.items.map(({ domainName }) =>
      app.control<{ purchases: readonly Purchase[] }>('GET', `/purchases?fqdn=${domainName}`),
    ),
  );
  return found.flatMap(({ purchases: sold }) => sold);
}

/** Moves the people of the sandbox along until the plan runs no more. */
async function ended(id: string): Promise<Plan> {
  return vi.waitFor(
    async () => {
      await app.control('POST', '/clock/advance', { seconds: 30 });
      const plan = await planOf(id);
      expect(['RUNNING', 'DRAFT']).not.toContain(plan.state);
      return plan;
    },
    { timeout: 60_000, interval: 250 },
  );
}

const client = {
  create: {
    ...{ type: 'INDIVIDUAL', firstName: 'Maja', lastName: 'Lindqvist', email: 'maja@lindqvist.example' },
    ...{
      street: 'Storgatan 1',
      zip: '111 23',
      city: 'Stockholm',
      country: 'SE',
      region: 'SE-AB',
      phone: '+46812345678',
    },
  },
};

test('renewals and registrations of one plan are each sold once, at the approved price', async () => {
  const domains = (await renewable()).slice(0, 4);
  expect(domains).toHaveLength(4);
  const items = [
    ...domains.map(renewalOf),
    { register: { domain: 'free-plan-one.com', client, years: 1 } },
    { register: { domain: 'free-plan-two.com', client, years: 2 } },
    { register: { domain: 'free-plan-two.com', client, years: 1 } },
  ];
  const { plan: draft } = (await mutate('planOrders', { items })) as { plan: Plan };
  expect(draft).toMatchObject({ state: 'DRAFT', counts: { planned: 7 }, summary: { blockedItems: 1 } });
  expect(draft.items.map(({ blockers }) => blockers.map(({ code }) => code))).toEqual([
    ...[[], [], [], [], [], []],
    ['DUPLICATE_DOMAIN'],
  ]);
  const priced = draft.items.slice(0, 6).map(({ price }) => price?.afterTaxes.minorUnits ?? 0);
  const total = priced.reduce((sum, price) => sum + price, 0);
  expect(draft.summary.totals).toEqual([{ items: 6, afterTaxes: { minorUnits: total } }]);
  expect(draft.summary.estimatedSeconds).toBe(Math.ceil(draft.summary.upstreamCalls / 15));
  expect((await purchases(draft)).filter(({ ordered }) => ordered > 0)).toEqual([]);

  const approval = { planId: draft.id, hash: draft.hash };
  expect(await mutate('executePlan', { ...approval, hash: 'f'.repeat(64) })).toMatchObject({ code: 'PLAN_CHANGED' });
  expect(await mutate('executePlan', approval)).toMatchObject({ code: 'PLAN_BLOCKED' });
  const twins = await Promise.all([1, 2].map(() => mutate('executePlan', { ...approval, skipBlocked: true })));
  expect(twins.map(({ replayed }) => replayed).sort()).toEqual([false, true]);

  const done = await ended(draft.id);
  expect(done).toMatchObject({ state: 'COMPLETED', stopReason: null, counts: { done: 6, skipped: 1 } });
  expect(done.items.map(({ order }) => order?.state ?? null)).toEqual([...Array(6).fill('COMPLETED'), null]);
  const sold = await purchases({ ...done, items: done.items.slice(0, 6) });
  expect(sold.map(({ ordered }) => ordered)).toEqual(Array(6).fill(1));
  expect(sold.map(({ spent }) => Math.round(spent * 100))).toEqual(priced);
});

test('a price that changed after the approval stops the plan before that item is bought', async () => {
  const domains = (await renewable()).filter(({ name }) => name.endsWith('.net')).slice(-2);
  expect(domains).toHaveLength(2);
  const { plan: draft } = (await mutate('planOrders', { items: domains.map(renewalOf) })) as { plan: Plan };
  await app.control('POST', '/prices', { tld: 'net', process: 'renew', factor: 3 });
  await mutate('executePlan', { planId: draft.id, hash: draft.hash });
  const stopped = await ended(draft.id);
  expect(stopped.state).toBe('STOPPED');
  expect(stopped.items[0]).toMatchObject({ state: 'FAILED', failure: { code: 'PRICE_CHANGED' }, order: null });
  expect((await purchases(stopped)).filter(({ ordered }) => ordered > 0)).toEqual([]);
  expect(await mutate('cancelPlan', { planId: draft.id })).toMatchObject({ plan: { state: 'CANCELLED' } });
  expect(await mutate('resumePlan', { planId: draft.id })).toMatchObject({ code: 'WRONG_PLAN_STATE' });
});

test('progress is pushed from how the plan stands to its end', async () => {
  const [domain] = (await renewable()).filter(({ name }) => name.endsWith('.org'));
  if (domain === undefined) return expect.unreachable();
  const { plan: draft } = (await mutate('planOrders', { items: [renewalOf(domain)] })) as { plan: Plan };
  const response = await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({
      query:
        'subscription ($id: ID!) { planProgress(planId: $id) { cursor ... on PlanProgress { state counts { done } plan { id } } } }',
      variables: { id: draft.id },
    }),
  });
  const states: string[] = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      states.splice(0, states.length, ...[...text.matchAll(/"state":"(\w+)"/g)].map(([, state = '']) => state));
      if (states.at(-1) === 'COMPLETED') return;
    }
  })();
  await vi.waitFor(() => expect(states).toEqual(['DRAFT']), { timeout: 10_000 });
  await mutate('executePlan', { planId: draft.id, hash: draft.hash });
  await ended(draft.id);
  await reading;
  expect(states[0]).toBe('DRAFT');
  expect(states.at(-1)).toBe('COMPLETED');
  expect(states.slice(1, -1).every((state) => state === 'RUNNING')).toBe(true);
  const listed = await app.ask(
    '{ plans(first: 5, filter: { states: [COMPLETED] }) { edges { node { id } } } node(id: "x") { id } }',
  );
  expect(listed.data.plans).toMatchObject({ edges: [{ node: { id: draft.id } }, {}] });
});
