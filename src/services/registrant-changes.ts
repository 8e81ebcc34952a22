// Changes of registrant: a domain given to another client once for each key, followed until both parties and the registry agreed.
import { isDeepStrictEqual } from 'node:util';
import { assertCan } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import { normaliseEmail } from '../lib/email.ts';
import { shown } from '../lib/text.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { ContactInput, GandiPort, RegistrantChangeRequest, UpstreamRegistrantChange } from '../upstream/port.ts';
import { callFor, orFault, writeFor } from './calls.ts';
import { assertNotLocked } from './domain-locks.ts';
import {
  InvalidInputError,
  NotFoundError,
  OperationInProgressError,
  RegistrantChangeUnsupportedError,
  RejectedByGandiError,
} from './errors.ts';
import { fingerprintOf } from './order-fingerprint.ts';
import { fieldAt, readClient, readIdempotencyKey, type WantedClient } from './order-input.ts';
import { type OnceDeps, orderOnce } from './order-once.ts';
import { assertMayOrderFor, findHolding, findRegistrant, type Holding, readHeld } from './order-parties.ts';
import { assertFunds, assertPrice, priceForYears } from './order-price.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { noFindings, noteBusy, noteDryRun, noting } from './order-quote.ts';
import { effect, forfeitsRefund } from './order-words.ts';
import { isUuid } from './orders.ts';
import { standingRight } from './refund-rights.ts';
import {
  createRegistrantChangeProcedure,
  identityOf,
  isUnderWay,
  progressAfter,
} from './registrant-changes-procedure.ts';
import type {
  CatalogService,
  ChangeRegistrantInput,
  DomainRecord,
  OperationScope,
  OrderPrice,
  RegistrantChangesService,
} from './services.ts';
import { assertAcknowledged, type SideEffectNotice } from './side-effects.ts';
import { toRequestFault } from './upstream-faults.ts';

export interface RegistrantChangeDeps extends OnceDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'audit' | 'clients' | 'domains'>;
  readonly port: Pick<
    GandiPort,
    'registrantChange' | 'dryRunRegistrantChange' | 'changeRegistrant' | 'resendRegistrantChangeApproval' | 'billing'
  >;
  readonly mirror: Pick<Mirror, 'organizations' | 'ensureClients' | 'clientDetails' | 'domainChanged'>;
  readonly catalog: Pick<CatalogService, 'prices' | 'tld' | 'tldDetail'>;
  readonly bus: EventBus;
  readonly settings: OnceDeps['settings'] & { readonly firstLookMs: number; readonly currency: string };
}

const MUTATION = 'changeRegistrant';

type Wanted = Omit<ChangeRegistrantInput, 'idempotencyKey'>;

interface Changeable {
  readonly domain: DomainRecord;
  readonly registrant: ContactInput;
  readonly price: OrderPrice | null;
  readonly effects: readonly SideEffectNotice[];
  /** The ended change that Gandi still reports from before; null = none. */
  readonly earlier: UpstreamRegistrantChange | null;
}

export function createRegistrantChangesService(
  deps: RegistrantChangeDeps,
): RegistrantChangesService & { readonly procedure: OrderProcedure } {
  const procedure = createRegistrantChangeProcedure(deps);

  const readWanted = (scope: OperationScope, input: Wanted): WantedClient => {
    const client = readClient(input.client);
    if ('create' in client) assertCan(scope.session, 'client:write');
    assertMayOrderFor(scope.session, client);
    return client;
  };

  return {
    procedure,

    async change(scope, input) {
      assertCan(scope.session, 'registrant:change');
      const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
      const client = readWanted(scope, input);
      const holding = await findHolding(deps, scope, input.domain, 'to give to another registrant');
      const { name, payer } = holding;
      let registrant: ContactInput | undefined;
      const { order, replayed } = await orderOnce(deps, scope, {
        mutation: MUTATION,
        idempotencyKey,
        payerId: payer.id,
        domainName: name,
        fingerprint: fingerprintOf(orderInput(input, client, holding)),
        async draft() {
          const found = await check(deps, scope, holding, client);
          registrant = found.registrant;
          assertAcknowledged(found.effects, input.acknowledge);
          assertPrice(found.price, input.expectedPrice);
          await assertFunds(deps, scope, payer, found.price);
          await assertAcceptable(deps, scope, { name, payerId: payer.id, registrant });
          return {
            order: {
              kind: 'CHANGE_REGISTRANT',
              clientId: 'id' in client ? client.id : null,
              input: orderInput(input, client, holding),
              years: null,
              price: found.price,
              progress: { newRegistrant: identityOf(registrant), ...progressAfter(found.earlier) },
            },
          };
        },
        async prepare() {
          const contact = registrant ?? (await findRegistrant(deps, scope, payer, client));
          return {
            procedure,
            send: (claimed, call) =>
              deps.port.changeRegistrant(
                { name: claimed.domainName, payerId: claimed.organizationId, registrant: contact },
                call,
              ),
          };
        },
      });
      return { order, replayed };
    },

    async quote(scope, input) {
      assertCan(scope.session, 'registrant:change');
      const findings = noFindings();
      const client = await noting(findings, () => readWanted(scope, input));
      const holding = await findHolding(deps, scope, input.domain, 'to give to another registrant');
      const { name, payer } = holding;
      await noteBusy(deps, findings, name);
      const found = client && (await noting(findings, () => check(deps, scope, holding, client)));
      if (found) {
        await noting(findings, () => assertPrice(found.price, input.expectedPrice));
        await noting(findings, () => assertFunds(deps, scope, payer, found.price));
        const request = { name, payerId: payer.id, registrant: found.registrant };
        const call = callFor(scope, 'interactive');
        noteDryRun(findings, await orFault(deps.port.dryRunRegistrantChange(request, call)));
      }
      return {
        name,
        price: found?.price ?? null,
        ...findings,
        effects: [APPROVALS[scope.session.language]],
        toAcknowledge: found?.effects ?? [],
        upstreamCalls: 1,
      };
    },

    async resendApproval(scope, { orderId, email }) {
      assertCan(scope.session, 'registrant:change');
      const address = normaliseEmail(email);
      if (address === null)
        throw new InvalidInputError([
          fieldAt('email', 'This is no e-mail address.', shown(email), 'the address of the old or the new registrant'),
        ]);
      const order = isUuid(orderId) ? await scope.loaders.orders.load(orderId) : null;
      if (order === null || order.kind !== 'CHANGE_REGISTRANT')
        throw new NotFoundError('There is no such change of registrant.', ['input', 'orderId']);
      scope.meter.planned += 1;
      try {
        await deps.port.resendRegistrantChangeApproval(order.domainName, address, writeFor(scope));
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        if (!['invalid', 'conflict', 'refused', 'not-found'].includes(error.kind)) throw toRequestFault(error);
        throw new RejectedByGandiError('Gandi would not send the approval mail again.', error.problems, null, {
          cause: error,
        });
      }
      return order;
    },
  };
}

