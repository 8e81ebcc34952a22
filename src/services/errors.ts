// Outcomes a caller can act on. Services throw them; in the schema each is a union member that implements `interface Error`.
import type { Money } from '../lib/money.ts';
import type { RefundState } from '../policy/refunds.ts';
import type { SideEffect } from '../policy/side-effects.ts';

/** Base of every typed outcome. `path` names the input field at fault, as in `input.client.create.phone`. */
export abstract class OutcomeError extends Error {
  abstract readonly code: string;
  readonly path: readonly string[] | null;
  constructor(message: string, path: readonly string[] | null = null, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/** The input is wrong; nothing was sent upstream. */
export class InvalidInputError extends OutcomeError {
  override readonly name = 'InvalidInputError';
  readonly code = 'INVALID_INPUT';
  /** Every field at fault, with what was found and what is expected, none of them secret. */
  readonly fields: readonly {
    readonly path: readonly string[];
    readonly message: string;
    readonly found: string | null;
    readonly expected: string;
  }[];
  constructor(fields: InvalidInputError['fields']) {
    super(fields.map((field) => `${field.path.join('.')}: ${field.message}`).join(' '), fields[0]?.path ?? null);
    this.fields = fields;
  }
}

/** The organization has as many webhooks as it may have. */
export class WebhookLimitError extends OutcomeError {
  override readonly name = 'WebhookLimitError';
  readonly code = 'WEBHOOK_LIMIT_REACHED';
  readonly limit: number;
  constructor(limit: number) {
    super(`There are ${limit} webhooks already, which is as many as there may be; delete one first.`);
    this.limit = limit;
  }
}

/** The gateway has no key to seal secrets with, so it can make no webhook. */
export class SecretsKeyMissingError extends OutcomeError {
  override readonly name = 'SecretsKeyMissingError';
  readonly code = 'SECRETS_KEY_MISSING';
  /** What the operator has to set. */
  readonly variable = 'GATEWAY_SECRETS_KEY';
  constructor() {
    super(
      'The operator of this gateway has to set GATEWAY_SECRETS_KEY before webhooks can be made: secrets are only kept sealed.',
    );
  }
}

/** The webhook is disabled; what is sent anew would wait until it is enabled. */
export class WebhookDisabledError extends OutcomeError {
  override readonly name = 'WebhookDisabledError';
  readonly code = 'WEBHOOK_DISABLED';
}

/** The named thing does not exist, or is not the caller's to see. */
export class NotFoundError extends OutcomeError {
  override readonly name = 'NotFoundError';
  readonly code = 'NOT_FOUND';
}

/** The organization named as payer cannot pay for a reseller's order. */
export class OrganizationNotEligibleError extends OutcomeError {
  override readonly name = 'OrganizationNotEligibleError';
  readonly code = 'ORG_NOT_ELIGIBLE';
}

/** The same key was used before with other input. */
export class IdempotencyKeyReusedError extends OutcomeError {
  override readonly name = 'IdempotencyKeyReusedError';
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  /** null when the order is not the caller's to see. */
  readonly orderId: string | null;
  constructor(message: string, orderId: string | null) {
    super(message, ['input', 'idempotencyKey']);
    this.orderId = orderId;
  }
}

/** Another operation on the same thing has not ended yet. */
export class OperationInProgressError extends OutcomeError {
  override readonly name = 'OperationInProgressError';
  readonly code = 'OPERATION_IN_PROGRESS';
  readonly orderId: string | null;
  constructor(message: string, orderId: string | null) {
    super(message);
    this.orderId = orderId;
  }
}

/** The order would take the organization over what its operator lets it spend in a day or a month. Nothing was bought. */
export class SpendCeilingError extends OutcomeError {
  override readonly name = 'SpendCeilingError';
  readonly code = 'SPEND_CEILING_REACHED';
  readonly period: 'day' | 'month';
  readonly ceiling: Money;
  /** Ordered in the period so far. */
  readonly spent: Money;
  constructor(message: string, { period, ceiling, spent }: { period: 'day' | 'month'; ceiling: Money; spent: Money }) {
    super(message);
    this.period = period;
    this.ceiling = ceiling;
    this.spent = spent;
  }
}

/** The price is not the one the caller agreed to. Nothing was bought. */
export class PriceChangedError extends OutcomeError {
  override readonly name = 'PriceChangedError';
  readonly code = 'PRICE_CHANGED';
  readonly expected: Money;
  readonly actual: Money;
  constructor(message: string, { expected, actual }: { expected: Money; actual: Money }) {
    super(message, ['input', 'expectedPrice']);
    this.expected = expected;
    this.actual = actual;
  }
}

/** The prepaid account does not hold what the order costs. Nothing was bought. */
export class InsufficientFundsError extends OutcomeError {
  override readonly name = 'InsufficientFundsError';
  readonly code = 'INSUFFICIENT_FUNDS';
  readonly needed: Money;
  readonly available: Money;
  constructor(message: string, { needed, available }: { needed: Money; available: Money }) {
    super(message);
    this.needed = needed;
    this.available = available;
  }
}

/** The domain does not expire when the caller thinks it does, so it may have been renewed already. Nothing was bought. */
export class ExpiryChangedError extends OutcomeError {
  override readonly name = 'ExpiryChangedError';
  readonly code = 'EXPIRY_CHANGED';
  /** When it expires, epoch milliseconds. */
  readonly expiresAt: number;
  constructor(message: string, expiresAt: number) {
    super(message, ['input', 'currentExpiryYear']);
    this.expiresAt = expiresAt;
  }
}

/** The domain cannot be renewed now. Nothing was bought. */
export class NotRenewableError extends OutcomeError {
  override readonly name = 'NotRenewableError';
  readonly code = 'NOT_RENEWABLE';
  constructor(message: string) {
    super(message, ['input', 'domain']);
  }
}

/** The name cannot be registered now. Nothing was bought. */
export class NameUnavailableError extends OutcomeError {
  override readonly name = 'NameUnavailableError';
  readonly code = 'NAME_UNAVAILABLE';
  /** Gandi's word, such as `unavailable` or `reserved_corporate`: an open set. */
  readonly status: string;
  constructor(message: string, status: string) {
    super(message, ['input', 'domain']);
    this.status = status;
  }
}

/** The domain cannot be taken back from redemption now. Nothing was bought. */
export class NotRestorableError extends OutcomeError {
  override readonly name = 'NotRestorableError';
  readonly code = 'NOT_RESTORABLE';
  constructor(message: string) {
    super(message, ['input', 'domain']);
  }
}

/** The order cannot be given back for its money now. Nothing was sent. */
export class NotRefundableError extends OutcomeError {
  override readonly name = 'NotRefundableError';
  readonly code = 'NOT_REFUNDABLE';
  readonly state: RefundState;
  constructor(message: string, state: RefundState) {
    super(message, ['input', 'orderId']);
    this.state = state;
  }
}

/** The registrant of this domain cannot be changed online. Nothing was bought. */
export class RegistrantChangeUnsupportedError extends OutcomeError {
  override readonly name = 'RegistrantChangeUnsupportedError';
  readonly code = 'REGISTRANT_CHANGE_UNSUPPORTED';
  constructor(message: string) {
    super(message, ['input', 'domain']);
  }
}

/** One reason why a transfer cannot start now. */
export interface TransferBlocker {
  readonly kind: 'TRANSFER_LOCKED' | 'TOO_YOUNG' | 'ALREADY_HERE' | 'TLD_UNSUPPORTED' | 'NOT_REGISTERED' | 'OTHER';
  readonly message: string;
}

/** Gandi would not start this transfer; no money was spent. */
export class TransferBlockedError extends OutcomeError {
  override readonly name = 'TransferBlockedError';
  readonly code = 'TRANSFER_BLOCKED';
  readonly blockers: readonly TransferBlocker[];
  constructor(message: string, blockers: readonly TransferBlocker[]) {
    super(message, ['input', 'domain']);
    this.blockers = blockers;
  }
}

/** The auth code is empty, malformed or was refused. The code itself is never part of this error. */
export class InvalidAuthCodeError extends OutcomeError {
  override readonly name = 'InvalidAuthCodeError';
  readonly code = 'INVALID_AUTH_CODE';
}

/**
 * Gandi refused the request with reasons. `createdClientId` names the client that was made on the fly for it and can be reused, when one was.
 */
export class RejectedByGandiError extends OutcomeError {
  override readonly name = 'RejectedByGandiError';
  readonly code = 'REJECTED_BY_GANDI';
  readonly problems: readonly { readonly field: string; readonly message: string }[];
  readonly createdClientId: string | null;
  constructor(
    message: string,
    problems: readonly { readonly field: string; readonly message: string }[],
    createdClientId: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, null, options);
    this.problems = problems;
    this.createdClientId = createdClientId;
  }
}

/** The transfer is not at a step where this can be done. */
export class WrongTransferStepError extends OutcomeError {
  override readonly name = 'WrongTransferStepError';
  readonly code = 'WRONG_TRANSFER_STEP';
  readonly step: string;
  constructor(message: string, step: string) {
    super(message);
    this.step = step;
  }
}

/** The lock cannot be set here: the TLD has none, or a registry lock stands above it. */
export class TransferLockUnavailableError extends OutcomeError {
  override readonly name = 'TransferLockUnavailableError';
  readonly code = 'TRANSFER_LOCK_UNAVAILABLE';
}

/** The change does more than what was asked for, and the caller has not agreed to all of it. Nothing was sent. */
export class ConfirmationNeededError extends OutcomeError {
  override readonly name = 'ConfirmationNeededError';
  readonly code = 'CONFIRMATION_NEEDED';
  /** Every effect, also those already agreed to. */
  readonly effects: readonly { readonly name: SideEffect; readonly message: string }[];
  constructor(message: string, effects: ConfirmationNeededError['effects']) {
    super(message, ['input', 'acknowledge']);
    this.effects = effects;
  }
}

/** Statuses of the domain forbid any change of it. Nothing was sent. */
export class DomainLockedError extends OutcomeError {
  override readonly name = 'DomainLockedError';
  readonly code = 'DOMAIN_LOCKED';
  /** Those that stand in the way, as Gandi spells them. */
  readonly statuses: readonly string[];
  constructor(message: string, statuses: readonly string[]) {
    super(message, ['input', 'domain']);
    this.statuses = statuses;
  }
}

/** What is approved is not what the plan holds. Nothing was ordered. */
export class PlanChangedError extends OutcomeError {
  override readonly name = 'PlanChangedError';
  readonly code = 'PLAN_CHANGED';
  constructor(message: string) {
    super(message, ['input', 'hash']);
  }
}

/** The quotes of the plan are too old to be approved. Nothing was ordered. */
export class PlanExpiredError extends OutcomeError {
  override readonly name = 'PlanExpiredError';
  readonly code = 'PLAN_EXPIRED';
  /** When they became too old, epoch milliseconds. */
  readonly expiresAt: number;
  constructor(message: string, expiresAt: number) {
    super(message, ['input', 'planId']);
    this.expiresAt = expiresAt;
  }
}

/** Something stands against items of the plan, and the caller did not say that they may be left out. Nothing was ordered. */
export class PlanBlockedError extends OutcomeError {
  override readonly name = 'PlanBlockedError';
  readonly code = 'PLAN_BLOCKED';
  /** Positions of the blocked items, the first ones when there are many. */
  readonly positions: readonly number[];
  readonly blockedItems: number;
  constructor(message: string, positions: readonly number[], blockedItems: number) {
    super(message, ['input', 'skipBlocked']);
    this.positions = positions;
    this.blockedItems = blockedItems;
  }
}

/** The plan is not in a state in which this can be done. */
export class WrongPlanStateError extends OutcomeError {
  override readonly name = 'WrongPlanStateError';
  readonly code = 'WRONG_PLAN_STATE';
  readonly state: string;
  constructor(message: string, state: string) {
    super(message, ['input', 'planId']);
    this.state = state;
  }
}

/** The gateway has no key to sign tokens with. */
export class TokensUnavailableError extends OutcomeError {
  override readonly name = 'TokensUnavailableError';
  readonly code = 'TOKENS_UNAVAILABLE';
}

/** The bulk job is not in a state in which this can be done. */
export class WrongJobStateError extends OutcomeError {
  override readonly name = 'WrongJobStateError';
  readonly code = 'WRONG_JOB_STATE';
  readonly state: string;
  constructor(message: string, state: string) {
    super(message, ['input', 'jobId']);
    this.state = state;
  }
}

/** A fault of the whole request, not an outcome: becomes a top-level GraphQL error with this code. */
export class RequestFault extends Error {
  override readonly name = 'RequestFault';
  readonly code: RequestFaultCode;
  readonly retryAfterMs: number | null;
  /** Name, found and expected of the argument at fault, for BAD_USER_INPUT. */
  readonly argument: { readonly name: string; readonly found: string; readonly expected: string } | null;
  /** Where to go on, for SUBSCRIBER_TOO_SLOW. */
  readonly lastCursor: string | null;
  constructor(
    code: RequestFaultCode,
    message: string,
    details: {
      retryAfterMs?: number | null;
      argument?: RequestFault['argument'];
      lastCursor?: string | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.argument = details.argument ?? null;
    this.lastCursor = details.lastCursor ?? null;
  }
}

export const REQUEST_FAULT_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_USER_INPUT',
  'SUBSCRIBER_TOO_SLOW',
  'UPSTREAM_BUSY',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_UNAUTHORIZED',
  'UPSTREAM_FORBIDDEN',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_REJECTED',
  'UPSTREAM_CONTRACT',
] as const;

export type RequestFaultCode = (typeof REQUEST_FAULT_CODES)[number];
