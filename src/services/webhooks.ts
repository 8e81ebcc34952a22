// Webhooks: who may have which, their secrets, and what was sent. The sending itself is in webhook-attempts.ts. docs/webhooks.md tells it all.
import { assertCan, canSee } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import type { EventLog, LogPosition } from '../events/log.ts';
import type { Clock } from '../lib/clock.ts';
import { CursorError } from '../lib/cursor.ts';
import { type SecretBox, UnsealError } from '../lib/secret-box.ts';
import type { Limits } from '../lib/visible.ts';
import type { Store } from '../store/store.ts';
import { TEST_TYPE } from '../store/webhook-records.ts';
import { newSecret } from '../webhooks/signature.ts';
import type { Targets } from '../webhooks/targets.ts';
import { visibilityOf } from './calls.ts';
import {
  InvalidInputError,
  NotFoundError,
  SecretsKeyMissingError,
  WebhookDisabledError,
  WebhookLimitError,
} from './errors.ts';
import { fieldAt } from './order-input.ts';
import { connectionOf, isUuid } from './orders.ts';
import type { OperationScope, WebhookDeliveryRecord, WebhookRecord, WebhooksService } from './services.ts';
import { ATTEMPT_LEASE_MS, type WebhookAttempts } from './webhook-attempts.ts';
import { problemsOf, tidy } from './webhooks-input.ts';
import type { CreateWebhookInput, WebhookChoice, WebhookPayloads } from './webhooks-types.ts';

export interface WebhooksDeps {
  readonly store: Pick<Store, 'webhooks' | 'webhookDeliveries' | 'organizations' | 'clients' | 'audit'>;
  readonly log: Pick<EventLog, 'head' | 'floor' | 'cursorsFor' | 'assertHolds'>;
  readonly bus: EventBus;
  readonly targets: Pick<Targets, 'problemOf'>;
  readonly payloads: Pick<WebhookPayloads, 'problemsOf'>;
  readonly attempts: WebhookAttempts;
  /** null: there is no key. */
  readonly box: SecretBox | null;
  readonly clock: Clock;
  /** A new UUIDv7. */
  readonly newId: () => string;
}

/** Webhooks with the same limits that there may be: of one organization, of one client, of nobody alone. */
export const MOST_WEBHOOKS = 20;
const HOUR_MS = 3_600_000;
const LONGEST_OVERLAP_HOURS = 168;
/** Somebody else may rotate at the same moment. */
const ROTATE_ATTEMPTS = 5;

