// Which way a domain gets to a client: looks where the domain is now, lets the policy decide, and says what it costs and takes.
import { assertCan, canSee, type Language } from '../auth/session.ts';
import { type AdoptionFacts, type AdoptionObstacle, type AdoptionRoute, decideAdoption } from '../policy/adoption.ts';
import { EFFECTS, INPUTS, REASONS } from './adoption-words.ts';
import { callFor, orFault } from './calls.ts';
import { normaliseClientData } from './client-data.ts';
import { InvalidAuthCodeError } from './errors.ts';
import { orderUnderWay } from './order-once.ts';
import { assertMayOrderFor, findPayer, findRegistrant } from './order-parties.ts';
import type {
  AdoptionPlan,
  AdoptionQuery,
  AdoptionService,
  CatalogService,
  DomainNode,
  OperationScope,
  OrderPrice,
  OrganizationRecord,
  Told,
} from './services.ts';
import { extensionOf, HOLDER_DAYS, losingRegistrarDays } from './transfer-policy.ts';
import { blockersOf, blockersOfRefusal } from './transfers-blockers.ts';
import type { CheckDeps } from './transfers-check.ts';

export interface AdoptionDeps extends CheckDeps {
  readonly catalog: Pick<CatalogService, 'prices' | 'tld' | 'tldDetail'>;
  /** Currency prices are given in. */
  readonly currency: string;
}

/** Longest usual wait for the approvals of a change of registrant (docs.gandi.net, change of owner). */
const APPROVAL_DAYS = HOLDER_DAYS;
const MUTATIONS = {
  TRANSFER_IN: 'transferDomainIn',
  CHANGE_REGISTRANT: 'changeRegistrant',
  CLIENT_RECLAIM: 'setTransferLock',
  ALREADY_THERE: null,
  IMPOSSIBLE: null,
} as const satisfies Readonly<Record<AdoptionRoute, AdoptionPlan['mutation']>>;

/**
 * Nothing is written or spent. At most one question to Gandi about the domain, when it is not in the paying organization, beside what the mirror lacks.
 * @throws {NotFoundError|OrganizationNotEligibleError|InvalidInputError|RequestFault}
 */
export function createAdoptionService(deps: AdoptionDeps): AdoptionService {
  return {
    plan: async (scope, { domain: name, payerId, client }) => {
      const { session } = scope;
      assertCan(session, 'portfolio:read');
      const target = readTarget(client);
      const payer = await findPayer(deps, scope, payerId);
      if (target.wanted !== null) {
        assertMayOrderFor(session, target.wanted);
        await findRegistrant(deps, scope, payer, target.wanted);
      }
      const order = await orderUnderWay(deps, name);
      const place = await findPlace(deps, scope, payer, name);
      const tld = await rulesOf(deps, scope, name);
      const facts: AdoptionFacts = { place, target: target.fact, hasOrderUnderWay: order !== null, tld };
      const { route, reason, inputs, effects } = decideAdoption(facts);
      return {
        name,
        organizationId: payer.id,
        route,
        reason: told(REASONS, reason, session.language),
        mutation: MUTATIONS[route],
        price: await priceOf(deps, scope, payer, name, route),
        inputs: inputs.map((code) => told(INPUTS, code, session.language)),
        effects: effects.map((code) => told(EFFECTS, code, session.language)),
        maxDays: daysOf(route, name, place),
        order: order !== null && canSee(session, order) ? order : null,
      };
    },
  };
}

function readTarget(client: AdoptionQuery['client']) {
  if ('ownAccount' in client) return { fact: { kind: 'own-account' }, wanted: null } as const;
  if ('id' in client) return { fact: { kind: 'client', id: client.id }, wanted: { id: client.id } } as const;
  const wanted = { create: normaliseClientData(client.create, ['input', 'client', 'create']) };
  return { fact: { kind: 'client', id: null }, wanted } as const;
}

