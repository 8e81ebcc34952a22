// The board on which the gateways of one database tell each other who is there and who goes on alone.
import type { PrismaClient } from './generated/client.ts';
import type { ReplicaRecord } from './records.ts';
import { storable } from './sql.ts';
import type { ReplicaStore } from './store.ts';

/**
 * An announcement is the number of its transaction: whoever announces after having seen another's announcement committed gets the greater one, whatever
 * the clocks say.
 */
export function createReplicaStore(prisma: PrismaClient): ReplicaStore {
  return {
    async report({ id, turn, epoch, part, announces, acknowledged }) {
      const seen = JSON.stringify(storable(acknowledged));
      const [result] = await prisma.$queryRaw<
        { board: { announcement: string | null; others: readonly ReplicaRecord[] } }[]
      >`
        WITH mine AS (
          INSERT INTO replicas AS r (id, seen_at, epoch, part, announcement, detached_at, acknowledged, turn)
          SELECT ${id}::uuid, clock_timestamp(), ${epoch}::text, ${part}::text,
            CASE WHEN ${part}::text IS NOT NULL THEN pg_current_xact_id()::text::bigint END,
            CASE WHEN ${part}::text IS NOT NULL THEN clock_timestamp() END,
            ARRAY(SELECT jsonb_array_elements_text(${seen}::text::jsonb)), ${turn}::int
          ON CONFLICT (id) DO UPDATE SET
            seen_at = EXCLUDED.seen_at, turn = EXCLUDED.turn, epoch = EXCLUDED.epoch, part = EXCLUDED.part, acknowledged = EXCLUDED.acknowledged,
            announcement = CASE WHEN EXCLUDED.part IS NULL OR ${announces} THEN EXCLUDED.announcement
              ELSE coalesce(r.announcement, EXCLUDED.announcement) END,
            detached_at = CASE WHEN EXCLUDED.part IS NULL OR ${announces} THEN EXCLUDED.detached_at
              ELSE coalesce(r.detached_at, EXCLUDED.detached_at) END
          WHERE r.turn < EXCLUDED.turn
          RETURNING announcement
        )
        SELECT json_build_object(
          'announcement', (SELECT announcement::text FROM mine),
          'others', (SELECT coalesce(json_agg(o), '[]') FROM (
            SELECT id, extract(epoch FROM clock_timestamp() - seen_at)::float8 * 1000 AS "ageMs", epoch, part,
              announcement::text AS announcement, acknowledged
            FROM replicas WHERE id <> ${id}::uuid ORDER BY id
          ) o)
        ) AS board`;
      return result?.board ?? { announcement: null, others: [] };
    },
    async leave(id) {
      await prisma.$executeRaw`DELETE FROM replicas WHERE id = ${id}::uuid`;
    },
    async forget(unseenMs) {
      await prisma.$executeRaw`
        DELETE FROM replicas WHERE seen_at < clock_timestamp() - ${unseenMs}::float8 * interval '1 millisecond'`;
    },
  };
}
