// Transfers in: availability, order, status, and the writes that help one along.
import {
  authinfoBodySchema,
  availableBodySchema,
  foaBodySchema,
  type TransferinAvailable,
  type TransferinBody,
  type TransferinStatus,
  transferinBodySchema,
} from '../../upstream/wire/transfer.ts';
import { accepted, json, refuse } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError, readBody } from '../http/input.ts';
import { day } from '../options.ts';
import { hash } from '../random.ts';
import type { SandboxState } from '../state.ts';
import { addYears, iso } from '../world/lifecycle.ts';
import { isRightAuthCode, type OutsideDomain } from '../world/outside.ts';
import { canonicalName, type ParsedName, parseName, unicodeName } from '../world/tlds.ts';
import { isUnfinished, type Transfer, type TransferFault } from '../world/transfers.ts';
import { nameOf } from './access.ts';
import { handleOrder, type OrderRules } from './ordering.ts';

const labels: Record<TransferFault, string> = {
  insufficient_funds: 'The prepaid account did not hold enough money when the order was to be paid.',
  foa_refused: 'The holder refused the transfer; the payment was given back.',
  foa_timeout: 'The holder did not answer within five days; the payment was given back.',
  domain_locked: 'The domain is locked at its present registrar.',
  invalid_authinfo: 'The auth code is missing or wrong.',
  refused_by_registrar: 'The present registrar refused the transfer; the payment was given back.',
};

/** Years that keep the expiry within ten years from now; where a transfer adds none, one is ordered as a formality. */
function durationsFor(call: Call, name: ParsedName): number[] {
  if (!name.tld.transferAddsYears) return [1];
  const { expiresAt } = call.world.look(name);
  const latest = addYears(call.now, 10);
  const durations = Array.from({ length: 9 }, (_, index) => index + 1).filter(
    (years) => addYears(expiresAt, years) <= latest,
  );
  return durations.length === 0 ? [1] : durations;
}

/** Why the registry would not hear of a transfer now, whoever asks. */
function obstacleOf(call: Call, name: ParsedName, domain: OutsideDomain): string | undefined {
  if (!domain.registered) return `${name.fqdn} is not registered`;
  const from = domain.registeredAt + name.tld.youngDays * day;
  return call.now < from
    ? `${name.fqdn} was registered less than ${name.tld.youngDays} days ago: possible from ${iso(from)}`
    : undefined;
}

function conflictOf(call: Call, name: ParsedName): string | undefined {
  const transfer = call.world.transfers.get(name.fqdn);
  if (transfer && isUnfinished(transfer)) return `the transfer of ${name.fqdn} is already under way`;
  const payer = call.sharingId() ?? call.principal.defaultOrganizationId;
  const held = call.world.estate.get(name.fqdn) ?? call.world.estate.getUnlisted(name.fqdn);
  return held?.organizationId === payer ? `${name.fqdn} is already in this account` : undefined;
}

function transferOf(call: Call): Transfer {
  const transfer = call.world.transfers.get(nameOf(call).fqdn);
  if (!transfer || !call.principal.organizationIds.has(transfer.order.payerId)) throw refuse(404);
  return transfer;
}

function statusBody({ order, ...transfer }: Transfer): TransferinStatus {
  const { name, owner } = order;
  const initials =
    `${owner.given.charAt(0)}${owner.family.charAt(0)}`.normalize('NFD').replace(/[^A-Za-z]/g, '') || 'XX';
  const { startedAt, acceptedByRegistryAt, fault } = transfer;
  return {
    created_at: iso(transfer.createdAt),
    updated_at: iso(transfer.updatedAt),
    owner_contact: `${initials.toUpperCase()}${hash(owner.email) % 10_000}-GANDI`,
    step: transfer.step,
    step_nb: transfer.stepNumber,
    params: {
      domain: name.fqdn,
      tld: name.tld.name,
      duration: order.duration,
      version: 0,
      ...(order.resellerId !== undefined && { reseller: order.resellerId }),
    },
    ...(transfer.foa && { foa: [{ ...transfer.foa }] }),
    ...(transfer.innerStep && { inner_step: transfer.innerStep }),
    ...(fault && { errortype: fault, errortype_label: labels[fault] }),
    ...(startedAt !== undefined && { start_at: iso(startedAt) }),
    ...(acceptedByRegistryAt !== undefined && { regac_at: iso(acceptedByRegistryAt) }),
  };
}

