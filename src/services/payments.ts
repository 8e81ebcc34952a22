// What the biller says: whether a client has paid, as a whole, for an order, or for the coming term of a domain.
import { assertCan, MissingScopeError } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { isSafeLine, lengthOf, shown } from '../lib/text.ts';
import { type PaymentStanding, paymentStanding } from '../policy/payments.ts';
import type { Store } from '../store/store.ts';
import { orFault } from './calls.ts';
import { InvalidInputError, NotFoundError } from './errors.ts';
import { fieldAt } from './order-input.ts';
import { readOrder } from './order-steps.ts';
import { isUuid } from './orders.ts';
import type {
  ClientPaymentRecord,
  DomainRecord,
  OperationScope,
  OrderRecord,
  PaymentsService,
  RecordClientPaymentInput,
} from './services.ts';

export interface PaymentDeps {
  readonly store: Pick<Store, 'payments' | 'orders' | 'transfers' | 'audit'>;
  readonly bus: EventBus;
  readonly clock: Clock;
}

const LONGEST_REFERENCE = 255;
const ANY_STATE = [
  'CLAIMED',
  'SUBMITTED',
  'ACCEPTED',
  'WAITING',
  'ACTION_REQUIRED',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'REFUND_PENDING',
  'REFUNDED',
] as const;

type Subject = Pick<ClientPaymentRecord, 'organizationId' | 'clientId' | 'domainName' | 'termEndsAt'>;

export function createPaymentsService({ store, bus, clock }: PaymentDeps): PaymentsService {
  const domainOf = async (scope: OperationScope, name: string): Promise<DomainRecord> => {
    const found = await orFault(scope.loaders.domainsByName.load(name));
    const domain = found.find(({ presence }) => presence !== 'ABSENT_CONFIRMED');
    if (domain === undefined) throw new NotFoundError(`There is no domain ${name}.`, ['input', 'domain']);
    return domain;
  };
  const subjectOf = async (
    scope: OperationScope,
    subject: RecordClientPaymentInput['subject'],
  ): Promise<Subject | { readonly order: OrderRecord }> => {
    if ('orderId' in subject) {
      const order = isUuid(subject.orderId) ? await scope.loaders.orders.load(subject.orderId) : null;
      if (order === null) throw new NotFoundError('There is no such order.', ['input', 'orderId']);
      return { order };
    }
    if ('domain' in subject) {
      const { organizationId, clientId, name, expiresAt } = await domainOf(scope, subject.domain);
      if (clientId === null || expiresAt === null)
        throw new InvalidInputError([
          fieldAt(
            'domain',
            clientId === null ? 'This domain belongs to no client.' : 'Gandi does not tell when its term ends.',
            name,
            'a domain of a client, with a known expiry',
          ),
        ]);
      return { organizationId, clientId, domainName: name, termEndsAt: expiresAt };
    }
    const client = await orFault(scope.loaders.clients.load(subject.clientId));
    if (client === null) throw new NotFoundError('There is no such client.', ['input', 'clientId']);
    return { organizationId: client.organizationId, clientId: client.id, domainName: null, termEndsAt: null };
  };
  const tell = (events: readonly unknown[]) => {
    if (events.length > 0) bus.publish('events');
    bus.publish('payments');
  };

  /** A client does not say of itself that it has paid. */
  const assertBiller = ({ session }: OperationScope): void => {
    assertCan(session, 'payment:record');
    if (session.clientId !== null) throw new MissingScopeError('payment:record');
  };

  /** Who said it, and by which reference. */
  const audit = (
    { session }: OperationScope,
    found: Subject | { readonly order: OrderRecord },
    state: RecordClientPaymentInput['state'],
    reference: string | null,
  ): Promise<void> => {
    const about = 'order' in found ? `order ${found.order.id}` : (found.domainName ?? `client ${found.clientId}`);
    return store.audit.append({
      organizationId: 'order' in found ? found.order.organizationId : found.organizationId,
      actor: `${session.actor.kind}:${session.actor.id}`,
      action: 'recordClientPayment',
      subject: `${about} ${state}${reference === null ? '' : `, ${reference}`}`,
      requestId: session.requestId,
      occurredAt: clock.now(),
    });
  };

  return {
    async preview(scope, { subject, state, reference }) {
      assertBiller(scope);
      readReference(reference);
      const found = await subjectOf(scope, subject);
      if ('order' in found) return { before: found.order.clientPayment, after: state };
      const { organizationId, clientId, domainName, termEndsAt } = found;
      const words = await store.payments.ofClients(organizationId, [clientId]);
      const known = words.find((word) => word.domainName === domainName && word.termEndsAt === termEndsAt);
      return { before: known?.state ?? 'UNKNOWN', after: state };
    },

    async record(scope, { subject, state, reference }) {
      assertBiller(scope);
      const told = readReference(reference);
      const { kind, id } = scope.session.actor;
      const now = clock.now();
      const found = await subjectOf(scope, subject);
      await audit(scope, found, state, told);
      if ('order' in found) {
        const { order } = found;
        const written = await store.orders.change(
          order.id,
          { from: ANY_STATE },
          { order: { clientPayment: state, clientPaymentAt: now } },
          now,
        );
        tell(written?.events ?? []);
        scope.loaders.orders.clear(order.id);
        const { order: after } = await readOrder({ store }, order.id);
        return { order: after, payment: null, warning: warningOf(after, state, scope) };
      }
      const payment: ClientPaymentRecord = {
        ...found,
        state,
        reference: told,
        actor: `${kind}:${id}`,
        recordedAt: now,
      };
      tell(await store.payments.record(payment));
      return { order: null, payment, warning: null };
    },

    async ofClient(scope, { organizationId, id }) {
      assertCan(scope.session, 'portfolio:read');
      return store.payments.ofClients(organizationId, [id]);
    },

    async standingOf(scope, domain): Promise<PaymentStanding> {
      assertCan(scope.session, 'portfolio:read');
      if (domain.clientId === null) return domain.clientAsOf === null ? 'UNKNOWN' : 'OWN';
      return paymentStanding(await store.payments.ofClients(domain.organizationId, [domain.clientId]), domain);
    },
  };
}

/** A client that pays for what was given back in the meantime needs somebody's attention; nothing is ordered again by itself. */
function warningOf({ state }: OrderRecord, payment: 'PAID' | 'UNPAID', { session }: OperationScope): string | null {
  if (payment !== 'PAID' || (state !== 'REFUND_PENDING' && state !== 'REFUNDED')) return null;
  return session.language === 'fr'
    ? 'Cette commande a déjà été rendue : le client a payé pour ce qu’il n’a plus. Commandez à nouveau ou remboursez-le.'
    : 'This order was given back already: the client has paid for what it no longer has. Order again, or pay it back.';
}

function readReference(text: string | null): string | null {
  const reference = text?.trim() ?? '';
  if (reference === '') return null;
  if (isSafeLine(reference) && lengthOf(reference) <= LONGEST_REFERENCE) return reference;
  throw new InvalidInputError([
    fieldAt(
      'reference',
      'This cannot be kept.',
      shown(reference),
      `one line of at most ${LONGEST_REFERENCE} characters`,
    ),
  ]);
}
