// Registrations: a free name bought once for each key, for a client that exists or is made with it.
import { assertCan } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { ContactInput, GandiPort, RegistrationRequest } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import { NameUnavailableError, RejectedByGandiError } from './errors.ts';
import type { KeyedTurns } from './keyed-turns.ts';
import { withClient } from './order-client.ts';
import { fingerprintOf } from './order-fingerprint.ts';
import { readIdempotencyKey } from './order-input.ts';
import { type OnceDeps, orderOnce } from './order-once.ts';
import { assertMayOrderFor, findPayer, findRegistrant } from './order-parties.ts';
import { assertFunds, assertPrice, type NameOffer, priceOfName } from './order-price.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { noFindings, noteBusy, noteDryRun, noting } from './order-quote.ts';
import { effect } from './order-words.ts';
import { readRegistrationInput, type WantedRegistration } from './registrations-input.ts';
import { createRegistrationProcedure, isError } from './registrations-procedure.ts';
import type {
  CatalogService,
  ContactRole,
  OperationScope,
  OrderRecord,
  OrganizationRecord,
  RegisterDomainInput,
  RegistrationsService,
} from './services.ts';
import { assertAcknowledged, type SideEffectNotice } from './side-effects.ts';

export interface RegistrationDeps extends OnceDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'audit' | 'clients'>;
  readonly port: Pick<
    GandiPort,
    | 'availability'
    | 'registration'
    | 'dryRunRegistration'
    | 'register'
    | 'billing'
    | 'clients'
    | 'client'
    | 'createClient'
    | 'deleteClient'
  >;
  readonly mirror: Pick<
    Mirror,
    'organizations' | 'ensureClients' | 'clientDetails' | 'clientChanged' | 'wroteClient' | 'domainChanged'
  >;
  readonly catalog: Pick<CatalogService, 'prices'>;
  readonly bus: EventBus;
  readonly turns: KeyedTurns;
  readonly settings: OnceDeps['settings'] & { readonly firstLookMs: number; readonly currency: string };
}

const MUTATION = 'registerDomain';
/** Words of Gandi's for a name that can be had (Gandi v5 docs, domain check). */
const FREE: ReadonlySet<string> = new Set(['available', 'available_reserved', 'available_preorder']);

type Contacts = Pick<RegistrationRequest, 'registrant' | 'admin' | 'tech' | 'billing'>;

interface Registrable extends NameOffer {
  readonly contacts: Contacts;
  readonly failedBefore: boolean;
}

export function createRegistrationsService(
  deps: RegistrationDeps,
): RegistrationsService & { readonly procedure: OrderProcedure } {
  const procedure = createRegistrationProcedure(deps);

  const read = (scope: OperationScope, input: Omit<RegisterDomainInput, 'idempotencyKey'>): WantedRegistration => {
    const wanted = readRegistrationInput(input);
    if ('create' in wanted.client) assertCan(scope.session, 'client:write');
    assertMayOrderFor(scope.session, wanted.client);
    for (const contact of Object.values(wanted.contacts))
      if ('id' in contact) assertMayOrderFor(scope.session, contact);
    return wanted;
  };

  return {
    procedure,

    async register(scope, input) {
      assertCan(scope.session, 'registration:order');
      const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
      const wanted = read(scope, input);
      const payer = await findPayer(deps, scope, wanted.payerId);
      let contacts: Contacts | undefined;
      const { order, replayed } = await orderOnce(deps, scope, {
        mutation: MUTATION,
        idempotencyKey,
        payerId: payer.id,
        domainName: wanted.name,
        fingerprint: fingerprintOf(orderInput(wanted, payer)),
        async draft() {
          const found = await check(deps, scope, payer, wanted);
          contacts = found.contacts;
          assertAcknowledged(effectsOf(scope, found), wanted.acknowledge);
          assertPrice(found.price, wanted.expectedPrice);
          await assertFunds(deps, scope, payer, found.price);
          await assertAcceptable(deps, scope, requestOf(payer.id, wanted, found, clientIdOf(wanted)));
          return {
            order: {
              kind: 'REGISTER',
              clientId: clientIdOf(wanted),
              input: orderInput(wanted, payer),
              years: wanted.years,
              price: found.price,
              isPremium: found.isPremium,
              progress: found.failedBefore ? { failedBefore: true } : {},
            },
          };
        },
        async prepare(order) {
          const known = contacts ?? (await contactsOf(deps, scope, payer, wanted));
          return {
            procedure,
            before: (claimed, lease, call) => withClient(deps, procedure, claimed, wanted.client, lease, call),
            send: (claimed, call) => {
              const offer = { price: order.price, isPremium: order.isPremium, contacts: known };
              return deps.port.register(requestOf(claimed.organizationId, wanted, offer, claimed.clientId), call);
            },
          };
        },
      });
      return { order, replayed };
    },

    async quote(scope, input) {
      assertCan(scope.session, 'registration:order');
      const findings = noFindings();
      const wanted = await noting(findings, () => read(scope, input));
      const payer = wanted && (await noting(findings, () => findPayer(deps, scope, wanted.payerId)));
      const found = payer && wanted && (await noting(findings, () => check(deps, scope, payer, wanted)));
      if (wanted !== null) await noteBusy(deps, findings, wanted.name);
      if (found && payer && wanted) {
        await noting(findings, () => assertPrice(found.price, wanted.expectedPrice));
        await noting(findings, () => assertFunds(deps, scope, payer, found.price));
        const request = requestOf(payer.id, wanted, found, clientIdOf(wanted));
        const call = callFor(scope, 'interactive');
        noteDryRun(findings, await orFault(deps.port.dryRunRegistration(request, call)));
      }
      const makesClient = wanted !== null && 'create' in wanted.client;
      return {
        name: wanted?.name ?? input.domain,
        price: found?.price ?? null,
        ...findings,
        effects: makesClient ? [CLIENT_IS_MADE[scope.session.language]] : [],
        toAcknowledge: found ? effectsOf(scope, found) : [],
        upstreamCalls: makesClient ? 2 : 1,
      };
    },
  };
}