async function findPlace(
  { port }: AdoptionDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  name: string,
): Promise<AdoptionFacts['place']> {
  const found = await orFault(scope.loaders.domainsByName.load(name));
  const here = found.find(
    ({ organizationId, presence }) => organizationId === payer.id && presence !== 'ABSENT_CONFIRMED',
  );
  if (here !== undefined) return placeHere(scope, here);
  const there = found.find(({ presence }) => presence === 'PRESENT');
  const { isInternal, obstacle } = await askGandi(port, scope, name);
  return there === undefined ? { kind: 'elsewhere', isInternal, obstacle } : { kind: 'credential', obstacle };
}

/** Unknown is not gone, and a domain whose client is not known is not the reseller's own. */
async function placeHere(scope: OperationScope, here: DomainNode): Promise<AdoptionFacts['place']> {
  if (here.presence !== 'PRESENT') return { kind: 'unknown' };
  const link = here.clientAsOf === null ? await orFault(scope.loaders.domainLink(here)) : here;
  if (link === null) return { kind: 'unknown' };
  const { eppStatuses, expiresAt, autoRenew, freshness } = here;
  const isExpired = expiresAt !== null && expiresAt <= freshness.asOf;
  return { kind: 'payer', clientId: link.clientId, eppStatuses, isExpired, autoRenew };
}

async function askGandi(port: AdoptionDeps['port'], scope: OperationScope, name: string) {
  try {
    const answer = await port.transferability(name, null, callFor(scope, 'interactive'));
    return { isInternal: answer.isInternal, obstacle: obstacleOf(() => blockersOf(answer)) ?? null };
  } catch (error) {
    const obstacle = obstacleOf(() => blockersOfRefusal(error));
    if (obstacle === undefined) return orFault(Promise.reject(error));
    return { isInternal: null, obstacle };
  }
}

/** That Gandi asks for the auth code is no obstacle: it is one of the inputs. undefined: the failure was not about the domain. */
function obstacleOf(
  read: () => readonly { readonly kind: AdoptionObstacle }[] | null,
): AdoptionObstacle | null | undefined {
  try {
    const blockers = read();
    return blockers === null ? undefined : (blockers[0]?.kind ?? null);
  } catch (error) {
    if (error instanceof InvalidAuthCodeError) return null;
    throw error;
  }
}

async function rulesOf({ catalog }: AdoptionDeps, scope: OperationScope, name: string): Promise<AdoptionFacts['tld']> {
  const extension = extensionOf(name);
  const tld = await catalog.tld(scope, extension);
  const detail = tld === null ? null : await catalog.tldDetail(scope, tld);
  const rules = detail?.value ?? null;
  return {
    isGeneric: rules?.category === 'GTLD',
    canChangeRegistrant: rules?.canChangeRegistrant ?? null,
    needsAuthCode: rules?.needsAuthCodeForTransfer ?? null,
  };
}

async function priceOf(
  { catalog, currency }: AdoptionDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  name: string,
  route: AdoptionRoute,
): Promise<OrderPrice | null> {
  if (route !== 'TRANSFER_IN' && route !== 'CHANGE_REGISTRANT') return null;
  const process = route === 'TRANSFER_IN' ? 'TRANSFER' : 'CHANGE_OWNER';
  const query = { organizationId: payer.id, currency, tlds: [extensionOf(name)], processes: [process] } as const;
  const [entry] = await catalog.prices(scope, query);
  const price = entry?.prices.find(({ minYears, maxYears }) => minYears <= 1 && 1 <= maxYears);
  return price === undefined ? null : { beforeTaxes: price.beforeTaxes, afterTaxes: price.afterTaxes };
}

function daysOf(route: AdoptionRoute, name: string, place: AdoptionFacts['place']): number | null {
  switch (route) {
    case 'TRANSFER_IN': {
      const isInternal = place.kind === 'credential' || (place.kind === 'elsewhere' && place.isInternal === true);
      return HOLDER_DAYS + (isInternal ? 0 : losingRegistrarDays(name));
    }
    case 'CHANGE_REGISTRANT':
    case 'CLIENT_RECLAIM':
      return APPROVAL_DAYS;
    case 'ALREADY_THERE':
    case 'IMPOSSIBLE':
      return null;
  }
}

function told<Code extends string>(
  words: Readonly<Record<Code, Readonly<Record<Language, string>>>>,
  code: Code,
  language: Language,
): Told<Code> {
  return { code, message: words[code][language] };
}
