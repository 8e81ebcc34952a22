// Events of the gateway itself; most of them concern no single organization and are seen by keys without limits only.
import { builder } from './builder.ts';
import { eventType } from './event.ts';
import { encodeNodeId } from './node-id.ts';
import { WebhookDisabledReason } from './webhook-enums.ts';

const BudgetTrouble = builder.enumType('BudgetTrouble', {
  description: 'Why the gateway asks Gandi less than it wants to.',
  values: {
    RATE_LIMITED: { description: 'Gandi said "too many calls", and nothing is sent for a while.' },
    SATURATED: { description: 'Work is refused because more waits than the limit lets through.' },
    SHARED_BUDGET_LOST: {
      description: 'The replicas cannot reach the budget they share, and each keeps to its own part of the limit.',
    },
  } as const,
});

eventType(
  'BUDGET_DEGRADED',
  'The gateway asks Gandi less than it wants to. One event for each episode, of the first trouble in it.',
  (t) => ({
    reason: t.field({ type: BudgetTrouble, description: 'Why.', resolve: ({ payload }) => payload.reason }),
    since: t.field({ type: 'DateTime', description: 'Since when.', resolve: ({ payload }) => payload.since }),
    pausedUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Nothing is sent until then; null while calls still go.',
      resolve: ({ payload }) => payload.pausedUntil,
    }),
  }),
);

eventType('BUDGET_RESTORED', 'For a while now the gateway could ask Gandi all it wanted.', (t) => ({
  reason: t.field({
    type: BudgetTrouble,
    description: 'The first trouble of the episode that ended.',
    resolve: ({ payload }) => payload.reason,
  }),
  since: t.field({ type: 'DateTime', description: 'When it began.', resolve: ({ payload }) => payload.since }),
  until: t.field({
    type: 'DateTime',
    description: 'When the last trouble ended.',
    resolve: ({ payload }) => payload.until,
  }),
}));

const CredentialTrouble = builder.enumType('CredentialTrouble', {
  description: "What is the matter with Gandi's credential.",
  values: {
    EXPIRES: { description: 'It ends soon.' },
    REFUSED: { description: 'Gandi refuses it where it worked before.' },
  } as const,
});

eventType(
  'CREDENTIAL_EXPIRING',
  "Gandi's credential ends soon, or Gandi refuses it. Nothing of the credential itself is told.",
  (t) => ({
    reason: t.field({ type: CredentialTrouble, description: 'Which.', resolve: ({ payload }) => payload.reason }),
    expiresAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ends, as the operator told; null when not told.',
      resolve: ({ payload }) => payload.expiresAt,
    }),
    leadDays: t.int({
      nullable: true,
      description: '30, 14, 7, 3 or 1: it ends within so many days; null when it is refused.',
      resolve: ({ payload }) => payload.leadDays,
    }),
  }),
);

eventType(
  'WEBHOOK_DISABLED',
  'A webhook was disabled because of what came back from it. It keeps its place, and gets nothing more until somebody enables it again.',
  (t) => ({
    webhookId: t.id({
      description: 'The webhook.',
      resolve: ({ payload }) => encodeNodeId('Webhook', payload.webhookId),
    }),
    host: t.string({ description: 'Of its address only the host.', resolve: ({ payload }) => payload.host }),
    reason: t.field({ type: WebhookDisabledReason, description: 'Why.', resolve: ({ payload }) => payload.reason }),
    failingSince: t.field({
      type: 'DateTime',
      description: 'Since when it failed.',
      resolve: ({ payload }) => payload.failingSince,
    }),
  }),
);
