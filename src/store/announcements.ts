// What is told once: the announcement and its event are written together or not at all.
import { appendEvents } from './events.ts';
import type { PrismaClient } from './generated/client.ts';
import { isStorable, storable } from './sql.ts';
import type { AnnouncementStore } from './store.ts';

export function createAnnouncementStore(prisma: PrismaClient): AnnouncementStore {
  return {
    once: (key, event) =>
      prisma.$transaction(async (transaction) => {
        const { subjectType, subjectId } = event;
        const written = await transaction.announcement.createMany({
          data: [storable({ subjectType, subjectId, key, announcedAt: new Date(event.occurredAt) })],
          skipDuplicates: true,
        });
        if (written.count === 0) return null;
        const [appended] = await appendEvents(transaction, [event]);
        return appended ?? null;
      }),
    async known(subjectType, subjectIds) {
      const rows = await prisma.announcement.findMany({
        where: { subjectType, subjectId: { in: subjectIds.filter(isStorable) } },
      });
      const keys = new Map<string, Set<string>>();
      for (const { subjectId, key } of rows) keys.set(subjectId, (keys.get(subjectId) ?? new Set()).add(key));
      return keys;
    },
  };
}
