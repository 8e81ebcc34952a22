// What a change can bring about besides, as an enum the caller acknowledges, and the outcome that asks for it.
import { ConfirmationNeededError } from '../src/services/errors.ts';
import type {
  SideEffect as SideEffectName,
  SideEffectNotice as SideEffectNoticeValue,
} from '../src/services/side-effects.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './errors.ts';

const SIDE_EFFECTS = {
  LEAVES_LIVEDNS: {
    description:
      "The domain moves to other nameservers: Gandi's zone of it stops answering, and what it holds counts no more.",
  },
  DNSSEC_MAY_BREAK: {
    description:
      'The domain is signed with keys that the new nameservers do not have: it may stop resolving for everyone who checks signatures.',
  },
  SERVICES_MAY_STOP: {
    description:
      'Services of Gandi that live on its nameservers, such as mail or redirections, stop unless their records are copied over.',
  },
  AUTO_RENEW_SWITCHED_OFF: {
    description: 'Gandi no longer renews the domain by itself afterwards; switch it on again with `setAutoRenew`.',
  },
  CERTIFICATES_STAY: {
    description: 'Certificates bought for the domain stay with the one who held it before.',
  },
  FORFEITS_REFUND: {
    description: 'A purchase that could still be given back can no longer be afterwards.',
  },
  ADDS_A_YEAR: { description: 'The domain is renewed by a year with it, which is part of the price.' },
  TRANSFER_LOCKED_AFTERWARDS: {
    description: 'The domain cannot be moved to another registrar for a time afterwards, commonly 60 days.',
  },
  PREMIUM_PRICE: {
    description: 'The registry sells this name at a premium price, which may hold for its renewals too.',
  },
  DELETES_DOMAIN: { description: 'The domain is deleted: it stops working, and somebody else may register it.' },
} as const satisfies Record<SideEffectName, { readonly description: string }>;

export const SideEffect = builder.enumType('SideEffect', {
  description: 'What a change can bring about besides what you asked for. More may be added.',
  values: SIDE_EFFECTS,
});

export const SideEffectNotice = builder.objectRef<SideEffectNoticeValue>('SideEffectNotice').implement({
  description: 'A side effect of the change you asked for.',
  fields: (t) => ({
    name: t.expose('name', { type: SideEffect, description: 'The effect, for programs and for `acknowledge`.' }),
    message: t.exposeString('message', { description: 'What it means for this domain, for people.' }),
  }),
});

builder.objectType(ConfirmationNeededError, {
  name: 'ConfirmationNeeded',
  description:
    'The change has side effects that you did not list in `acknowledge`. Nothing was sent to Gandi and nothing was spent. Ask again with their names, or let it be.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    toAcknowledge: t.expose('effects', {
      type: [SideEffectNotice],
      description: 'All side effects of the change, those you have acknowledged among them.',
    }),
  }),
});
