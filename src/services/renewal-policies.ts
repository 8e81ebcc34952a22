// The reseller's policies for automatic renewal, the answers somebody gave, and the journal of what was decided.
import { assertCan, canSee, MissingScopeError } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { policyFor } from '../policy/auto-renew.ts';
import type { Store } from '../store/store.ts';
import { orFault, visibilityOf } from './calls.ts';
import { tldName } from './catalog-arguments.ts';
import { InvalidInputError, NotFoundError } from './errors.ts';
import { type Field, fieldAt, reading, readName } from './order-input.ts';
import { connectionOf } from './orders.ts';
import { payingOrganization } from './paying-organization.ts';
import type {
  AutoRenewDecisionRecord,
  AutoRenewPolicyRecord,
  OperationScope,
  RenewalPoliciesService,
  SetRenewalPolicyInput,
} from './services.ts';

export interface RenewalPolicyDeps {
  readonly store: Pick<Store, 'autoRenew' | 'clients' | 'audit'>;
  readonly mirror: Pick<Mirror, 'organizations'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** A new UUIDv7. */
  readonly newId: () => string;
}

const HOUR_MS = 3_600_000;
const LONGEST_LEAD_HOURS = 24 * 90;
const LONGEST_TAG = 255;

export function createRenewalPoliciesService(deps: RenewalPolicyDeps): RenewalPoliciesService {
  const { store, mirror, bus, clock, newId } = deps;
  const payerOf = (scope: OperationScope, organizationId: string | null) =>
    payingOrganization(scope, mirror, organizationId, ['input', 'organizationId']);

  /** A client does not decide whether the reseller pays for it. */
  const assertReseller = ({ session }: OperationScope): void => {
    assertCan(session, 'domain:manage');
    if (session.clientId !== null) throw new MissingScopeError('domain:manage');
  };
  const scopeValueOf = async (
    organizationId: string,
    { scope, scopeValue }: Pick<SetRenewalPolicyInput, 'scope' | 'scopeValue'>,
  ): Promise<string> => {
    const text = scopeValue?.trim() ?? '';
    const fields: Field[] = [];
    const wrong = (message: string, expected: string): never => {
      throw new InvalidInputError([fieldAt('scopeValue', message, text, expected)]);
    };
    switch (scope) {
      case 'ORGANIZATION':
        return text === '' ? '' : wrong('A policy for everything names nothing.', 'no value');
      case 'TLD':
        return tldName(text) ?? wrong('This is no extension.', 'the name of a TLD such as com or co.uk');
      case 'TAG':
        return text !== '' && text.length <= LONGEST_TAG ? text : wrong('This is no tag.', 'a tag of your domains');
      case 'CLIENT': {
        const [client] = await store.clients.byIds([text]);
        if (client === undefined || client.organizationId !== organizationId)
          throw new NotFoundError('There is no such client.', ['input', 'scopeValue']);
        return client.id;
      }
      case 'DOMAIN': {
        const name = reading(fields, () => readName(text));
        if (name === null)
          throw new InvalidInputError(fields.map((field) => ({ ...field, path: ['input', 'scopeValue'] })));
        return name.name;
      }
    }
  };

  return {
    async policies(scope, organizationId) {
      assertCan(scope.session, 'portfolio:read');
      if (scope.session.clientId !== null) return [];
      return store.autoRenew.policies((await payerOf(scope, organizationId)).id);
    },

    async policyOf(scope, domain) {
      assertCan(scope.session, 'portfolio:read');
      if (scope.session.clientId !== null) return null;
      return policyFor(await store.autoRenew.policies(domain.organizationId), domain);
    },

    async set(scope, input) {
      assertReseller(scope);
      const fields: Field[] = [];
      if (!Number.isInteger(input.leadHours) || input.leadHours < 1 || input.leadHours > LONGEST_LEAD_HOURS)
        fields.push(
          fieldAt('leadHours', 'This lead time cannot be kept.', String(input.leadHours), `1 to ${LONGEST_LEAD_HOURS}`),
        );
      const { priceHoldPercent } = input;
      if (
        priceHoldPercent !== null &&
        (!Number.isInteger(priceHoldPercent) || priceHoldPercent < 0 || priceHoldPercent > 10_000)
      )
        fields.push(
          fieldAt(
            'priceHoldPercent',
            'This is no percentage to hold at.',
            String(priceHoldPercent),
            '0 to 10000, or none',
          ),
        );
      if (fields.length > 0) throw new InvalidInputError(fields);
      const payer = await payerOf(scope, input.organizationId);
      const scopeValue = await scopeValueOf(payer.id, input);
      const policy: AutoRenewPolicyRecord = {
        id: newId(),
        organizationId: payer.id,
        scope: input.scope,
        scopeValue,
        policy: input.policy,
        leadMs: input.leadHours * HOUR_MS,
        failSafe: input.failSafe,
        priceHoldPercent,
        actor: actorOf(scope),
        updatedAt: clock.now(),
      };
      const stored = await store.autoRenew.putPolicy(policy);
      await audit(scope, payer.id, 'setAutoRenewPolicy', `${input.scope}:${scopeValue}`);
      bus.publish('payments');
      return stored;
    },

    async remove(scope, input) {
      assertReseller(scope);
      const payer = await payerOf(scope, input.organizationId);
      const scopeValue = await scopeValueOf(payer.id, input);
      const removed = await store.autoRenew.removePolicy(payer.id, input.scope, scopeValue);
      if (!removed) throw new NotFoundError('There is no such policy.', ['input', 'scope']);
      await audit(scope, payer.id, 'removeAutoRenewPolicy', `${input.scope}:${scopeValue}`);
    },

    async answer(scope, { domain: name, renew }) {
      assertReseller(scope);
      const found = await orFault(scope.loaders.domainsByName.load(name));
      const domain = found.find(({ presence }) => presence !== 'ABSENT_CONFIRMED');
      if (domain === undefined) throw new NotFoundError(`There is no domain ${name}.`, ['input', 'domain']);
      const decisions = await store.autoRenew.decisions(domain.organizationId, [name]);
      const current = decisions.find(({ termEndsAt }) => termEndsAt === domain.expiresAt);
      if (current === undefined)
        throw new NotFoundError(`No decision about the renewal of ${name} is at hand.`, ['input', 'domain']);
      const now = clock.now();
      const { askedPrice } = current.detail;
      const answered: AutoRenewDecisionRecord = {
        ...current,
        detail: {
          ...current.detail,
          approval: renew ? 'YES' : 'NO',
          ...(renew && askedPrice !== undefined && { approvedPrice: askedPrice }),
          answeredBy: actorOf(scope),
          answeredAt: now,
        },
        updatedAt: Math.max(now, current.updatedAt + 1),
      };
      const written = await store.autoRenew.decide(answered, current.updatedAt, []);
      if (written === null)
        throw new InvalidInputError([
          fieldAt('domain', 'The decision changed while you answered; look at it again.', name, 'another try'),
        ]);
      await audit(scope, domain.organizationId, 'answerRenewal', name);
      bus.publish('payments');
      return answered;
    },

    async decisions(scope, { filter, page }) {
      assertCan(scope.session, 'portfolio:read');
      const query = { visibility: visibilityOf(scope), filter };
      return connectionOf(await store.autoRenew.recent({ ...query, page }), async () => {
        let count = 0;
        let after: string | undefined;
        for (;;) {
          const next = await store.autoRenew.recent({
            ...query,
            page: { first: 100, ...(after !== undefined && { after }) },
          });
          count += next.rows.length;
          after = next.rows.at(-1)?.cursor;
          if (!next.hasNextPage || after === undefined) return count;
        }
      });
    },

    async decisionOf(scope, domain) {
      assertCan(scope.session, 'portfolio:read');
      if (!canSee(scope.session, domain)) return null;
      const decisions = await store.autoRenew.decisions(domain.organizationId, [domain.name]);
      return decisions.find(({ termEndsAt }) => termEndsAt === domain.expiresAt) ?? null;
    },
  };

  function audit({ session }: OperationScope, organizationId: string, action: string, subject: string): Promise<void> {
    const { requestId, actor } = session;
    return store.audit.append({
      organizationId,
      actor: `${actor.kind}:${actor.id}`,
      action,
      subject,
      requestId,
      occurredAt: clock.now(),
    });
  }
}

function actorOf({ session: { actor } }: OperationScope): string {
  return `${actor.kind}:${actor.id}`;
}
