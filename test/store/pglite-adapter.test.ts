// PGlite under Prisma: transactions do not mix, a commit that fails is an error, and the event loop gets its turn.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestStore, type TestStore } from '../helpers/test-store.ts';

describe('the PGlite adapter', () => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore('embedded');
  });
  afterEach(() => test.close());

  it('runs transactions one after the other, and plain queries between them', async () => {
    const steps: string[] = [];
    const run = (name: string) =>
      test.prisma.$transaction(async (transaction) => {
        for (let n = 0; n < 3; n++) {
          steps.push(name);
          await transaction.fact.create({ data: { key: `${name}${n}`, value: name, updatedAt: new Date() } });
        }
        return transaction.fact.count();
      });
    const outside = (async () => {
      const counts: number[] = [];
      for (let n = 0; n < 5; n++) counts.push(await test.prisma.fact.count());
      return counts;
    })();
    const inside = await Promise.all([run('a'), run('b'), run('c')]);
    expect(inside).toEqual([3, 6, 9]);
    expect(steps.join('')).toBe('aaabbbccc');
    for (const count of await outside) expect(count % 3).toBe(0);
  });

  it('rolls back what failed and goes on', async () => {
    const failing = test.prisma.$transaction(async (transaction) => {
      await transaction.fact.create({ data: { key: 'k', value: 'v', updatedAt: new Date() } });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await test.prisma.fact.count()).toBe(0);
  });

  it('reports a commit that PostgreSQL turned into a rollback', async () => {
    const swallowing = test.prisma.$transaction(async (transaction) => {
      await transaction.fact.create({ data: { key: 'k', value: 'v', updatedAt: new Date() } });
      await transaction.$executeRaw`SELECT 1 / 0`.catch(() => {});
    });
    await expect(swallowing).rejects.toThrow();
    expect(await test.prisma.fact.count()).toBe(0);
  });

  it('reports a constraint that fails only at the commit', async () => {
    await test.query(
      'CREATE TABLE late (id int PRIMARY KEY, other int REFERENCES late (id) DEFERRABLE INITIALLY DEFERRED)',
    );
    try {
      const failing = test.prisma.$transaction(
        (transaction) => transaction.$executeRaw`INSERT INTO late VALUES (1, 2)`,
      );
      await expect(failing).rejects.toThrow(/late_other_fkey/);
      expect(await test.query('SELECT * FROM late')).toEqual([]);
    } finally {
      await test.query('DROP TABLE late');
    }
  });

  it('lets timers and requests have their turn in a long row of queries', async () => {
    let turns = 0;
    let counting = true;
    const count = () => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    for (let n = 0; n < 20; n++) await test.store.ping();
    counting = false;
    expect(turns).toBeGreaterThanOrEqual(20);
  });

  it('fails clearly when a store is used after it was closed', async () => {
    const { store, close } = await createTestStore('embedded');
    await close();
    await expect(async () => store.facts.get('k')).rejects.toThrow();
  });
});
