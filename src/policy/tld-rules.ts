// What is known of each extension: phases after expiry, terms, transfers, locks, owner changes and who may hold a name.
import { domainToASCII } from 'node:url';
import type { TldRule } from './tld-rule.ts';
import { TLD_RULES } from './tld-rules-data.ts';

export type { PolicySource } from './policy-sources.ts';
export type { TldFact, TldRule } from './tld-rule.ts';

const BY_TLD: ReadonlyMap<string, TldRule> = new Map(TLD_RULES.map((rule) => [rule.tld, rule]));

/**
 * The rule of the longest known extension of a name, or of an extension itself: `a.co.uk` has that of `co.uk`,
 * `a.gov.uk` that of `uk`.
 * Takes Unicode and ASCII, any letter case, a dot in front or at the end.
 * @returns null where no extension of it is known.
 */
export function tldRule(nameOrTld: string): TldRule | null {
  const labels = domainToASCII(nameOrTld.trim().replace(/^\./, '')).toLowerCase().replace(/\.$/, '').split('.');
  for (let first = 0; first < labels.length; first++) {
    const rule = BY_TLD.get(labels.slice(first).join('.'));
    if (rule !== undefined) return rule;
  }
  return null;
}

export function allTldRules(): readonly TldRule[] {
  return TLD_RULES;
}
