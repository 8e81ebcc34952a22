// Controls of the world: transfers, changes of owner and the people who decide them; domains here and outside.
import type { Hono } from 'hono';
import { z } from 'zod';
import type { SandboxContext, SandboxEnv } from '../http/call.ts';
import type { SandboxState } from '../state.ts';
import { iso, lifeDates, stageOf, statusesOf } from '../world/lifecycle.ts';
import { type OwnerChange, parties } from '../world/owner-changes.ts';
import type { Domain } from '../world/records.ts';
import { canonicalName, parseName } from '../world/tlds.ts';
import type { Transfer } from '../world/transfers.ts';
import { control, controlBody, wrong } from './answers.ts';

const answerBody = z.strictObject({ answer: z.enum(['accept', 'refuse']) });
const statusesBody = z.strictObject({ statuses: z.array(z.string().min(1)).max(20) });
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

function ownerChangeView({ order, ...change }: OwnerChange) {
  return {
    fqdn: order.domain.fqdn,
    step: change.step,
    fault: change.fault ?? null,
    approvals: change.approvals,
    price: order.purchase.amountCents / 100,
    payer: order.payerId,
    createdAt: iso(change.createdAt),
    updatedAt: iso(change.updatedAt),
    deadlineAt: isoOrNull(change.deadlineAt),
  };
}

function domainView({ world, clock }: SandboxState, domain: Domain) {
  const now = clock.now();
  const { deletesAt, restoreEndsAt, pendingDeleteEndsAt } = lifeDates(domain);
  return {
    fqdn: domain.fqdn,
    listed: world.estate.get(domain.fqdn) === domain,
    stage: stageOf(domain, now),
    statuses: statusesOf(domain, now),
    organization: domain.organizationId,
    customer: domain.customerId ?? null,
    expiresAt: iso(domain.expiresAt),
    leavesListAt: iso(deletesAt),
    restoreEndsAt: iso(restoreEndsAt),
    pendingDeleteEndsAt: iso(pendingDeleteEndsAt),
    departsAt: isoOrNull(domain.departsAt),
    deletableUntil: isoOrNull(domain.addGrace?.endsAt),
    autorenew: domain.autorenew.enabled,
    autorenewTries: domain.autorenewTries.map(({ at, renewed }) => ({ at: iso(at), renewed })),
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

  function domainHere(context: SandboxContext): Domain {
    const fqdn = canonicalName(context.req.param('fqdn') ?? '') ?? '';
    const domain = state.world.estate.get(fqdn) ?? state.world.estate.getUnlisted(fqdn);
    if (!domain) throw wrong('fqdn', 'no such domain here', 404);
    return domain;
  }

  app.get(
    '/sandbox/owner-changes',
    control(() => [...state.world.ownerChanges.all()].map(ownerChangeView)),
  );
  for (const party of parties)
    app.post(
      `/sandbox/owner-changes/:fqdn/${party}-owner`,
      control(async (context) => {
        const { answer } = await controlBody(context, answerBody);
        state.clock.settle();
        const change = state.world.ownerChanges.get(canonicalName(context.req.param('fqdn') ?? '') ?? '');
        if (!change) throw wrong('fqdn', 'no change of this domain’s owner is under way', 404);
        if (change.step !== 'WAIT' || change.approvals[party].answer !== 'W')
          throw wrong('fqdn', `the change does not wait for the ${party} owner`, 409);
        state.world.ownerChanges.answers(change, party, answer === 'accept');
        return ownerChangeView(change);
      }),
    );

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
    control((context) => domainView(state, domainHere(context))),
  );
  app.put(
    '/sandbox/domains/:fqdn',
    control(async (context) => {
      const { statuses } = await controlBody(context, statusesBody);
      const domain = domainHere(context);
      domain.extraStatuses = statuses;
      state.world.estate.touch(domain, state.clock.now());
      return domainView(state, domain);
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
}
