// Deliveries to webhooks: taken in the order of each subject, written once, tried until they are taken or given up.
import { Prisma, type PrismaClient, type WebhookDelivery, type WebhookRedelivery } from './generated/client.ts';
import { countRows, instantKey, type Keyset, readPage, uuidKey } from './keyset.ts';
import { all, instant, isOneOf, isUuid, msOf, msOrNull, recordset, type Selected, storable } from './sql.ts';
import type { Visibility, WebhookDeliveryStore } from './store.ts';
import type {
  WebhookAttemptRecord,
  WebhookDeliveryFilter,
  WebhookDeliveryRecord,
  WebhookDeliveryState,
} from './webhook-records.ts';
import { disableWebhook, webhooksInSight } from './webhooks.ts';
import type { Work } from './work.ts';

/** Attempts that are remembered one by one. */
const MOST_ATTEMPTS = 50;

export function createWebhookDeliveryStore(prisma: PrismaClient, work: Pick<Work, 'wakeWithin'>): WebhookDeliveryStore {
  return {
    async byIds(ids) {
      const rows = await prisma.webhookDelivery.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toDelivery);
    },
    list: ({ visibility, filter, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: FROM,
        where: conditions(visibility, filter),
        orderBy: { field: 'CREATED_AT', direction: 'DESC' },
        keyset: KEYSET,
        page,
        toRecord: toDelivery,
      }),
    count: ({ visibility, filter }) => countRows(prisma, FROM, conditions(visibility, filter)),
    async leaseDue({ owner, now, until, slots }) {
      if (slots.length === 0) return [];
      return rowsOf(
        prisma,
        Prisma.sql`
        WITH due AS MATERIALIZED (
          SELECT l.id FROM ${recordset(slots, '"webhookId" uuid, free integer')}
          JOIN webhooks w ON w.id = r."webhookId" AND w.state = 'ENABLED' CROSS JOIN LATERAL (
            SELECT d.id FROM webhook_deliveries d
            WHERE d.webhook_id = r."webhookId" AND d.ended_at IS NULL AND d.next_attempt_at <= ${instant(now)}
              AND (d.lease_until IS NULL OR d.lease_until <= ${instant(now)})
              AND (d.state = 'RETRYING' OR NOT EXISTS (
                SELECT 1 FROM webhook_deliveries earlier
                WHERE earlier.webhook_id = d.webhook_id AND earlier.subject_key = d.subject_key
                  AND earlier.state = 'PENDING' AND earlier.sequence < d.sequence))
            ORDER BY d.next_attempt_at, d.sequence LIMIT r.free FOR UPDATE SKIP LOCKED) l)
        UPDATE webhook_deliveries d SET lease_owner = ${owner}, lease_until = ${instant(until)}
        FROM due WHERE d.id = due.id`,
      );
    },
    async insertLeased(delivery, owner, until, at) {
      const row = await prisma.webhookDelivery.create({
        data: {
          ...storable(delivery),
          state: 'PENDING',
          leaseOwner: owner,
          leaseUntil: new Date(until),
          nextAttemptAt: new Date(at),
          createdAt: new Date(at),
        },
      });
      return toDelivery(row);
    },
    async writeBody(id, owner, body) {
      const [row] = await prisma.$queryRaw<{ body: string }[]>`
        UPDATE webhook_deliveries SET body = coalesce(body, ${storable(body)})
        WHERE id = ${id}::uuid AND lease_owner = ${owner} AND ended_at IS NULL RETURNING body`;
      return row?.body ?? null;
    },
    finish: (id, owner, outcome) =>
      prisma.$transaction(async (transaction) => {
        const { attempt, state, nextAttemptAt, receiver, disable, failingBefore } = outcome;
        const next = nextAttemptAt === null ? Prisma.sql`NULL` : instant(nextAttemptAt);
        const at = instant(attempt.at);
        // The webhook before its delivery, as everybody who holds both does. What the answer says of the receiver is true whoever holds the delivery by now.
        const webhook = Prisma.sql`id = (SELECT webhook_id FROM webhook_deliveries WHERE id = ${id}::uuid)`;
        if (disable !== null) await transaction.$queryRaw`SELECT id FROM webhooks WHERE ${webhook} FOR NO KEY UPDATE`;
        if (receiver === 'works')
          await transaction.$executeRaw`
            UPDATE webhooks SET failing_since = NULL WHERE ${webhook} AND failing_since IS NOT NULL`;
        if (receiver === 'fails')
          await transaction.$executeRaw`
            UPDATE webhooks SET failing_since = ${at} WHERE ${webhook} AND failing_since IS NULL`;
        const [delivery] = await rowsOf(
          transaction,
          Prisma.sql`
          UPDATE webhook_deliveries d SET
            state = ${state}, next_attempt_at = ${next}, ended_at = ${state === 'RETRYING' ? Prisma.sql`NULL` : at},
            attempts = CASE WHEN jsonb_array_length(attempts) < ${MOST_ATTEMPTS} THEN attempts ELSE attempts - 0 END
              || ${JSON.stringify([attempt])}::text::jsonb,
            attempt_count = attempt_count + 1, first_attempt_at = coalesce(first_attempt_at, ${at}),
            lease_owner = NULL, lease_until = NULL
          WHERE d.id = ${id}::uuid AND d.lease_owner = ${owner}`,
        );
        if (delivery === undefined) return null;
        if (disable === null) return { delivery, isDisabled: false };
        const disabled = await disableWebhook(transaction, delivery.webhookId, disable, attempt.at, failingBefore);
        return { delivery, isDisabled: disabled !== null };
      }),
    async release(ids, owner) {
      await prisma.webhookDelivery.updateMany({
        where: { id: { in: [...ids] }, leaseOwner: owner },
        data: { leaseOwner: null, leaseUntil: null },
      });
    },
    redeliver: (ids, at) => redeliver(prisma, ids, at),
    askAnew: ({ since, createdAt, ...wanted }) =>
      prisma.$transaction(async (transaction) => {
        const data = { ...wanted, since: new Date(since), createdAt: new Date(createdAt), position: 0 };
        await transaction.webhookRedelivery.create({ data });
        await work.wakeWithin(transaction, 'webhook-redelivery', wanted.id);
      }),
    sendNextAnew: (id, limit, at) =>
      prisma.$transaction(async (transaction) => {
        const [wanted] = await transaction.$queryRaw<WebhookRedelivery[]>`
          SELECT webhook_id AS "webhookId", since, include_delivered AS "includeDelivered", position, created_at AS "createdAt"
          FROM webhook_redeliveries WHERE id = ${id}::uuid FOR UPDATE`;
        if (wanted === undefined) return null;
        const { webhookId, since, includeDelivered, position, createdAt } = wanted;
        const found = await transaction.webhookDelivery.findMany({
          where: {
            webhookId,
            sequence: { gt: BigInt(position) },
            createdAt: { gte: new Date(since), lte: new Date(createdAt) },
            state: { in: includeDelivered ? ['DELIVERED', 'FAILED'] : ['FAILED'] },
          },
          orderBy: { sequence: 'asc' },
          take: limit,
          select: { id: true, sequence: true },
        });
        const due = await redeliver(
          transaction,
          found.map((delivery) => delivery.id),
          at,
        );
        const last = found.at(-1)?.sequence ?? null;
        const isLast = last === null || found.length < limit;
        if (isLast) await transaction.webhookRedelivery.delete({ where: { id } });
        else await transaction.webhookRedelivery.update({ where: { id }, data: { position: last } });
        return { due: due.length, isLast };
      }),
    async askedAnew() {
      const rows = await prisma.webhookRedelivery.findMany({ select: { id: true }, orderBy: { createdAt: 'asc' } });
      return rows.map(({ id }) => id);
    },
    async forgetAsked(id) {
      await prisma.webhookRedelivery.deleteMany({ where: { id } });
    },
    async nextDueAt(now) {
      const [row] = await prisma.$queryRaw<{ at: Date | null }[]>`
        SELECT min(next.at) AS at FROM webhooks w CROSS JOIN LATERAL (
          SELECT min(d.next_attempt_at) AS at FROM webhook_deliveries d
          WHERE d.webhook_id = w.id AND d.ended_at IS NULL AND d.next_attempt_at > ${instant(now)}) next
        WHERE w.state = 'ENABLED'`;
      return row?.at == null ? null : msOf(row.at);
    },
    prune: (endedBefore, limit) => prisma.$executeRaw`
      DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries WHERE ended_at < ${instant(endedBefore)} ORDER BY ended_at LIMIT ${limit})`,
  };
}

