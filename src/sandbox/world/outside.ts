// Domains at other registrars. What they do is told by their name, unless someone sets it otherwise.
import { day, type People, quickPeople, realisticPeople } from '../options.ts';
import { hash } from '../random.ts';
import type { ParsedName } from './tlds.ts';

export interface OutsideDomain {
  /** False: nobody holds the name, it can be registered. */
  readonly registered: boolean;
  readonly registeredAt: number;
  readonly expiresAt: number;
  readonly locked: boolean;
  /** Held at Gandi, in an account of somebody else. */
  readonly internal: boolean;
  readonly holderEmail: string;
  /** `lost`: the first mail never arrives, the holder accepts once it is sent again. */
  readonly holder: 'accept' | 'refuse' | 'silent' | 'lost';
  readonly losingRegistrar: 'accept' | 'refuse' | 'silent';
  /** The one right auth code; undefined: the rule of {@link isRightAuthCode}. */
  readonly authCode: string | undefined;
  /** The code an order comes with is no longer good when the registry looks at it; the next one is. */
  readonly firstCodeExpires: boolean;
  /** The registry turns a registration down after it was paid. */
  readonly registrationFails: boolean;
  readonly people: People;
}

export type OutsideOverride = Partial<
  Pick<OutsideDomain, 'registered' | 'registeredAt' | 'locked' | 'internal' | 'holder' | 'losingRegistrar' | 'authCode'>
>;

export interface Outside {
  look(name: ParsedName): OutsideDomain;
  /** Changes what a domain is or does from now on. */
  set(fqdn: string, override: OutsideOverride): void;
}

/** Codes of at least six characters that do not start with `wrong` are right, in any outside domain without a code of its own. */
export const isRightAuthCode = (domain: Pick<OutsideDomain, 'authCode'>, code: string | undefined): boolean =>
  domain.authCode === undefined
    ? code !== undefined && code.length >= 6 && !code.startsWith('wrong')
    : code === domain.authCode;

type Trait = (plain: OutsideDomain, now: number) => Partial<OutsideDomain>;

/** Scripted names: the label's beginning decides. */
export const scripts: Readonly<Record<string, Trait>> = {
  'free-': () => ({ registered: false }),
  'free-refused-': () => ({ registered: false, registrationFails: true }),
  'premium-': () => ({ registered: false }),
  'locked-': () => ({ locked: true }),
  'young-': (_plain, now) => ({ registeredAt: now - 20 * day, expiresAt: now + 345 * day }),
  'refused-': () => ({ losingRegistrar: 'refuse' }),
  'nack-': () => ({ losingRegistrar: 'refuse' }),
  'silent-': () => ({ losingRegistrar: 'silent' }),
  'foa-refused-': () => ({ holder: 'refuse' }),
  'foa-silent-': () => ({ holder: 'silent' }),
  'foa-lost-': () => ({ holder: 'lost' }),
  'internal-': () => ({ internal: true }),
  'code-expires-': () => ({ firstCodeExpires: true }),
  'slow-': () => ({ people: realisticPeople }),
  'unpaid-': (plain) => ({ people: { ...plain.people, paymentMs: 2 * day } }),
  'stuck-': (plain) => ({ people: { ...plain.people, registryMs: day } }),
};

const longestFirst = Object.keys(scripts).sort((a, b) => b.length - a.length);

export function createOutside(deps: { startAt: number; now: () => number; people?: People }): Outside {
  const people = deps.people ?? quickPeople;
  const overrides = new Map<string, OutsideOverride>();

  function plainDomain(name: ParsedName): OutsideDomain {
    const age = 100 + (hash(name.fqdn) % 5000);
    const registeredAt = deps.startAt - age * day;
    let expiresAt = deps.startAt + (40 + (hash(name.fqdn, 1) % 320)) * day;
    while (expiresAt <= deps.now()) expiresAt += 365 * day;
    return {
      registered: true,
      registeredAt,
      expiresAt,
      locked: false,
      internal: false,
      holderEmail: `holder@${name.fqdn.split('.')[0]}.example.net`,
      holder: 'accept',
      losingRegistrar: 'accept',
      authCode: undefined,
      firstCodeExpires: false,
      registrationFails: false,
      people,
    };
  }

  return {
    look(name) {
      const plain = plainDomain(name);
      const script = longestFirst.find((prefix) => name.label.startsWith(prefix));
      const trait = script === undefined ? undefined : scripts[script]?.(plain, deps.now());
      return { ...plain, ...trait, ...overrides.get(name.fqdn) };
    },
    set(fqdn, override) {
      overrides.set(fqdn, { ...overrides.get(fqdn), ...override });
    },
  };
}
