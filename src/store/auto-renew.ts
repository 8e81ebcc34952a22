// Policies of automatic renewal, and what the guard decided by them for each term of each domain.
import { appendEvents } from './events.ts';
import { type AutoRenewDecision, type AutoRenewPolicy, Prisma, type PrismaClient } from './generated/client.ts';
import { instantKey, type Keyset, readPage, textKey } from './keyset.ts';
import type { AutoRenewDecisionRecord, AutoRenewPolicyRecord, AutoRenewRule, AutoRenewScope } from './records.ts';
import {
  all,
  dateOrNull,
  equals,
  instant,
  isOneOf,
  isStorable,
  msOf,
  msOrNull,
  type Selected,
  selectRows,
  storable,
} from './sql.ts';
import type { AutoRenewStore, Visibility } from './store.ts';

export function createAutoRenewStore(prisma: PrismaClient): AutoRenewStore {
  return {
    async policies(organizationId) {
      if (!isStorable(organizationId)) return [];
      const rows = await prisma.autoRenewPolicy.findMany({
        where: { organizationId },
        orderBy: [{ scope: 'asc' }, { scopeValue: 'asc' }],
      });
      return rows.map(toPolicy);
    },
    async putPolicy(policy) {
      const { id, leadMs, updatedAt, ...rest } = storable(policy);
      const data = { ...rest, leadMs: BigInt(leadMs), updatedAt: new Date(updatedAt) };
      const { organizationId, scope, scopeValue } = rest;
      const row = await prisma.autoRenewPolicy.upsert({
        where: { organizationId_scope_scopeValue: { organizationId, scope, scopeValue } },
        create: { id, ...data },
        update: data,
      });
      return toPolicy(row);
    },
    async removePolicy(organizationId, scope, scopeValue) {
      if (!isStorable(organizationId) || !isStorable(scopeValue)) return false;
      const { count } = await prisma.autoRenewPolicy.deleteMany({ where: { organizationId, scope, scopeValue } });
      return count > 0;
    },
    async decisions(organizationId, domainNames) {
      const named = Prisma.sql`
        FROM auto_renew_decisions d
        WHERE ${equals('d.organization_id', organizationId)} AND ${isOneOf('d.domain_name', domainNames)}
        ORDER BY d.domain_name, d.term_ends_at`;
      return (await selectRows<DecisionRow>(prisma, SELECTED, named)).map(toDecision);
    },
    decide: (decision, expected, events) =>
      prisma.$transaction(async (transaction) => {
        const data = { ...fromDecision(decision), leaseOwner: null, leaseUntil: null };
        const { organizationId, domainName, termEndsAt } = data;
        const written =
          expected === null
            ? await transaction.autoRenewDecision.createMany({ data: [data], skipDuplicates: true })
            : await transaction.autoRenewDecision.updateMany({
                where: { organizationId, domainName, termEndsAt, updatedAt: new Date(expected) },
                data,
              });
        return written.count === 1 ? appendEvents(transaction, events) : null;
      }),
    async leaseDue(owner, now, until, limit) {
      const rows = await prisma.$queryRaw<DecisionRow[]>`
        WITH due AS MATERIALIZED (
          SELECT organization_id, domain_name, term_ends_at FROM auto_renew_decisions
          WHERE next_look_at <= ${instant(now)} AND (lease_until IS NULL OR lease_until <= ${instant(now)})
          ORDER BY next_look_at, domain_name LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        UPDATE auto_renew_decisions d SET lease_owner = ${owner}, lease_until = ${instant(until)}
        FROM due WHERE (d.organization_id, d.domain_name, d.term_ends_at) = (due.organization_id, due.domain_name, due.term_ends_at)
        RETURNING ${Prisma.raw(SELECTED)}`;
      return rows.map(toDecision).sort((a, b) => (a.nextLookAt ?? 0) - (b.nextLookAt ?? 0));
    },
    async nextDueAt() {
      const { _min } = await prisma.autoRenewDecision.aggregate({ _min: { nextLookAt: true } });
      return _min.nextLookAt?.getTime() ?? null;
    },
    recent: ({ visibility, filter, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'auto_renew_decisions d',
        where: conditions(visibility, filter),
        orderBy: { field: 'DECIDED_AT', direction: 'DESC' },
        keyset: KEYSET,
        page,
        toRecord: toDecision,
      }),
  };
}

/** What a decision's row has beyond its record: the lease of who carries it out. */
type DecisionRow = Omit<AutoRenewDecision, 'leaseOwner' | 'leaseUntil'>;

function toPolicy(row: AutoRenewPolicy): AutoRenewPolicyRecord {
  return {
    ...row,
    scope: row.scope as AutoRenewScope,
    policy: row.policy as AutoRenewRule,
    failSafe: row.failSafe as AutoRenewPolicyRecord['failSafe'],
    leadMs: Number(row.leadMs),
    updatedAt: msOf(row.updatedAt),
  };
}

function toDecision(row: Selected<DecisionRow>): AutoRenewDecisionRecord {
  return {
    organizationId: row.organizationId,
    domainName: row.domainName,
    termEndsAt: msOf(row.termEndsAt),
    clientId: row.clientId,
    policy: row.policy as AutoRenewRule,
    wanted: row.wanted as AutoRenewDecisionRecord['wanted'],
    reason: row.reason,
    decidedAt: msOf(row.decidedAt),
    dueAt: msOf(row.dueAt),
    state: row.state as AutoRenewDecisionRecord['state'],
    detail: row.detail as Readonly<Record<string, unknown>>,
    nextLookAt: msOrNull(row.nextLookAt),
    updatedAt: msOf(row.updatedAt),
  };
}

function fromDecision(decision: AutoRenewDecisionRecord) {
  const { detail, ...rest } = storable(decision);
  return {
    ...rest,
    detail: detail as Prisma.InputJsonObject,
    termEndsAt: new Date(rest.termEndsAt),
    decidedAt: new Date(rest.decidedAt),
    dueAt: new Date(rest.dueAt),
    nextLookAt: dateOrNull(rest.nextLookAt),
    updatedAt: new Date(rest.updatedAt),
  };
}

function conditions(visibility: Visibility, filter: Parameters<AutoRenewStore['recent']>[0]['filter']): Prisma.Sql {
  const found: Prisma.Sql[] = [];
  if (visibility.organizationId !== null) found.push(equals('d.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(equals('d.client_id', visibility.clientId));
  if (filter.organizationId !== undefined) found.push(equals('d.organization_id', filter.organizationId));
  if (filter.domainName !== undefined) found.push(equals('d.domain_name', filter.domainName));
  if (filter.wanted !== undefined) found.push(isOneOf('d.wanted', filter.wanted));
  return all(found);
}

const SELECTED = `
  d.organization_id AS "organizationId", d.domain_name AS "domainName", d.term_ends_at AS "termEndsAt", d.client_id AS "clientId",
  d.policy, d.wanted, d.reason, d.decided_at AS "decidedAt", d.due_at AS "dueAt", d.state, d.detail, d.next_look_at AS "nextLookAt",
  d.updated_at AS "updatedAt"`;

const KEYSET: Keyset<AutoRenewDecisionRecord> = {
  listing: 'renewal-decisions',
  columns: [
    instantKey('d.decided_at'),
    textKey('d.domain_name'),
    textKey('d.organization_id'),
    instantKey('d.term_ends_at'),
  ],
  keyOf: (decision) => [decision.decidedAt, decision.domainName, decision.organizationId, decision.termEndsAt],
};
