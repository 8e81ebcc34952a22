// Who has paid the reseller: the last word on each client, and on the present term of each domain.
import { appendEvents } from './events.ts';
import { type ClientPayment, Prisma, type PrismaClient } from './generated/client.ts';
import type { ClientPaymentRecord } from './records.ts';
import { equals, isOneOf, msOf, type Selected, selectRows, storable } from './sql.ts';
import type { PaymentStore } from './store.ts';

/** Stands for the client as a whole where a row names a term. */
const NO_TERM = new Date(0);

export function createPaymentStore(prisma: PrismaClient): PaymentStore {
  return {
    record: (payment) =>
      prisma.$transaction(async (transaction) => {
        const row = toRow(payment);
        const { organizationId, clientId, domainName, termEndsAt } = row;
        const where = {
          organizationId_clientId_domainName_termEndsAt: { organizationId, clientId, domainName, termEndsAt },
        };
        const before = await transaction.clientPayment.findUnique({ where });
        if (before !== null && before.state === row.state && before.reference === row.reference) return [];
        await transaction.clientPayment.upsert({ where, create: row, update: row });
        return appendEvents(transaction, [
          {
            organizationId,
            clientId,
            domainName: payment.domainName,
            type: 'CLIENT_PAYMENT_RECORDED',
            subjectType: 'Client',
            subjectId: clientId,
            payload: { ...toPayment(row) },
            occurredAt: payment.recordedAt,
          },
        ]);
      }),
    async ofClients(organizationId, clientIds) {
      const said = Prisma.sql`
        FROM client_payments p
        WHERE ${equals('p.organization_id', organizationId)} AND ${isOneOf('p.client_id', clientIds)}
        ORDER BY p.client_id, p.domain_name, p.term_ends_at`;
      return (await selectRows<ClientPayment>(prisma, SELECTED, said)).map(toPayment);
    },
  };
}

function toPayment(row: Selected<ClientPayment>): ClientPaymentRecord {
  const isTerm = row.domainName !== '';
  return {
    ...row,
    domainName: isTerm ? row.domainName : null,
    termEndsAt: isTerm ? msOf(row.termEndsAt) : null,
    state: row.state as ClientPaymentRecord['state'],
    recordedAt: msOf(row.recordedAt),
  };
}

function toRow(payment: ClientPaymentRecord): ClientPayment {
  const { domainName, termEndsAt, recordedAt, ...rest } = storable(payment);
  return {
    ...rest,
    domainName: domainName ?? '',
    termEndsAt: termEndsAt === null ? NO_TERM : new Date(termEndsAt),
    recordedAt: new Date(recordedAt),
  };
}

const SELECTED = `
  p.organization_id AS "organizationId", p.client_id AS "clientId", p.domain_name AS "domainName", p.term_ends_at AS "termEndsAt",
  p.state, p.reference, p.actor, p.recorded_at AS "recordedAt"`;
