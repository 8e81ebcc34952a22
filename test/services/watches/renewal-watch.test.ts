// Renewals at risk: told once for each reason and lead, by whichever process looks first, to whom they concern.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogService } from '../../../src/services/catalog.ts';
import { createRenewalBook } from '../../../src/services/renewal-book.ts';
import { createRenewalWatch } from '../../../src/services/renewal-watch.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { DAY_MS, EXPIRES_AT, type Stage, setup } from '../renewal-guard/setup.ts';

describe('a renewal at risk', () => {
  let test: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    test = await createTestStore();
    stage = await setup(test);
  });
  afterEach(() => test.close());

  const look = async () => {
    const { store, clock, gandi, exposure, bus, scopeOf } = stage;
    const catalog = createCatalogService({ port: gandi.port, store, clock, maxAgeSeconds: 86_400 });
    const watch = createRenewalWatch({
      ...{ store, exposure, bus, clock, logger: silentLogger },
      book: createRenewalBook({ store, catalog, currency: 'EUR' }),
      scopeOf: (organizationId) => scopeOf({ organizationId }),
    });
    await watch.round(new AbortController().signal);
  };
  const told = async () =>
    (await stage.store.events.after(0n, 1_000))
      .filter(({ type }) => type === 'RENEWAL_AT_RISK')
      .map(({ clientId, payload }) => `${payload.reason} ${payload.leadDays} ${clientId}`);

  it('is told at 30, 14, 7, 3 and 1 days, once each, and not before', async () => {
    await stage.setPolicy();
    for (let days = 32; days > 0; days--) {
      await stage.clock.advance(EXPIRES_AT - days * DAY_MS - stage.clock.now());
      await Promise.all([look(), look()]);
    }
    expect(await told()).toEqual([30, 14, 7, 3, 1].map((lead) => `NOT_PAID ${lead} c00`));
    expect((await stage.store.events.after(0n, 1_000)).find(({ type }) => type === 'RENEWAL_AT_RISK')).toMatchObject({
      ...{ organizationId: 'reseller', domainName: 'd0.example', subjectId: 'reseller:d0.example' },
      payload: { domainName: 'd0.example', expiresAt: EXPIRES_AT, policy: 'ONLY_IF_PAID' },
    });
  });

  it('is over when the client has paid, and a domain that nobody wants is none', async () => {
    await stage.setPolicy();
    await stage.clock.advance(EXPIRES_AT - 10 * DAY_MS - stage.clock.now());
    await stage.pay();
    await look();
    await stage.setPolicy({ policy: 'NEVER' });
    await look();
    expect((await told()).filter((one) => !one.startsWith('BALANCE'))).toEqual([]);
  });
});
