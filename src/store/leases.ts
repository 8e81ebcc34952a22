// Work that one process does at a time: whoever holds its name, until the hold has run out or was given back.
import type { PrismaClient } from './generated/client.ts';
import { instant, storable } from './sql.ts';
import type { LeaseStore } from './store.ts';

export function createLeaseStore(prisma: PrismaClient): LeaseStore {
  return {
    async hold(name, owner, now, until) {
      const held = await prisma.$executeRaw`
        INSERT INTO leases AS l (name, owner, until) VALUES (${storable(name)}, ${storable(owner)}, ${instant(until)})
        ON CONFLICT (name) DO UPDATE SET owner = EXCLUDED.owner, until = EXCLUDED.until
        WHERE l.owner = EXCLUDED.owner OR l.until <= ${instant(now)}`;
      return held === 1;
    },
    async release(name, owner) {
      await prisma.lease.deleteMany({ where: { name: storable(name), owner: storable(owner) } });
    },
  };
}
