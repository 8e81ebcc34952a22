// Settings of a domain that cost nothing and can break something: auto-renewal, nameservers, contacts, the auth code.
import { assertCan, type Session } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { sameHosts } from '../lib/host-names.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { consequencesOf } from '../policy/nameserver-change.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { assertNotLocked } from './domain-locks.ts';
import { type DomainNow, domainNow } from './domain-now.ts';
import { giveContacts, showsContacts } from './domain-settings-contacts.ts';
import { assertRenewalYears, readContacts } from './domain-settings-input.ts';
import { authCodeEffects, autoRenewEffects, contactEffects, nameserverNotices } from './domain-settings-words.ts';
import { type Changed, createDomainWrite, type DomainChange, type Shown } from './domain-write.ts';
import { OutcomeError } from './errors.ts';
import { assertNoGlueNeeded, readNameservers } from './nameservers-input.ts';
import type {
  DomainNode,
  DomainSettingsService,
  OperationScope,
  QuoteBlocker,
  SetAutoRenewInput,
  SetNameserversInput,
} from './services.ts';
import { assertAcknowledged } from './side-effects.ts';

export interface DomainSettingsDeps {
  readonly port: Pick<GandiPort, 'setAutoRenew' | 'setNameservers' | 'setContacts' | 'regenerateAuthCode'>;
  readonly store: Pick<Store, 'domains' | 'audit'>;
  readonly mirror: Pick<Mirror, 'domainChanged' | 'clientDetails'>;
  readonly clock: Clock;
}

/** A look before, the write and a look after; up to two more looks while Gandi does not show the change. */
const UPSTREAM_CALLS = 3;
const NAMESERVERS_PATH = ['input', 'nameservers'];

/**
 * Each change reads the domain at Gandi, is checked against that, noted in the audit log, sent once and looked at. Setting the same again is sent too:
 * Gandi may have accepted something else a moment ago that it does not show yet.
 */
