// A portfolio under the guard: the gateway over the real mirror, store and orders, and a Gandi in memory that renews by itself.
import type { SetRenewalPolicyInput } from '../../../src/services/services.ts';
import type { Store } from '../../../src/store/store.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { startGuardGateway } from '../../helpers/guard-gateway.ts';
import { createRenewingGandi, type PortfolioDomain, type RenewingGandi } from '../../helpers/renewing-gandi.ts';
import type { TestStore } from '../../helpers/test-store.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const NAME = 'd0.example';
export const START = Date.UTC(2030, 0, 1);
/** Gandi tries on 1 March, 17 March and 31 March. */
export const EXPIRES_AT = Date.UTC(2030, 3, 1);
export const FIRST = EXPIRES_AT - 31 * DAY_MS;
export const SECOND = EXPIRES_AT - 15 * DAY_MS;
export const LAST = EXPIRES_AT - DAY_MS;
export const LEAD_HOURS = 24;
export const DUE = FIRST - LEAD_HOURS * HOUR_MS;

export const policy = (more: Partial<SetRenewalPolicyInput> = {}): SetRenewalPolicyInput => ({
  organizationId: null,
  scope: 'ORGANIZATION',
  scopeValue: null,
  policy: 'ONLY_IF_PAID',
  leadHours: LEAD_HOURS,
  failSafe: 'LEAVE_ON',
  priceHoldPercent: null,
  ...more,
});

export interface Stage extends ReturnType<typeof startGuardGateway> {
  readonly gandi: RenewingGandi;
  readonly clock: FakeClock;
  readonly store: Store;
  /** Time goes on to this instant, at Gandi too. */
  until(instant: number): Promise<void>;
  /** The guard works until nothing more is to be done within a minute or so. */
  settle(): Promise<void>;
  pay(name?: string, state?: 'PAID' | 'UNPAID'): Promise<void>;
  setPolicy(more?: Partial<SetRenewalPolicyInput>): Promise<void>;
  /** Of one domain, in order: the type and the reason of each event of the guard. */
  told(name?: string): Promise<readonly string[]>;
  decisionOf(name?: string): Promise<Record<string, unknown> | undefined>;
  another(): ReturnType<typeof startGuardGateway>;
}

export const ONE: readonly PortfolioDomain[] = [{ name: NAME, clientId: 'c00', expiresAt: EXPIRES_AT }];

export async function setup(
  test: TestStore,
  domains: readonly PortfolioDomain[] = ONE,
  more: Omit<Parameters<typeof createRenewingGandi>[1], 'domains'> = {},
): Promise<Stage> {
  const clock = fakeClock(START);
  const gandi = createRenewingGandi(clock, { domains, ...more });
  const { store } = test;
  const another = () => startGuardGateway({ store, port: gandi.port, clock });
  const gateway = another();
  await gateway.sync();
  gandi.clear();
  const record = (subject: Parameters<typeof gateway.payments.record>[1]['subject'], state: 'PAID' | 'UNPAID') =>
    gateway.payments.record(gateway.scopeOf(), { subject, state, reference: null });
  return {
    ...gateway,
    gandi,
    clock,
    store,
    another,
    async until(instant) {
      await clock.advance(instant - clock.now());
      gandi.live();
    },
    async settle() {
      for (let turn = 0; turn < 4; turn++) {
        await gateway.round();
        await clock.advance(61_000);
      }
    },
    async pay(name = NAME, state = 'PAID') {
      await record({ domain: name }, state);
    },
    async setPolicy(wanted = {}) {
      await gateway.policies.set(gateway.scopeOf(), policy(wanted));
    },
    async told(name = NAME) {
      const events = await store.events.after(0n, 1_000);
      return events
        .filter(({ type, subjectId }) => type.startsWith('AUTO_RENEW') && subjectId === `reseller:${name}`)
        .map(({ type, payload }) => `${type.slice('AUTO_RENEW_'.length)} ${(payload as { reason: string }).reason}`);
    },
    async decisionOf(name = NAME) {
      const decisions = await store.autoRenew.decisions('reseller', [name]);
      return decisions.at(-1) as Record<string, unknown> | undefined;
    },
  };
}
