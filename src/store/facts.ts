// Facts about this database itself, such as which Gandi account it mirrors.
import type { PrismaClient } from './generated/client.ts';
import { storable } from './sql.ts';
import type { FactStore } from './store.ts';

export function createFactStore(prisma: PrismaClient): FactStore {
  return {
    async get(key) {
      const row = await prisma.fact.findUnique({ where: { key: storable(key) } });
      return row?.value ?? null;
    },
    async set(key, value) {
      await prisma.$executeRaw`
        INSERT INTO facts (key, value, updated_at) VALUES (${storable(key)}, ${storable(value)}, now())
        ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at`;
    },
    async once(key, value) {
      await prisma.$executeRaw`
        INSERT INTO facts (key, value, updated_at) VALUES (${storable(key)}, ${storable(value)}, now()) ON CONFLICT (key) DO NOTHING`;
      const row = await prisma.fact.findUniqueOrThrow({ where: { key: storable(key) } });
      return row.value;
    },
  };
}
