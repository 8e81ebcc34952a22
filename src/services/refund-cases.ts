// Refunds that no API takes: what to write to Gandi's people, until when, and the gateway's own look whether it was done.
import type { Language } from '../auth/session.ts';
import { dayText } from '../lib/day.ts';
import { moneyText } from '../lib/money.ts';
import type { GuidedCase, OrderRecord, RefundCaseRecord } from './services.ts';

/** Where Gandi's support takes requests. */
const SUPPORT = 'https://helpdesk.gandi.net';

/** The case with the letter to write, ready to be copied. */
export function guided(record: RefundCaseRecord, order: OrderRecord, language: Language): GuidedCase {
  return { ...record, text: TEXTS[record.ground][language](order, record), link: SUPPORT };
}

type Text = (order: OrderRecord, record: RefundCaseRecord) => string;

const paid = ({ price }: OrderRecord): string => (price === null ? '' : ` (${moneyText(price.afterTaxes)})`);
const ordered = (order: OrderRecord): string => `${dayText(order.createdAt)}${paid(order)}`;

const TEXTS: Readonly<Record<RefundCaseRecord['ground'], Readonly<Record<Language, Text>>>> = {
  POLICY: {
    en: (order, { deadlineAt, reason }) =>
      `Please delete ${order.domainName}, ordered on ${ordered(order)} by organization ${order.organizationId}, within its refund period${
        deadlineAt === null ? '' : `, which we take to end on ${dayText(deadlineAt)}`
      }, and credit our prepaid account. Our reference: ${order.id}.${reason === null ? '' : ` Reason: ${reason}`}`,
    fr: (order, { deadlineAt, reason }) =>
      `Merci de supprimer ${order.domainName}, commandé le ${ordered(order)} par l’organisation ${order.organizationId}, dans son délai de remboursement${
        deadlineAt === null ? '' : `, que nous estimons finir le ${dayText(deadlineAt)}`
      }, et de créditer notre compte prépayé. Notre référence : ${order.id}.${reason === null ? '' : ` Motif : ${reason}`}`,
  },
  NOT_DELIVERED: {
    en: (order, { reason }) =>
      `Our order for ${order.domainName} of ${ordered(order)}, by organization ${order.organizationId}, was paid and not delivered: ${
        order.failureMessage ?? 'it failed without a reason'
      }. Please credit our prepaid account. Our reference: ${order.id}.${reason === null ? '' : ` ${reason}`}`,
    fr: (order, { reason }) =>
      `Notre commande pour ${order.domainName} du ${ordered(order)}, par l’organisation ${order.organizationId}, a été payée mais pas livrée : ${
        order.failureMessage ?? 'elle a échoué sans motif'
      }. Merci de créditer notre compte prépayé. Notre référence : ${order.id}.${reason === null ? '' : ` ${reason}`}`,
  },
  GOODWILL: {
    en: (order, { reason }) =>
      `We ask for a refund of our order for ${order.domainName} of ${ordered(order)}, by organization ${order.organizationId}, as a gesture. Our reference: ${order.id}.${reason === null ? '' : ` ${reason}`}`,
    fr: (order, { reason }) =>
      `Nous demandons, à titre de geste, le remboursement de notre commande pour ${order.domainName} du ${ordered(order)}, par l’organisation ${order.organizationId}. Notre référence : ${order.id}.${reason === null ? '' : ` ${reason}`}`,
  },
};
