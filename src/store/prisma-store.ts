// The whole store over one Prisma client.
import { createAnnouncementStore } from './announcements.ts';
import { createAuditStore } from './audit.ts';
import { createAutoRenewStore } from './auto-renew.ts';
import { createBulkJobStore } from './bulk-jobs.ts';
import { createClientStore } from './clients.ts';
import { createDomainStore } from './domains.ts';
import { createEventStore } from './events.ts';
import { createFactStore } from './facts.ts';
import type { PrismaClient } from './generated/client.ts';
import { createLeaseStore } from './leases.ts';
import { createLedgerStore } from './ledger.ts';
import { createMirrorListStore } from './mirror-lists.ts';
import { createOrderStore } from './orders.ts';
import { createOrganizationStore } from './organizations.ts';
import { createPaymentStore } from './payments.ts';
import { createPlanStore } from './plans.ts';
import { createPriceStore } from './prices.ts';
import { createRefundCaseStore } from './refund-cases.ts';
import { createReplicaStore } from './replicas.ts';
import type { Store } from './store.ts';
import { createTldStore } from './tlds.ts';
import { createTransferStore } from './transfers.ts';
import { createWebhookDeliveryStore } from './webhook-deliveries.ts';
import { createWebhookStore } from './webhooks.ts';
import type { Work } from './work.ts';

/** @param work is closed with the store. @param close releases what is below the client; called once, after the client has let go. */
export function createStore(prisma: PrismaClient, work: Work, close: () => Promise<void>): Store {
  let closing: Promise<void> | null = null;
  return {
    organizations: createOrganizationStore(prisma),
    clients: createClientStore(prisma),
    domains: createDomainStore(prisma),
    mirrorLists: createMirrorListStore(prisma),
    tlds: createTldStore(prisma),
    prices: createPriceStore(prisma),
    orders: createOrderStore(prisma, work),
    transfers: createTransferStore(prisma),
    ledger: createLedgerStore(prisma),
    payments: createPaymentStore(prisma),
    autoRenew: createAutoRenewStore(prisma),
    refundCases: createRefundCaseStore(prisma),
    announcements: createAnnouncementStore(prisma),
    plans: createPlanStore(prisma, work),
    events: createEventStore(prisma),
    facts: createFactStore(prisma),
    audit: createAuditStore(prisma),
    work,
    bulkJobs: createBulkJobStore(prisma, work),
    replicas: createReplicaStore(prisma),
    leases: createLeaseStore(prisma),
    webhooks: createWebhookStore(prisma),
    webhookDeliveries: createWebhookDeliveryStore(prisma, work),
    async ping() {
      await prisma.$executeRaw`SELECT 1`;
    },
    close() {
      closing ??= work
        .close()
        .then(() => prisma.$disconnect())
        .then(close);
      return closing;
    },
  };
}