function redeliver(
  database: Prisma.TransactionClient,
  ids: readonly string[],
  at: number,
): Promise<readonly WebhookDeliveryRecord[]> {
  return rowsOf(
    database,
    Prisma.sql`
    UPDATE webhook_deliveries d SET
      state = CASE WHEN state = 'PENDING' THEN 'PENDING' ELSE 'RETRYING' END,
      next_attempt_at = ${instant(at)}, first_attempt_at = NULL, ended_at = NULL, lease_owner = NULL, lease_until = NULL
    WHERE ${isOneOf('d.id::text', ids)} AND d.sequence IS NOT NULL AND NOT coalesce(lease_until > ${instant(at)}, FALSE)`,
  );
}

/** The rows an UPDATE gives back, in the order they are to be sent. */
async function rowsOf(
  database: Prisma.TransactionClient,
  update: Prisma.Sql,
): Promise<readonly WebhookDeliveryRecord[]> {
  const rows = await database.$queryRaw<WebhookDelivery[]>`${update} RETURNING ${Prisma.raw(SELECTED)}`;
  return rows.map(toDelivery).sort(bySequence);
}

function bySequence(a: WebhookDeliveryRecord, b: WebhookDeliveryRecord): number {
  return Number((a.sequence ?? 0n) - (b.sequence ?? 0n));
}

