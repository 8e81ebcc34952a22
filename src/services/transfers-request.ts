// Orders an inbound transfer once for each idempotency key: what is checked, what is written, and what is sent.
import { assertCan } from '../auth/session.ts';
import { TransferBlockedError } from './errors.ts';
import type { KeyedTurns } from './keyed-turns.ts';
import { withClient } from './order-client.ts';
import { digestSecret, fingerprintOf, matchesDigest } from './order-fingerprint.ts';
import { readIdempotencyKey } from './order-input.ts';
import { type Carrier, type Draft, orderOnce } from './order-once.ts';
import { assertMayOrderFor, findPayer, findRegistrant } from './order-parties.ts';
import { assertPrice, priceForYears } from './order-price.ts';
import type {
  OperationScope,
  OrderRecord,
  OrganizationRecord,
  TransferDomainInInput,
  TransferRecord,
} from './services.ts';
import { NOTHING_REPORTED } from './transfer-steps.ts';
import { findBlockers } from './transfers-check.ts';
import { asTransfer, type OrderedTransfer, TRANSFER_MUTATION, type TransferDeps } from './transfers-deps.ts';
import { readTransferInput, type WantedTransfer } from './transfers-input.ts';
import { createTransferProcedure } from './transfers-procedure.ts';

export type RequestDeps = TransferDeps & { readonly turns: KeyedTurns };

export type Requested = OrderedTransfer & { readonly replayed: boolean };

export async function requestTransfer(
  deps: RequestDeps,
  scope: OperationScope,
  input: TransferDomainInInput,
): Promise<Requested> {
  assertCan(scope.session, 'transfer:request');
  const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
  const wanted = readTransferInput(input);
  if ('create' in wanted.client) assertCan(scope.session, 'client:write');
  assertMayOrderFor(scope.session, wanted.client);
  const payer = await findPayer(deps, scope, wanted.payerId);
  let registrant: ReturnType<typeof findRegistrant> | undefined;
  const contact = () => (registrant ??= findRegistrant(deps, scope, payer, wanted.client));

  const { replayed, ...ordered } = await orderOnce(deps, scope, {
    mutation: TRANSFER_MUTATION,
    idempotencyKey,
    payerId: payer.id,
    domainName: wanted.name,
    fingerprint: fingerprintOf(orderInput(wanted, payer)),
    differs: async (order) =>
      (await matchesDigest(wanted.authCode, order.id, order.secretDigest)) ? null : OTHER_AUTH_CODE,
    async draft() {
      await contact();
      return draft(deps, scope, payer, wanted);
    },
    prepare: async () => carrierOf(deps, wanted, await contact()),
  });
  return { ...asTransfer(ordered), replayed };
}

const OTHER_AUTH_CODE =
  'This key was used with another auth code. A code that was refused is replaced with updateTransferAuthCode; for a new order choose a new key.';

async function draft(
  deps: RequestDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedTransfer,
): Promise<Draft> {
  const { blockers, answer } = await findBlockers(deps, scope, payer, wanted);
  if (blockers.length > 0)
    throw new TransferBlockedError(`${wanted.unicodeName} cannot be transferred now. Nothing was bought.`, blockers);
  const price = await priceForYears(deps, scope, payer, { ...wanted, process: 'TRANSFER' });
  assertPrice(price, wanted.expectedPrice);
  return {
    order: {
      kind: 'TRANSFER_IN',
      clientId: 'id' in wanted.client ? wanted.client.id : null,
      input: { ...orderInput(wanted, payer), isInternal: answer?.isInternal ?? null },
      years: wanted.years,
      price,
    },
    secretDigest: (orderId) => digestSecret(wanted.authCode, orderId),
    transfer: (order) => firstStep(order, deps.newId()),
  };
}

function carrierOf(
  deps: RequestDeps,
  wanted: WantedTransfer,
  registrant: Awaited<ReturnType<typeof findRegistrant>>,
): Carrier {
  const procedure = createTransferProcedure(deps);
  return {
    procedure,
    before: (order, lease, call) => withClient(deps, procedure, order, wanted.client, lease, call),
    send: (order, call) =>
      deps.port.requestTransfer(
        {
          name: order.domainName,
          payerId: order.organizationId,
          clientId: order.clientId,
          registrant,
          authCode: wanted.authCode,
          years: wanted.years,
          changeRegistrant: wanted.changeRegistrant,
        },
        call,
      ),
  };
}

function firstStep(order: OrderRecord, id: string): TransferRecord {
  const { organizationId, domainName, clientId, createdAt } = order;
  return {
    id,
    orderId: order.id,
    organizationId,
    domainName,
    clientId,
    step: 'SUBMITTING',
    waitingOn: 'GATEWAY',
    deadlineAt: null,
    upstream: NOTHING_REPORTED,
    startedAt: createdAt,
    updatedAt: createdAt,
    stepSince: createdAt,
    endedAt: null,
    version: 1,
    asOf: null,
    nextPollAt: null,
  };
}

/** What the fingerprint is taken of and what is kept: the input in its one form, without the auth code. */
function orderInput(wanted: WantedTransfer, payer: OrganizationRecord) {
  const { name, client, years, changeRegistrant, expectedPrice } = wanted;
  const agreed = expectedPrice === null ? {} : { expectedPrice };
  return { domain: name, payerId: payer.id, client, years, changeRegistrant, ...agreed };
}
