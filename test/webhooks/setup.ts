// Webhooks over a real store, with a receiver in memory that answers as it is told and notes everything it gets.
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { ALL_SCOPES, type Session } from '../../src/auth/session.ts';
import { createLocalBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/log.ts';
import { createWebhookDispatcher } from '../../src/jobs/webhook-dispatcher.ts';
import { createWebhookSender } from '../../src/jobs/webhook-sender.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createSecretBox, type SecretBox } from '../../src/lib/secret-box.ts';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import type { Loaders } from '../../src/loaders/loaders.ts';
import type { OperationScope, WebhookPayloads } from '../../src/services/services.ts';
import { createWebhookAttempts } from '../../src/services/webhook-attempts.ts';
import { createWebhooksService } from '../../src/services/webhooks.ts';
import { appendEvents } from '../../src/store/events.ts';
import type { NewEvent, Store } from '../../src/store/store.ts';
import type { WebhookDeliveryRecord } from '../../src/store/webhook-records.ts';
import { type Logger, silentLogger } from '../../src/telemetry/logger.ts';
import type { WebhookAnswer, WebhookClient } from '../../src/webhooks/client.ts';
import type { RetrySchedule } from '../../src/webhooks/retry-schedule.ts';
import type { Targets } from '../../src/webhooks/targets.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import type { TestStore } from '../helpers/test-store.ts';
import { tracked } from '../helpers/tracked.ts';

/** As long as a sender waits for its attempts when it stops. */
const DRAIN_MS = 5_000;

export const ORG = '11111111-1111-4111-8111-111111111111';
export const OTHER_ORG = '99999999-9999-4999-8999-999999999999';

export const event = (subjectId: string, more: Partial<NewEvent> = {}): NewEvent => ({
  organizationId: ORG,
  clientId: null,
  domainName: null,
  type: 'TRANSFER_CHANGED',
  subjectType: 'Transfer',
  subjectId,
  payload: { id: subjectId },
  occurredAt: Date.UTC(2030, 0, 1),
  ...more,
});

/** One POST as the receiver saw it. */
export interface Received {
  readonly url: string;
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly at: number;
}

export type Answer = Partial<WebhookAnswer> | 'hang';

export const OK: Answer = { status: 204 };
export const BROKEN: Answer = { status: 500, error: 'STATUS' };

/** A receiver in memory. @param answer what it says to a POST; the number is how often it has seen this id, from 1. */
export function createReceiver(clock: Clock, answer: (received: Received, times: number) => Answer = () => OK) {
  const received: Received[] = [];
  let answering = answer;
  const client: Pick<WebhookClient, 'post'> = {
    async post({ url, headers, body, signal }) {
      const id = headers['webhook-id'] ?? '';
      const one = { url, id, headers, body, at: clock.now() };
      received.push(one);
      const told = answering(one, received.filter((other) => other.id === id && other.url === url).length);
      const base = { status: null, error: null, durationMs: 0, retryAfterMs: null };
      if (told !== 'hang') return { ...base, ...told };
      await new Promise<void>((resolve, reject) => {
        clock.after(15_000, resolve);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return { ...base, error: 'TIMEOUT', durationMs: 15_000 };
    },
  };
  return {
    client,
    received,
    /** From now on it answers so. */
    answers(next: (received: Received, times: number) => Answer) {
      answering = next;
    },
    /** Types or subjects of the bodies, in the order they came. */
    subjects: () => received.map(({ body }) => (JSON.parse(body) as { data: { id?: string } }).data.id ?? ''),
  };
}

/** Tells the payload of the event itself. */
export const plainPayloads: WebhookPayloads = {
  problemsOf: () => [],
  payloadOf: async (_webhook, { payload }) => ({ data: payload }),
};

const anyTarget: Pick<Targets, 'problemOf'> = { problemOf: async () => null };

export const BOX: SecretBox = createSecretBox(randomBytes(32));

export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly client: Pick<WebhookClient, 'post'>;
  readonly payloads?: WebhookPayloads;
  readonly box?: SecretBox | null;
  readonly schedule?: RetrySchedule;
  readonly logger?: Logger;
  readonly random?: () => number;
  readonly batch?: number;
  readonly lookEveryMs?: { readonly shortest: number; readonly longest: number };
}

/** The webhooks of one process of the gateway. */
export function startWebhooks(parts: Parts) {
  const { store, clock, client, payloads = plainPayloads, box = BOX, logger = silentLogger } = parts;
  const bus = createLocalBus();
  const log = createEventLog(store.events, { name: 'test', secret: 'test-secret' });
  const owner = randomUUIDv7();
  const deps = { store, log, bus, clock, logger, client, payloads, box, random: parts.random ?? (() => 0.5) };
  const attempts = createWebhookAttempts({ ...deps, ...(parts.schedule && { schedule: parts.schedule }) });
  const service = createWebhooksService({ ...deps, targets: anyTarget, attempts, newId: () => randomUUIDv7() });
  const dispatcher = createWebhookDispatcher({ ...deps, ...(parts.batch !== undefined && { batch: parts.batch }) });
  const lookEveryMs = parts.lookEveryMs ?? { shortest: 250, longest: 3_600_000 };
  const sender = createWebhookSender({ ...deps, attempts, owner, lookEveryMs });
  return { service, dispatcher, sender, attempts, log, bus };
}

export function scopeOf(session: Partial<Session> = {}): OperationScope {
  return {
    session: {
      actor: { kind: 'key', id: 'test' },
      organizationId: null,
      clientId: null,
      scopes: ALL_SCOPES,
      language: 'en',
      requestId: 'request',
      expiresAt: null,
      ...session,
    },
    meter: createUpstreamMeter(),
    maxAgeSeconds: null,
    signal: undefined,
    loaders: {} as Loaders,
  };
}

export interface Stage extends ReturnType<typeof startWebhooks> {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly receiver: ReturnType<typeof createReceiver>;
  /** Another process on the same database and receiver. */
  another(more?: Partial<Parts>): ReturnType<typeof startWebhooks>;
  append(...events: readonly NewEvent[]): Promise<void>;
  create(
    url?: string,
    more?: Partial<Parameters<ReturnType<typeof startWebhooks>['service']['create']>[1]>,
  ): Promise<{
    readonly id: string;
    readonly secret: string;
  }>;
  dispatch(): Promise<void>;
  /** Every delivery, in the order of the log. */
  deliveries(): Promise<readonly WebhookDeliveryRecord[]>;
  /** Runs the sender of a new process for so long, or those of others. */
  send(ms?: number, gateways?: readonly ReturnType<typeof startWebhooks>[]): Promise<void>;
}

export function createStage(test: TestStore, more: Partial<Parts> = {}): Stage {
  const clock = fakeClock();
  const receiver = createReceiver(clock);
  const { value: store, settled } = tracked(test.store);
  clock.settlesWith(settled);
  const parts = { store, clock, client: receiver.client, ...more };
  const gateway = startWebhooks(parts);
  return {
    ...gateway,
    store,
    clock,
    receiver,
    another: (other = {}) => startWebhooks({ ...parts, ...other }),
    async append(...events) {
      await test.prisma.$transaction((transaction) => appendEvents(transaction, events));
    },
    async create(url = 'https://receiver.example/hook', choice = {}) {
      const { webhook, secret } = await gateway.service.create(scopeOf(), {
        url,
        description: null,
        types: null,
        domainName: null,
        query: null,
        organizationId: null,
        clientId: null,
        after: null,
        ...choice,
      });
      return { id: webhook.id, secret };
    },
    async dispatch() {
      await gateway.dispatcher.round(new AbortController().signal);
    },
    async deliveries() {
      const { rows } = await test.store.webhookDeliveries.list({
        visibility: { organizationId: null, clientId: null },
        filter: {},
        page: { first: 100 },
      });
      return rows.map(({ row }) => row).sort((a, b) => Number((a.sequence ?? 0n) - (b.sequence ?? 0n)));
    },
    async send(ms = 0, gateways = [startWebhooks(parts)]) {
      for (const { sender } of gateways) sender.start();
      await clock.advance(ms);
      const stopped = Promise.all(gateways.map(({ sender }) => sender.stop()));
      await clock.advance(DRAIN_MS);
      await stopped;
    },
  };
}