function conditions(visibility: Visibility, filter: WebhookDeliveryFilter): Prisma.Sql {
  const { webhookId, states, types, createdAfter, createdBefore } = filter;
  const found = [...webhooksInSight(visibility)];
  if (webhookId !== undefined)
    found.push(isUuid(webhookId) ? Prisma.sql`d.webhook_id = ${webhookId}::uuid` : Prisma.sql`FALSE`);
  if (states !== undefined) found.push(isOneOf('d.state', states));
  if (types !== undefined) found.push(isOneOf('d.type', types));
  if (createdAfter !== undefined) found.push(Prisma.sql`d.created_at > ${instant(createdAfter)}`);
  if (createdBefore !== undefined) found.push(Prisma.sql`d.created_at < ${instant(createdBefore)}`);
  return all(found);
}

function toDelivery(row: Selected<WebhookDelivery>): WebhookDeliveryRecord {
  return {
    ...row,
    sequence: row.sequence === null ? null : BigInt(row.sequence),
    type: row.type as WebhookDeliveryRecord['type'],
    state: row.state as WebhookDeliveryState,
    attempts: row.attempts as unknown as readonly WebhookAttemptRecord[],
    firstAttemptAt: msOrNull(row.firstAttemptAt),
    nextAttemptAt: msOrNull(row.nextAttemptAt),
    leaseUntil: msOrNull(row.leaseUntil),
    createdAt: msOf(row.createdAt),
    endedAt: msOrNull(row.endedAt),
  };
}

const FROM = 'webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id';

const SELECTED = `
  d.id, d.webhook_id AS "webhookId", d.sequence::text AS sequence, d.event_id AS "eventId", d.type, d.subject_key AS "subjectKey", d.body,
  d.state, d.attempts, d.attempt_count AS "attemptCount", d.first_attempt_at AS "firstAttemptAt", d.next_attempt_at AS "nextAttemptAt",
  d.lease_owner AS "leaseOwner", d.lease_until AS "leaseUntil", d.created_at AS "createdAt", d.ended_at AS "endedAt"`;

const KEYSET: Keyset<WebhookDeliveryRecord> = {
  listing: 'webhook-deliveries',
  columns: [instantKey('d.created_at'), uuidKey('d.id')],
  keyOf: (delivery) => [delivery.createdAt, delivery.id],
};
