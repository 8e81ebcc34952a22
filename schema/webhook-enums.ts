// Why webhooks are disabled: said by the webhook and by the event that tells of it.
import { builder } from './builder.ts';

export const WebhookDisabledReason = builder.enumType('WebhookDisabledReason', {
  description: 'Why a webhook is disabled.',
  values: {
    REQUESTED: { description: 'Somebody disabled it.' },
    GONE: { description: 'Its receiver answered 410.' },
    FAILING: { description: 'Everything sent to it failed for a day.' },
    SECRET_UNREADABLE: {
      description:
        'Its secret was sealed with another key than the gateway has now. Rotate the secret, then enable it.',
    },
  } as const,
});
