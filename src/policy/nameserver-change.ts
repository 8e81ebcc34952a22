// What a change of nameservers brings about besides: one pure decision on what the domain uses today.
import { sameHosts } from '../lib/host-names.ts';
import { kindOfHosts, type NameserverOperator } from '../lib/nameserver-kind.ts';
import type { SideEffect } from './side-effects.ts';

export interface NameserverChange {
  /** Who runs them today; null = not told. */
  readonly kind: NameserverOperator | null;
  /** Host names today. */
  readonly nameservers: readonly string[];
  /** Gandi's services in use on the domain; an open set. */
  readonly services: readonly string[];
  /** Host names wanted, lower case. */
  readonly wanted: readonly string[];
}

export interface NameserverConsequences {
  readonly effects: readonly Extract<SideEffect, 'LEAVES_LIVEDNS' | 'DNSSEC_MAY_BREAK' | 'SERVICES_MAY_STOP'>[];
  /** Gandi's words for the services that may stop. */
  readonly services: readonly string[];
}

const LIVEDNS = 'gandilivedns';
/** Services that are the nameservers themselves, or have an effect of their own. */
const OF_THE_ZONE: ReadonlySet<string> = new Set([LIVEDNS, 'gandidns', 'dnssec']);

export function consequencesOf({ kind, nameservers, services, wanted }: NameserverChange): NameserverConsequences {
  const target = kindOfHosts(wanted);
  const isLiveDns = kind === 'LIVEDNS' || services.includes(LIVEDNS);
  const leavesLiveDns = isLiveDns && target !== 'LIVEDNS';
  const leavesGandi = (isLiveDns || kind === 'CLASSIC') && target === 'OTHER';
  const movesBetweenLiveDns = isLiveDns && target === 'LIVEDNS';
  const breaksDnssec = services.includes('dnssec') && !movesBetweenLiveDns && !sameHosts(nameservers, wanted);
  const stopping = leavesLiveDns || leavesGandi ? services.filter((service) => !OF_THE_ZONE.has(service)) : [];
  return {
    effects: [
      ...(leavesLiveDns ? (['LEAVES_LIVEDNS'] as const) : []),
      ...(breaksDnssec ? (['DNSSEC_MAY_BREAK'] as const) : []),
      ...(stopping.length > 0 ? (['SERVICES_MAY_STOP'] as const) : []),
    ],
    services: stopping,
  };
}
