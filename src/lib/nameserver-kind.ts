// Whose nameservers a set of host names is.

export type NameserverOperator = 'LIVEDNS' | 'CLASSIC' | 'OTHER';

/**
 * `ns-<n>-a.gandi.net` are LiveDNS, `a.dns.gandi.net` the classic ones (Gandi v5 docs, LiveDNS); a mixture is neither.
 * @returns null when there are none.
 */
export function kindOfHosts(hosts: readonly string[]): NameserverOperator | null {
  if (hosts.length === 0) return null;
  const all = (pattern: RegExp) => hosts.every((host) => pattern.test(host.toLowerCase()));
  if (all(/^ns-\d+-[abc]\.gandi\.net\.?$/)) return 'LIVEDNS';
  return all(/^[abc]\.dns\.gandi\.net\.?$/) ? 'CLASSIC' : 'OTHER';
}