/**
 * Reads the domain and what Gandi says of a change of its registrant: two calls.
 * @throws {NotFoundError|DomainLockedError|RegistrantChangeUnsupportedError|OperationInProgressError|InvalidInputError|RequestFault}
 */
async function check(
  deps: RegistrantChangeDeps,
  scope: OperationScope,
  holding: Holding,
  client: WantedClient,
): Promise<Changeable> {
  const { name, payer } = holding;
  const call = callFor(scope, 'interactive');
  const [registrant, domain, report, tld] = await Promise.all([
    findRegistrant(deps, scope, payer, client),
    readHeld(deps, scope, { name, payerId: payer.id }, 'to give to another registrant'),
    orFault(deps.port.registrantChange(name, payer.id, call)),
    deps.catalog.tld(scope, holding.domain.tld),
  ]);
  assertNotLocked(domain);
  const canChange =
    tld === null ? null : ((await deps.catalog.tldDetail(scope, tld))?.value.canChangeRegistrant ?? null);
  if (canChange === false)
    throw new RegistrantChangeUnsupportedError(
      `The registrant of a .${domain.tld} domain cannot be changed online; Gandi’s support says how it is done.`,
    );
  const [known] = await deps.store.domains.details([domain]);
  const present = known?.detail.contacts.registrant ?? null;
  if (present !== null && isDeepStrictEqual(identityOf(present), identityOf(registrant)))
    throw new InvalidInputError([
      fieldAt('client', 'This is the registrant already.', registrant.email, 'another person or company'),
    ]);
  if (report !== null && isUnderWay(report.step))
    throw new OperationInProgressError(`A change of registrant of ${name} is already under way at Gandi.`, null);
  const [price, right] = await Promise.all([
    priceForYears(deps, scope, payer, { name, years: 1, process: 'CHANGE_OWNER' }),
    standingRight(deps, payer.id, name, deps.clock.now()),
  ]);
  const { language } = scope.session;
  return {
    domain,
    registrant,
    price,
    effects: [
      ...(domain.autoRenew ? [effect('AUTO_RENEW_SWITCHED_OFF', language)] : []),
      effect('CERTIFICATES_STAY', language),
      ...(/(?:^|\.)[a-z]{2}$/.test(domain.tld) ? [] : [effect('TRANSFER_LOCKED_AFTERWARDS', language)]),
      ...(right === null ? [] : [forfeitsRefund(right.verdict.until ?? 0, language)]),
    ],
    earlier: report,
  };
}

/** Gandi's own dry run, so that data the registry would refuse is found before anything is written or paid. @throws {RejectedByGandiError|RequestFault} */
async function assertAcceptable(
  { port }: RegistrantChangeDeps,
  scope: OperationScope,
  request: RegistrantChangeRequest,
): Promise<void> {
  const { problems } = await orFault(port.dryRunRegistrantChange(request, callFor(scope, 'interactive')));
  if (problems.length === 0) return;
  const reasons = problems.map(({ message }) => message).join(' ');
  throw new RejectedByGandiError(`Gandi would refuse the change: ${reasons} Nothing was bought.`, problems);
}

function orderInput({ expectedPrice }: Wanted, client: WantedClient, { name, payer }: Holding) {
  return { domain: name, payerId: payer.id, client, ...(expectedPrice === null ? {} : { expectedPrice }) };
}

const APPROVALS = {
  en: 'Gandi asks the old and the new registrant by e-mail; without both answers within five days nothing changes.',
  fr: 'Gandi demande l’accord de l’ancien et du nouveau titulaire par e-mail ; sans les deux réponses sous cinq jours, rien ne change.',
} as const;