/** `POST …/available`: what can be known before ordering. */
async function available(call: Call): Promise<Response> {
  const { authinfo } = await readBody(call.request, availableBodySchema);
  const fqdn = canonicalName(call.param('fqdn'));
  if (!fqdn) throw refuse(404);
  const names = { fqdn, fqdn_alabel: fqdn, fqdn_ulabel: unicodeName(fqdn) };
  const refused = (msg: string, more?: Partial<TransferinAvailable>) =>
    json(200, { available: false, ...names, ...more, msg });
  const name = parseName(fqdn);
  if (!name) return refused('This TLD cannot be transferred here.');
  const domain = call.world.look(name);
  const internal = { internal: domain.internal };
  const obstacle = conflictOf(call, name) ?? obstacleOf(call, name, domain);
  if (obstacle !== undefined) return refused(obstacle, internal);
  if (domain.locked) return refused(`${fqdn} is locked (clientTransferProhibited) at its present registrar`, internal);
  if (authinfo !== undefined && !isRightAuthCode(domain, authinfo)) return refused('The auth code is wrong.', internal);
  const durations = durationsFor(call, name);
  const range = { minimum_duration: durations[0] ?? 1, maximum_duration: durations.at(-1) ?? 1 };
  return json(200, {
    available: true,
    ...names,
    ...internal,
    corporate: false,
    durations,
    ...range,
  } satisfies TransferinAvailable);
}

export function transferRoutes(state: SandboxState) {
  const rules: OrderRules<TransferinBody> = {
    schema: transferinBodySchema,
    process: 'transfer',
    durations: durationsFor,
    obstacles(call, name) {
      const obstacle = obstacleOf(call, name, call.world.look(name));
      return obstacle === undefined ? [] : [bodyError('fqdn', obstacle)];
    },
    conflict: conflictOf,
    place(call, order, { authinfo }) {
      const { fqdn } = order.name;
      const { holderSilent, authCodeWrong } = call.twists;
      call.world.transfers.order({ ...order, authCode: authinfo, holderSilent, authCodeWrong });
      state.transfersOrdered.set(fqdn, (state.transfersOrdered.get(fqdn) ?? 0) + 1);
      return accepted('The transfer was accepted.', `${call.base}/domain/transferin/${fqdn}`);
    },
  };

  return {
    available,
    order: (call: Call) => handleOrder(call, rules),
    status: (call: Call) => json(200, statusBody(transferOf(call))),

    /** `PUT /transferin/{d}`: starts a failed transfer again. */
    relaunch(call: Call) {
      const transfer = transferOf(call);
      if (transfer.step !== 'ERROR') throw refuse(409, 'The transfer has not failed.');
      const { purchase } = transfer.order;
      if (!transfer.paid && call.world.ledger.available(purchase.organizationId) < purchase.amountCents) {
        throw refuse(409, 'There is not enough money on the prepaid account.');
      }
      call.world.transfers.relaunch(transfer);
      return accepted('The transfer was started again.');
    },

    /** `PUT /transferin/{d}/authinfo`: a missing or wrong code is replaced; a failed transfer waits for its relaunch. */
    async giveAuthCode(call: Call) {
      const transfer = transferOf(call);
      const { authinfo } = await readBody(call.request, authinfoBodySchema);
      call.world.transfers.giveAuthCode(transfer, authinfo, call.twists.authCodeWrong);
      return accepted('The auth code was replaced.');
    },

    /** `POST /transferin/{d}/foa`: sends the approval mail again. */
    async resendApproval(call: Call) {
      const transfer = transferOf(call);
      const { email } = await readBody(call.request, foaBodySchema);
      if (transfer.innerStep !== 'foa_pending') throw refuse(409, 'The transfer does not wait for the holder.');
      call.world.transfers.resendApproval(transfer, email);
      return accepted('The approval mail was sent again.');
    },
  };
}
