// Webhooks: where they stand in the log, moved on together with the deliveries they get; disabled together with the event that tells of it.
import { payloadOf } from './event-payloads.ts';
import { appendEvents } from './events.ts';
import type { Prisma, PrismaClient, Webhook } from './generated/client.ts';
import { countRows, instantKey, type Keyset, readPage, uuidKey } from './keyset.ts';
import {
  all,
  dateOrNull,
  equals,
  isOneOf,
  isoInstant,
  isUuid,
  msOf,
  msOrNull,
  recordset,
  type Selected,
  storable,
} from './sql.ts';
import type { NewEvent, Visibility, WebhookStore } from './store.ts';
import type { WebhookFilter, WebhookRecord, WebhookState, WebhookStateReason } from './webhook-records.ts';

/** Names the line in which new webhooks stand, so that two at once cannot both be the last one allowed. */
const CREATE_LOCK = 7_201_944_312;

export function createWebhookStore(prisma: PrismaClient): WebhookStore {
  return {
    create: (webhook, most) =>
      prisma.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${CREATE_LOCK})`;
        const { organizationId, clientId } = webhook;
        if ((await transaction.webhook.count({ where: { organizationId, clientId } })) >= most) return null;
        return toWebhook(await transaction.webhook.create({ data: fromWebhook(webhook) }));
      }),
    async byIds(ids) {
      const rows = await prisma.webhook.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toWebhook);
    },
    list: ({ visibility, filter, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'webhooks w',
        where: conditions(visibility, filter),
        orderBy: { field: 'CREATED_AT', direction: 'DESC' },
        keyset: KEYSET,
        page,
        toRecord: toWebhook,
      }),
    count: ({ visibility, filter }) => countRows(prisma, 'webhooks w', conditions(visibility, filter)),
    async change(id, change, expected) {
      if (!isUuid(id)) return null;
      const { filter, previousSecretUntil, updatedAt, ...rest } = storable(change);
      const [row] = await prisma.webhook.updateManyAndReturn({
        where: { id, ...expected },
        data: {
          ...rest,
          ...(filter !== undefined && { filter: { ...filter } as Prisma.InputJsonObject }),
          ...(previousSecretUntil !== undefined && { previousSecretUntil: dateOrNull(previousSecretUntil) }),
          ...(updatedAt !== undefined && { updatedAt: new Date(updatedAt) }),
        },
      });
      return row === undefined ? null : toWebhook(row);
    },
    async remove(id) {
      const { count } = await prisma.webhook.deleteMany({ where: { id: isUuid(id) ? id : { in: [] } } });
      return count === 1;
    },
    enable: (id, at) =>
      prisma.$transaction(async (transaction) => {
        if (!isUuid(id)) return null;
        const [row] = await transaction.webhook.updateManyAndReturn({
          where: { id, state: 'DISABLED' },
          data: {
            state: 'ENABLED',
            stateReason: null,
            stateSince: new Date(at),
            failingSince: null,
            updatedAt: new Date(at),
          },
        });
        if (row !== undefined)
          await transaction.webhookDelivery.updateMany({
            where: { webhookId: id, endedAt: null },
            data: { firstAttemptAt: null, nextAttemptAt: new Date(at) },
          });
        const now = row ?? (await transaction.webhook.findUnique({ where: { id } }));
        return now === null ? null : toWebhook(now);
      }),
    disable: (id, reason, at) => prisma.$transaction((transaction) => disableWebhook(transaction, id, reason, at)),
    async enabled() {
      const rows = await prisma.webhook.findMany({ where: { state: 'ENABLED' }, orderBy: { id: 'asc' } });
      return rows.map(toWebhook);
    },
    dispatch: ({ webhookIds, from, to, deliveries, at }) =>
      prisma.$transaction(async (transaction) => {
        const moved = await transaction.$queryRaw<{ id: string }[]>`
          UPDATE webhooks SET position = ${to}
          WHERE ${isOneOf('id::text', webhookIds)} AND state = 'ENABLED' AND position = ${from} RETURNING id`;
        const ours = new Set(moved.map(({ id }) => id));
        const rows = deliveries
          .filter(({ webhookId }) => ours.has(webhookId))
          .map(({ sequence, ...rest }) => ({ ...rest, sequence: sequence?.toString() ?? null, at: isoInstant(at) }));
        if (rows.length === 0) return 0;
        return transaction.$executeRaw`
          INSERT INTO webhook_deliveries
            (id, webhook_id, sequence, event_id, type, subject_key, state, next_attempt_at, created_at)
          SELECT r.id, r."webhookId", r.sequence, r."eventId", r.type, r."subjectKey", 'PENDING', r.at, r.at
          FROM ${recordset(rows, NEW_DELIVERY)}`;
      }),
    async neededAfter() {
      const [row] = await prisma.$queryRaw<{ sequence: bigint | null }[]>`
        SELECT least(
          (SELECT min(position) FROM webhooks WHERE state = 'ENABLED'),
          (SELECT min(d.sequence) - 1 FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
            WHERE d.ended_at IS NULL AND d.body IS NULL AND w.state = 'ENABLED')) AS sequence`;
      return row?.sequence == null ? null : BigInt(row.sequence);
    },
  };
}

const NEW_DELIVERY =
  'id uuid, "webhookId" uuid, sequence bigint, "eventId" uuid, type text, "subjectKey" text, at timestamptz';

/**
 * Disables a webhook that is enabled and, unless somebody asked for it, appends the event that tells of it; call it last in a transaction.
 * @param failingBefore only if it has been failing since then at the latest.
 */
export async function disableWebhook(
  transaction: Prisma.TransactionClient,
  id: string,
  reason: WebhookStateReason,
  at: number,
  failingBefore?: number,
): Promise<WebhookRecord | null> {
  if (!isUuid(id)) return null;
  const [row] = await transaction.webhook.updateManyAndReturn({
    where: {
      id,
      state: 'ENABLED',
      ...(failingBefore !== undefined && { failingSince: { lte: new Date(failingBefore) } }),
    },
    data: { state: 'DISABLED', stateReason: reason, stateSince: new Date(at), updatedAt: new Date(at) },
  });
  if (row === undefined) return null;
  const webhook = toWebhook(row);
  if (reason !== 'REQUESTED') await appendEvents(transaction, [disabled(webhook, reason, at)]);
  return webhook;
}

/** Of the address only the host: its path may carry a token of the receiver's. */
function disabled(
  webhook: WebhookRecord,
  reason: Exclude<WebhookStateReason, 'REQUESTED'>,
  occurredAt: number,
): NewEvent {
  const { id, organizationId, clientId, url, failingSince } = webhook;
  return {
    organizationId,
    clientId,
    domainName: null,
    type: 'WEBHOOK_DISABLED',
    subjectType: 'Webhook',
    subjectId: id,
    payload: payloadOf('WEBHOOK_DISABLED', {
      webhookId: id,
      host: new URL(url).host,
      reason,
      failingSince: failingSince ?? occurredAt,
    }),
    occurredAt,
  };
}

export function webhooksInSight({ organizationId, clientId }: Visibility): readonly Prisma.Sql[] {
  const found: Prisma.Sql[] = [];
  if (organizationId !== null) found.push(equals('w.organization_id', organizationId));
  if (clientId !== null) found.push(equals('w.client_id', clientId));
  return found;
}

function conditions(visibility: Visibility, filter: { readonly states?: readonly WebhookState[] }): Prisma.Sql {
  const states = filter.states === undefined ? [] : [isOneOf('w.state', filter.states)];
  return all([...webhooksInSight(visibility), ...states]);
}

function toWebhook(row: Selected<Webhook>): WebhookRecord {
  return {
    ...row,
    filter: row.filter as WebhookFilter,
    state: row.state as WebhookState,
    stateReason: row.stateReason as WebhookStateReason | null,
    stateSince: msOf(row.stateSince),
    position: BigInt(row.position),
    previousSecretUntil: msOrNull(row.previousSecretUntil),
    failingSince: msOrNull(row.failingSince),
    createdAt: msOf(row.createdAt),
    updatedAt: msOf(row.updatedAt),
  };
}

function fromWebhook(webhook: WebhookRecord): Prisma.WebhookUncheckedCreateInput {
  return {
    ...storable(webhook),
    filter: { ...webhook.filter } as Prisma.InputJsonObject,
    stateSince: new Date(webhook.stateSince),
    previousSecretUntil: dateOrNull(webhook.previousSecretUntil),
    failingSince: dateOrNull(webhook.failingSince),
    createdAt: new Date(webhook.createdAt),
    updatedAt: new Date(webhook.updatedAt),
  };
}

const SELECTED = `
  w.id, w.organization_id AS "organizationId", w.client_id AS "clientId", w.url, w.description, w.filter, w.query, w.state,
  w.state_reason AS "stateReason", w.state_since AS "stateSince", w.position::text AS position, w.secret,
  w.previous_secret AS "previousSecret", w.previous_secret_until AS "previousSecretUntil", w.failing_since AS "failingSince", w.actor,
  w.created_at AS "createdAt", w.updated_at AS "updatedAt"`;

const KEYSET: Keyset<WebhookRecord> = {
  listing: 'webhooks',
  columns: [instantKey('w.created_at'), uuidKey('w.id')],
  keyOf: (webhook) => [webhook.createdAt, webhook.id],
};