export function createWebhooksService(deps: WebhooksDeps): WebhooksService {
  const { store, log, bus, attempts, box, clock, newId } = deps;

  /** Whoever says where events go, or looks at what was sent, reads the portfolio by it. */
  const assertMay = ({ session }: OperationScope): void => {
    assertCan(session, 'webhook:manage');
    assertCan(session, 'portfolio:read');
  };
  const find = async ({ session }: OperationScope, id: string): Promise<WebhookRecord | null> => {
    const [webhook] = isUuid(id) ? await store.webhooks.byIds([id]) : [];
    return webhook !== undefined && canSee(session, webhook) ? webhook : null;
  };
  const noWebhook = () => new NotFoundError('There is no such webhook.', ['input', 'webhookId']);
  const found = async (scope: OperationScope, id: string): Promise<WebhookRecord> => {
    const webhook = await find(scope, id);
    if (webhook === null) throw noWebhook();
    return webhook;
  };
  const still = (webhook: WebhookRecord | null): WebhookRecord => {
    if (webhook === null) throw noWebhook();
    return webhook;
  };
  const assertUsable = async (choice: Partial<WebhookChoice>): Promise<void> => {
    const fields = await problemsOf(deps, choice);
    if (fields.length > 0) throw new InvalidInputError(fields);
  };
  const boxOrNone = (): SecretBox => {
    if (box === null) throw new SecretsKeyMissingError();
    return box;
  };

  /** Whose events it is to get: never more than the caller sees. */
  async function limitOf({ session }: OperationScope, input: CreateWebhookInput) {
    const organizationId = input.organizationId ?? session.organizationId;
    const clientId = input.clientId ?? session.clientId;
    if (clientId !== null) {
      const [client] = await store.clients.byIds([clientId]);
      const isTheirs = client !== undefined && (organizationId === null || client.organizationId === organizationId);
      if (!isTheirs || !canSee(session, { organizationId: client.organizationId, clientId }))
        throw new NotFoundError('There is no such client.', ['input', 'clientId']);
      return { organizationId: client.organizationId, clientId };
    }
    if (organizationId === null) return { organizationId, clientId };
    const isThere = (await store.organizations.all()).some(({ id }) => id === organizationId);
    if (!isThere || !canSee(session, { organizationId, clientId }))
      throw new NotFoundError('There is no such organization.', ['input', 'organizationId']);
    return { organizationId, clientId };
  }

  /** @param readers whose cursor it may be: the caller's own, or that of a webhook with the same limits. */
  async function beginningOf(after: string | null, readers: readonly [Limits, Limits]): Promise<bigint> {
    if (after === null) return log.head();
    try {
      const position = positionOf(after, readers);
      await log.assertHolds(position);
      return position.sequence;
    } catch (error) {
      if (!(error instanceof CursorError)) throw error;
      throw new InvalidInputError([fieldAt('after', error.message, error.found, error.expected)]);
    }
  }
  function positionOf(cursor: string, [first, second]: readonly [Limits, Limits]): LogPosition {
    try {
      return log.cursorsFor(first).positionOf(cursor);
    } catch (error) {
      if (!(error instanceof CursorError)) throw error;
      return log.cursorsFor(second).positionOf(cursor);
    }
  }

  return {
    async byId(scope, id) {
      assertMay(scope);
      return find(scope, id);
    },

    async list(scope, { states, page }) {
      assertMay(scope);
      const query = { visibility: visibilityOf(scope), filter: states === null ? {} : { states } };
      return connectionOf(await store.webhooks.list({ ...query, page }), () => store.webhooks.count(query));
    },

    async create(scope, input) {
      assertMay(scope);
      const sealer = boxOrNone();
      await assertUsable(input);
      const limit = await limitOf(scope, input);
      const position = await beginningOf(input.after, [scope.session, limit]);
      const id = newId();
      const secret = newSecret();
      const now = clock.now();
      const { url, description, types, domainName, query } = tidy(input);
      const webhook = await store.webhooks.create(
        {
          ...limit,
          id,
          url,
          description,
          filter: filterOf(types, domainName),
          query,
          state: 'ENABLED',
          stateReason: null,
          stateSince: now,
          position,
          secret: sealer.seal(secret, id),
          previousSecret: null,
          previousSecretUntil: null,
          failingSince: null,
          actor: actorOf(scope),
          createdAt: now,
          updatedAt: now,
        },
        MOST_WEBHOOKS,
      );
      if (webhook === null) throw new WebhookLimitError(MOST_WEBHOOKS);
      await audit(scope, webhook, 'createWebhook');
      bus.publish('webhooks');
      return { webhook, secret };
    },

    async update(scope, { webhookId, changes }) {
      assertMay(scope);
      const webhook = await found(scope, webhookId);
      await assertUsable(changes);
      const { types, domainName, ...rest } = tidy(changes);
      const filter = filterOf(
        types === undefined ? (webhook.filter.types ?? null) : types,
        domainName === undefined ? (webhook.filter.domainName ?? null) : domainName,
      );
      const changed = still(await store.webhooks.change(webhookId, { ...rest, filter, updatedAt: clock.now() }));
      await audit(scope, webhook, 'updateWebhook');
      return changed;
    },

    async remove(scope, { webhookId }) {
      assertMay(scope);
      const webhook = await found(scope, webhookId);
      if (!(await store.webhooks.remove(webhookId))) throw noWebhook();
      await audit(scope, webhook, 'deleteWebhook');
    },

    async enable(scope, { webhookId }) {
      assertMay(scope);
      const webhook = await found(scope, webhookId);
      const floor = await log.floor();
      const enabled = still(await store.webhooks.enable(webhookId, clock.now()));
      await audit(scope, webhook, 'enableWebhook');
      bus.publish('webhooks');
      bus.publish('deliveries');
      return { webhook: enabled, missedUntil: webhook.position < floor.sequence ? floor.occurredAt : null };
    },

    async disable(scope, { webhookId }) {
      assertMay(scope);
      const webhook = await found(scope, webhookId);
      const disabled = await store.webhooks.disable(webhookId, 'REQUESTED', clock.now());
      await audit(scope, webhook, 'disableWebhook');
      return disabled ?? found(scope, webhookId);
    },

    async rotateSecret(scope, { webhookId, keepPreviousHours }) {
      assertMay(scope);
      const sealer = boxOrNone();
      if (!Number.isInteger(keepPreviousHours) || keepPreviousHours < 0 || keepPreviousHours > LONGEST_OVERLAP_HOURS)
        throw new InvalidInputError([
          fieldAt(
            'keepPreviousHours',
            'The old secret cannot be kept for so long.',
            String(keepPreviousHours),
            `whole hours from 0 to ${LONGEST_OVERLAP_HOURS}`,
          ),
        ]);
      for (let attempt = 1; attempt <= ROTATE_ATTEMPTS; attempt++) {
        const before = await found(scope, webhookId);
        const secret = newSecret();
        const now = clock.now();
        const isKept = keepPreviousHours > 0 && canOpen(sealer, before);
        const webhook = await store.webhooks.change(
          webhookId,
          {
            secret: sealer.seal(secret, webhookId),
            previousSecret: isKept ? before.secret : null,
            previousSecretUntil: isKept ? now + keepPreviousHours * HOUR_MS : null,
            updatedAt: now,
          },
          { secret: before.secret },
        );
        if (webhook === null) continue;
        await audit(scope, webhook, 'rotateWebhookSecret');
        return { webhook, secret };
      }
      throw new Error(`The secret of webhook ${webhookId} could not be rotated in ${ROTATE_ATTEMPTS} attempts.`);
    },

    async sendTest(scope, { webhookId }) {
      assertMay(scope);
      const webhook = await found(scope, webhookId);
      const owner = newId();
      const now = clock.now();
      const delivery = await store.webhookDeliveries.insertLeased(
        { id: newId(), webhookId, sequence: null, eventId: null, type: TEST_TYPE, subjectKey: `Webhook:${webhookId}` },
        owner,
        now + ATTEMPT_LEASE_MS,
        now,
      );
      await audit(scope, webhook, 'sendTestEvent');
      const sent = await attempts.attempt(webhook, delivery, owner, new AbortController().signal);
      return sent ?? delivery;
    },

    async deliveries(scope, { filter, page }) {
      assertMay(scope);
      const query = { visibility: visibilityOf(scope), filter };
      return connectionOf(await store.webhookDeliveries.list({ ...query, page }), () =>
        store.webhookDeliveries.count(query),
      );
    },

    async deliveryById(scope, id) {
      assertMay(scope);
      return (await deliveryOf(scope, id))?.delivery ?? null;
    },

    async redeliver(scope, { deliveryId }) {
      assertMay(scope);
      const known = await deliveryOf(scope, deliveryId);
      if (known === null || known.delivery.sequence === null)
        throw new NotFoundError('There is no such delivery of an event.', ['input', 'deliveryId']);
      if (known.webhook.state === 'DISABLED')
        throw new WebhookDisabledError('Its webhook is disabled; enable it first.', ['input', 'deliveryId']);
      const [due] = await store.webhookDeliveries.redeliver([deliveryId], clock.now());
      await audit(scope, known.webhook, 'redeliver');
      bus.publish('deliveries');
      return due ?? known.delivery;
    },

    async redeliverSince(scope, { webhookId, since, includeDelivered }) {
      assertMay(scope);
      const webhook = await found(scope, webhookId);
      if (webhook.state === 'DISABLED')
        throw new WebhookDisabledError('The webhook is disabled; enable it first.', ['input', 'webhookId']);
      const wanted = { id: newId(), webhookId, since, includeDelivered, createdAt: clock.now() };
      await store.webhookDeliveries.askAnew(wanted);
      await audit(scope, webhook, 'redeliverSince');
      bus.publish('work');
      return webhook;
    },
  };

  async function deliveryOf(
    scope: OperationScope,
    id: string,
  ): Promise<{ readonly delivery: WebhookDeliveryRecord; readonly webhook: WebhookRecord } | null> {
    const [delivery] = isUuid(id) ? await store.webhookDeliveries.byIds([id]) : [];
    const webhook = delivery === undefined ? null : await find(scope, delivery.webhookId);
    return delivery === undefined || webhook === null ? null : { delivery, webhook };
  }

  function audit(scope: OperationScope, { id, organizationId }: WebhookRecord, action: string): Promise<void> {
    return store.audit.append({
      organizationId,
      actor: actorOf(scope),
      action,
      subject: id,
      requestId: scope.session.requestId,
      occurredAt: clock.now(),
    });
  }
}

function filterOf(types: WebhookChoice['types'], domainName: string | null): WebhookRecord['filter'] {
  return { ...(types !== null && { types }), ...(domainName !== null && { domainName }) };
}

/** A secret nobody can open signs nothing, and is not kept. */
function canOpen(box: SecretBox, { id, secret }: WebhookRecord): boolean {
  try {
    box.open(secret, id);
    return true;
  } catch (error) {
    if (error instanceof UnsealError) return false;
    throw error;
  }
}

function actorOf({ session: { actor } }: OperationScope): string {
  return `${actor.kind}:${actor.id}`;
}