export function createDomainSettingsService(deps: DomainSettingsDeps): DomainSettingsService {
  const { port, store, clock } = deps;
  const write = createDomainWrite(deps);

  const carryOut = async (
    scope: OperationScope,
    domain: DomainNode,
    action: string,
    change: DomainChange,
  ): Promise<Changed> => {
    const { session } = scope;
    await store.audit.append({
      organizationId: domain.organizationId,
      actor: actorOf(session),
      action,
      subject: domain.name,
      requestId: session.requestId,
      occurredAt: clock.now(),
    });
    return write(scope, domain, change);
  };
  const readAutoRenew = async (scope: OperationScope, { domain: name, enabled, years }: SetAutoRenewInput) => {
    assertCan(scope.session, 'domain:manage');
    assertRenewalYears(years);
    const now = await domainNow(deps, scope, name);
    const { unicodeName, expiresAt } = now.domain;
    const attemptsAt = now.detail.autoRenewal?.attemptsAt ?? [];
    const facts = { unicodeName, enabled, years, expiresAt, attemptsAt, now: clock.now() };
    return { ...now, attemptsAt, effects: autoRenewEffects(facts, scope.session.language) };
  };
  const readNameserverChange = async (scope: OperationScope, input: Omit<SetNameserversInput, 'acknowledge'>) => {
    assertCan(scope.session, 'domain:manage');
    const nameservers = readNameservers(input.nameservers, NAMESERVERS_PATH);
    const now = await domainNow(deps, scope, input.domain);
    const { nameserverKind: kind, unicodeName } = now.domain;
    const consequences = consequencesOf({ ...now.detail, kind, wanted: nameservers });
    return { ...now, nameservers, effects: nameserverNotices(consequences, unicodeName, scope.session.language) };
  };
  const readContactChange: (
    scope: OperationScope,
    input: Parameters<DomainSettingsService['setContacts']>[1],
  ) => Promise<DomainNow & { contacts: Awaited<ReturnType<typeof giveContacts>> }> = async (scope, input) => {
    assertCan(scope.session, 'domain:manage');
    const roles = readContacts(input);
    const now = await domainNow(deps, scope, input.domain);
    return { ...now, contacts: await giveContacts(deps, scope, now.domain, roles) };
  };
  const readForAuthCode = async (scope: OperationScope, name: string): Promise<DomainNow> => {
    assertCan(scope.session, 'domain:manage');
    return domainNow(deps, scope, name);
  };

  return {
    async setAutoRenew(scope, input) {
      const { domain, effects } = await readAutoRenew(scope, input);
      assertNotLocked(domain);
      const { enabled, years } = input;
      const changed = await carryOut(scope, domain, 'setAutoRenew', {
        what: 'change the auto-renewal',
        send: (name, call) => port.setAutoRenew({ name, enabled, ...(years !== null && { years }) }, call),
        isShown: (shown) => showsAutoRenew(shown, input),
      });
      return { ...answerOf(changed), effects };
    },
    async previewAutoRenew(scope, input) {
      const { domain, attemptsAt, effects } = await readAutoRenew(scope, input);
      return { ...previewOf(domain, () => assertNotLocked(domain)), attemptsAt, effects };
    },

    async setNameservers(scope, { acknowledge, ...input }) {
      const { domain, detail, nameservers, effects } = await readNameserverChange(scope, input);
      assertNotLocked(domain);
      assertNoGlueNeeded(domain.name, nameservers, detail.nameservers, NAMESERVERS_PATH);
      assertAcknowledged(effects, acknowledge);
      const changed = await carryOut(scope, domain, 'setNameservers', {
        what: 'change the nameservers',
        send: (name, call) => port.setNameservers(name, nameservers, call),
        sets: { aspect: 'NAMESERVERS', wanted: nameservers },
        isShown: ({ detail: shown }) => shown !== null && sameHosts(shown.nameservers, nameservers),
      });
      return answerOf(changed);
    },
    async previewNameservers(scope, input) {
      const { domain, detail, nameservers, effects } = await readNameserverChange(scope, input);
      const preview = previewOf(
        domain,
        () => assertNotLocked(domain),
        () => assertNoGlueNeeded(domain.name, nameservers, detail.nameservers, NAMESERVERS_PATH),
      );
      return { ...preview, nameservers, effects };
    },

    async setContacts(scope, input) {
      const { domain, contacts } = await readContactChange(scope, input);
      assertNotLocked(domain);
      const changed = await carryOut(scope, domain, 'setContacts', {
        what: 'change the contacts',
        send: (name, call) => port.setContacts(name, contacts, call),
        isShown: ({ detail }) => detail !== null && showsContacts(detail.contacts, contacts),
      });
      return answerOf(changed);
    },
    async previewContacts(scope, input) {
      const { domain } = await readContactChange(scope, input);
      return {
        ...previewOf(domain, () => assertNotLocked(domain)),
        effects: contactEffects(scope.session.language),
      };
    },

    async regenerateAuthCode(scope, name) {
      const before = await readForAuthCode(scope, name);
      assertNotLocked(before.domain);
      const { authCodeExpiresAt: formerExpiry } = before.detail.dates;
      const hasOtherExpiry = ({ detail }: Shown) => detail !== null && detail.dates.authCodeExpiresAt !== formerExpiry;
      // A code that does not expire shows only in that the domain has changed, which something else may have done.
      const hasChanged = ({ domain }: Shown) => formerExpiry === null && domain.updatedAt !== before.domain.updatedAt;
      const changed = await carryOut(scope, before.domain, 'regenerateAuthCode', {
        what: 'make a new auth code',
        send: port.regenerateAuthCode,
        isShown: (shown) => hasOtherExpiry(shown) || hasChanged(shown),
        isProven: hasOtherExpiry,
      });
      const { detail, inEffect } = changed;
      return { ...answerOf(changed), authCodeExpiresAt: inEffect ? (detail?.dates.authCodeExpiresAt ?? null) : null };
    },
    async previewAuthCode(scope, name) {
      const { domain } = await readForAuthCode(scope, name);
      return {
        ...previewOf(domain, () => assertNotLocked(domain)),
        effects: authCodeEffects(scope.session.language),
      };
    },
  };
}

const answerOf = ({ domain, inEffect }: Changed) => ({ domain, inEffect });

function actorOf({ actor }: Session): string {
  return `${actor.kind}:${actor.id}`;
}

function previewOf(domain: DomainNode, ...checks: readonly (() => void)[]) {
  return { domain, blockers: checks.flatMap(blockerOf), upstreamCalls: UPSTREAM_CALLS };
}

function blockerOf(check: () => void): readonly QuoteBlocker[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof OutcomeError)) throw error;
    return [{ code: error.code, message: error.message, path: error.path }];
  }
}

function showsAutoRenew({ domain, detail }: Shown, { enabled, years }: SetAutoRenewInput): boolean {
  const plan = detail?.autoRenewal ?? null;
  const hasYears = years === null || (plan?.durationYears ?? years) === years;
  return (plan?.enabled ?? domain.autoRenew) === enabled && hasYears;
}
