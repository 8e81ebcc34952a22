// Follows domains that Gandi's list no longer shows until it is known whether they are gone.
import type { DomainRecord } from '../store/records.ts';
import type { Demand } from './demand.ts';
import type { DomainDetails } from './domain-detail.ts';
import { everyDomain } from './every-domain.ts';
import { failureReason, isUpstreamFailure, SuddenlyEmptyError } from './failure.ts';
import type { Caller } from './flights.ts';
import { type DomainKey, domainKeyText } from './keys.ts';
import type { OrganizationList } from './organization-list.ts';
import type { Parts } from './parts.ts';
import { type DetailEvidence, judgePresence, type ListEvidence } from './presence.ts';
import { sideBySide } from './side-by-side.ts';

/** A complete pass over the list, as evidence for what it did not show. */
export interface ListPass {
  readonly startedAt: number;
  readonly evidence: ListEvidence;
  readonly names: ReadonlySet<string>;
}

export interface AbsenceCheck {
  readonly checked: number;
  readonly confirmedAbsent: number;
}

export interface Absences {
  /**
   * Takes note of a pass that this process completed. What a clean list no longer shows becomes UNKNOWN, with the reason; no call is made.
   * @throws {SuddenlyEmptyError} when nothing at all is shown where there was something.
   */
  note(pass: ListPass): Promise<void>;
  /**
   * Looks, by their details, at domains that the last pass did not show: at most 50, each again after a while. One call first makes sure that the
   * credential works.
   */
  check(demand: Demand): Promise<AbsenceCheck>;
}

const MOST_AT_ONCE = 50;
const NOTHING: AbsenceCheck = { checked: 0, confirmedAbsent: 0 };

export function createAbsences(
  parts: Parts,
  deps: { readonly details: DomainDetails; readonly organizations: OrganizationList },
): Absences {
  const { store, clock, ages, flights, atOnce, wrote } = parts;
  const { details, organizations } = deps;
  const recheckMs = ages.domainDetail * 1_000;
  let lastPass: ListPass | null = null;
  /** When a domain that the list does not show was last looked at. */
  const lookedAt = new Map<string, number>();
  /** Those of them whose detail answered: hidden from the list, as in redemption, but there. */
  const hidden = new Set<string>();

  const wasLookedAt = (key: DomainKey): boolean =>
    clock.now() - (lookedAt.get(domainKeyText(key)) ?? -Infinity) < recheckMs;

  const candidates = async ({ startedAt, names }: ListPass): Promise<readonly DomainKey[]> => {
    const found = new Map<string, DomainKey>();
    const add = (key: DomainKey) => {
      if (found.size < MOST_AT_ONCE && !wasLookedAt(key)) found.set(domainKeyText(key), key);
    };
    const isUndecided = ({ name, presenceAsOf }: DomainRecord) => !names.has(name) || presenceAsOf < startedAt;
    for await (const domain of everyDomain(store, { presence: ['UNKNOWN'] })) {
      if (isUndecided(domain)) add(domain);
      if (found.size >= MOST_AT_ONCE) break;
    }
    for (const key of await store.domains.unseenSince(null, startedAt)) add(key);
    return [...found.values()];
  };
  const look = async (name: string, caller: Caller): Promise<DetailEvidence> => {
    try {
      const reading = await details.read(name)(caller);
      return reading.kind === 'found' ? { kind: 'answers' } : { kind: 'not-found' };
    } catch (error) {
      if (isUpstreamFailure(error)) return { kind: 'failed', reason: failureReason(error) };
      throw error;
    }
  };
  const checkAll = (pass: ListPass, keys: readonly DomainKey[]) => async (caller: Caller) => {
    await organizations.readNow(caller);
    let confirmedAbsent = 0;
    await sideBySide(keys, atOnce, async ({ organizationId, name }) => {
      const key = { organizationId, name };
      const detail = await look(name, caller);
      const { evidence: list } = pass;
      const verdict = judgePresence({ list, detail, credentialWorks: true, seenElsewhere: pass.names.has(name) });
      const events =
        detail.kind === 'answers'
          ? []
          : await store.domains.setPresence([key], verdict.presence, verdict.reason, clock.now());
      lookedAt.set(domainKeyText(key), clock.now());
      hidden.delete(domainKeyText(key));
      if (verdict.presence === 'PRESENT') hidden.add(domainKeyText(key));
      if (verdict.presence === 'ABSENT_CONFIRMED') confirmedAbsent += 1;
      wrote(events);
    });
    return { checked: keys.length, confirmedAbsent };
  };

  return {
    async note(pass) {
      lastPass = pass;
      for (const key of hidden) if (pass.names.has(key.slice(key.indexOf('/') + 1))) hidden.delete(key);
      if (pass.evidence !== 'clean' && pass.evidence !== 'empty') return;
      const unseen = await store.domains.unseenSince(null, pass.startedAt);
      const doubtful = unseen.filter((key) => !(hidden.has(domainKeyText(key)) && wasLookedAt(key)));
      for (const seenElsewhere of [false, true]) {
        const { presence, reason } = judgePresence({
          list: pass.evidence,
          detail: { kind: 'not-asked' },
          credentialWorks: true,
          seenElsewhere,
        });
        const keys = doubtful.filter(({ name }) => pass.names.has(name) === seenElsewhere);
        wrote(await store.domains.setPresence(keys, presence, reason, clock.now()));
      }
      if (pass.evidence === 'empty' && unseen.length > 0)
        throw new SuddenlyEmptyError('domains', 'GET /domain/domains');
    },
    async check(demand) {
      const pass = lastPass;
      if (pass === null || pass.evidence === 'empty') return NOTHING;
      const keys = await candidates(pass);
      if (keys.length === 0) return NOTHING;
      const options = { maxWaitMs: demand.maxWaitMs ?? Number.POSITIVE_INFINITY, finishLate: false };
      const outcome = await flights.run('absences', demand, options, checkAll(pass, keys));
      return outcome.kind === 'done' ? outcome.value : NOTHING;
    },
  };
}