/** Whether the name is free, for whom, and at which price: three calls, side by side. @throws {NameUnavailableError|NotFoundError|InvalidInputError|RequestFault} */
async function check(
  deps: RegistrationDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedRegistration,
): Promise<Registrable> {
  const { name, years } = wanted;
  const [contacts, offer, earlier] = await Promise.all([
    contactsOf(deps, scope, payer, wanted),
    priceOfName(deps, scope, payer, { name, years, process: 'CREATE' }),
    orFault(deps.port.registration(name, callFor(scope, 'interactive'))),
  ]);
  if (offer.status !== null && !FREE.has(offer.status))
    throw new NameUnavailableError(
      `${name} cannot be registered: ${REASONS[offer.status] ?? offer.status}. Nothing was bought.`,
      offer.status,
    );
  if (earlier.kind === 'under-way' && !isError(earlier.step))
    throw new NameUnavailableError(
      `A registration of ${name} is already under way at Gandi. Nothing was bought.`,
      'pending',
    );
  return { ...offer, contacts, failedBefore: earlier.kind === 'under-way' };
}

async function contactsOf(
  deps: RegistrationDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedRegistration,
): Promise<Contacts> {
  const registrant = await findRegistrant(deps, scope, payer, wanted.client);
  const { registrantParameters } = wanted;
  const others: Partial<Record<ContactRole, ContactInput>> = {};
  for (const [role, choice] of Object.entries(wanted.contacts) as [ContactRole, typeof wanted.client][])
    others[role] = await findRegistrant(deps, scope, payer, choice, ['input', 'contacts', role]);
  const withParameters = Object.keys(registrantParameters).length > 0;
  return {
    registrant: withParameters ? { ...registrant, extraParameters: registrantParameters } : registrant,
    ...others,
  };
}

/** Gandi's own dry run, so that data the registry would refuse is found before anything is written or paid. @throws {RejectedByGandiError|RequestFault} */
async function assertAcceptable(
  { port }: RegistrationDeps,
  scope: OperationScope,
  request: RegistrationRequest,
): Promise<void> {
  const { problems } = await orFault(port.dryRunRegistration(request, callFor(scope, 'interactive')));
  if (problems.length === 0) return;
  const reasons = problems.map(({ message }) => message).join(' ');
  throw new RejectedByGandiError(`Gandi would refuse the registration: ${reasons} Nothing was bought.`, problems);
}

function requestOf(
  payerId: string,
  wanted: WantedRegistration,
  offer: { readonly price: OrderRecord['price']; readonly isPremium: boolean; readonly contacts: Contacts },
  clientId: string | null,
): RegistrationRequest {
  const { name, years, nameservers, templateId, extraParameters, language } = wanted;
  return {
    name,
    payerId,
    clientId,
    ...offer.contacts,
    years,
    agreedPrice: offer.price && { beforeTaxes: offer.price.beforeTaxes },
    acceptsPremium: offer.isPremium,
    nameservers,
    templateId,
    extraParameters,
    language,
  };
}

function effectsOf({ session }: OperationScope, { isPremium }: NameOffer): readonly SideEffectNotice[] {
  return isPremium ? [effect('PREMIUM_PRICE', session.language)] : [];
}

function clientIdOf({ client }: WantedRegistration): string | null {
  return 'id' in client ? client.id : null;
}

/** What the fingerprint is taken of and what is kept: the input in its one form, without what was acknowledged. */
function orderInput({ acknowledge: _, expectedPrice, name, ...wanted }: WantedRegistration, payer: OrganizationRecord) {
  const agreed = expectedPrice === null ? {} : { expectedPrice };
  return { ...wanted, domain: name, payerId: payer.id, ...agreed };
}

/** Gandi's words for names that cannot be had (Gandi v5 docs, domain check). */
const REASONS: Readonly<Record<string, string>> = {
  unavailable: 'somebody holds it; transfer it instead when the holder agrees',
  unavailable_premium: 'the registry sells it at a premium price that Gandi does not handle',
  unavailable_restricted: 'the registry keeps it back',
  reserved_corporate: 'only Gandi’s corporate service sells it',
  pending: 'the registry has not answered yet; ask again in a moment',
};

const CLIENT_IS_MADE = {
  en: 'A client is made with it, unless one with the very same data exists.',
  fr: 'Un client est créé avec lui, sauf s’il en existe un avec exactement les mêmes données.',
} as const;
