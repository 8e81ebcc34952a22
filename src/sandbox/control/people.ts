// Controls of the world: transfers and the people who decide them, domains outside, money.
import type { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxContext, SandboxEnv } from '../http/call.ts';
import type { SandboxState } from '../state.ts';
import { iso, lifeDates, stageOf, statusesOf } from '../world/lifecycle.ts';
import { canonicalName, parseName } from '../world/tlds.ts';
import type { Transfer } from '../world/transfers.ts';
import { control, controlBody, wrong } from './answers.ts';

const answerBody = z.strictObject({ answer: z.enum(['accept', 'refuse']) });
const prepaidBody = z.strictObject({ amount: z.number().min(0).max(1e9), organization: z.string().optional() });
const outsideBody = z.strictObject({
  registered: z.boolean().optional(),
  registeredAt: z.iso.datetime().optional(),
  locked: z.boolean().optional(),
  internal: z.boolean().optional(),
  holder: z.enum(['accept', 'refuse', 'silent', 'lost']).optional(),
  losingRegistrar: z.enum(['accept', 'refuse', 'silent']).optional(),
  authCode: z.string().min(1).optional(),
});

const isoOrNull = (instant: number | undefined) => (instant === undefined ? null : iso(instant));

function transferView({ order, ...transfer }: Transfer) {
  return {
    fqdn: order.name.fqdn,
    step: transfer.step,
    innerStep: transfer.innerStep ?? null,
    fault: transfer.fault ?? null,
    foa: transfer.foa ?? null,
    paid: transfer.paid,
    price: order.purchase.amountCents / 100,
    payer: order.payerId,
    customer: order.customerId ?? null,
    createdAt: iso(transfer.createdAt),
    updatedAt: iso(transfer.updatedAt),
    deadlineAt: isoOrNull(transfer.deadlineAt),
  };
}

export function mountPeople(app: Hono<SandboxEnv>, state: SandboxState): void {
  function transferIn(context: SandboxContext, innerStep: Transfer['innerStep']): Transfer {
    const fqdn = canonicalName(context.req.param('fqdn') ?? '') ?? '';
    const transfer = state.world.transfers.get(fqdn);
    if (!transfer) throw wrong('fqdn', 'no transfer of this domain is under way', 404);
    if (transfer.innerStep !== innerStep) throw wrong('fqdn', `the transfer is not at ${innerStep}`, 409);
    return transfer;
  }

  app.get(
    '/sandbox/transfers',
    control(() => [...state.world.transfers.all()].map(transferView)),
  );
  app.post(
    '/sandbox/transfers/:fqdn/holder',
    control(async (context) => {
      const { answer } = await controlBody(context, answerBody);
      state.clock.settle();
      const transfer = transferIn(context, 'foa_pending');
      state.world.transfers.holderAnswers(transfer, answer === 'accept');
      return transferView(transfer);
    }),
  );
  app.post(
    '/sandbox/transfers/:fqdn/losing-registrar',
    control(async (context) => {
      const { answer } = await controlBody(context, answerBody);
      state.clock.settle();
      const transfer = transferIn(context, 'losing_registrar');
      state.world.transfers.losingRegistrarAnswers(transfer, answer === 'accept');
      const done = answer === 'accept';
      return { ...transferView(transfer), ...(done && { step: 'DONE', innerStep: null, deadlineAt: null }) };
    }),
  );

  app.get(
    '/sandbox/domains/:fqdn',
    control((context) => {
      const fqdn = canonicalName(context.req.param('fqdn') ?? '') ?? '';
      const domain = state.world.estate.get(fqdn) ?? state.world.estate.getUnlisted(fqdn);
      if (!domain) throw wrong('fqdn', 'no such domain here', 404);
      const now = state.clock.now();
      const { deletesAt, restoreEndsAt, pendingDeleteEndsAt } = lifeDates(domain);
      return {
        fqdn,
        listed: state.world.estate.get(fqdn) === domain,
        stage: stageOf(domain, now),
        statuses: statusesOf(domain, now),
        organization: domain.organizationId,
        customer: domain.customerId ?? null,
        expiresAt: iso(domain.expiresAt),
        leavesListAt: iso(deletesAt),
        restoreEndsAt: iso(restoreEndsAt),
        pendingDeleteEndsAt: iso(pendingDeleteEndsAt),
        departsAt: isoOrNull(domain.departsAt),
        autorenew: domain.autorenew.enabled,
      };
    }),
  );

  app.put(
    '/sandbox/outside/:fqdn',
    control(async (context) => {
      const name = parseName(context.req.param('fqdn') ?? '');
      if (!name) throw wrong('fqdn', 'is not a domain name under a TLD sold here');
      const { registeredAt, ...traits } = await controlBody(context, outsideBody);
      const given = Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== undefined));
      state.world.outside.set(name.fqdn, {
        ...given,
        ...(registeredAt !== undefined && { registeredAt: Date.parse(registeredAt) }),
      });
      const {
        people: _people,
        registrationFails: _fails,
        firstCodeExpires: _expires,
        ...facts
      } = state.world.outside.look(name);
      return { fqdn: name.fqdn, ...facts, registeredAt: iso(facts.registeredAt), expiresAt: iso(facts.expiresAt) };
    }),
  );

  app.get(
    '/sandbox/ledger',
    control(() =>
      state.world.ledger.entries.map(({ amountCents, balanceCents, at, organizationId, ...entry }) => ({
        ...entry,
        at: iso(at),
        organization: organizationId,
        amount: amountCents / 100,
        balance: balanceCents / 100,
      })),
    ),
  );
  app.put(
    '/sandbox/prepaid',
    control(async (context) => {
      const { amount, organization } = await controlBody(context, prepaidBody);
      const id = organization ?? state.world.organizations.reseller.id;
      if (!state.world.ledger.account(id)) throw wrong('organization', 'has no prepaid account', 404);
      state.world.ledger.topUpTo(id, Math.round(amount * 100), state.clock.now());
      return { organization: id, amount: (state.world.ledger.account(id)?.balanceCents ?? 0) / 100 };
    }),
  );
}
