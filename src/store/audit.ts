// Who read a secret, or did something worth remembering. Append-only.
import { randomUUIDv7 } from 'node:crypto';
import type { PrismaClient } from './generated/client.ts';
import { storable } from './sql.ts';
import type { AuditStore } from './store.ts';

export function createAuditStore(prisma: PrismaClient): AuditStore {
  return {
    async append({ occurredAt, ...entry }) {
      await prisma.auditEntry.create({
        data: { ...storable(entry), id: randomUUIDv7(), occurredAt: new Date(occurredAt) },
      });
    },
  };
}
