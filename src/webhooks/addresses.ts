// Which addresses on the internet a webhook may be sent to. Everything that is not plainly public is refused.
import { BlockList, isIP } from 'node:net';

/** https://www.iana.org/assignments/iana-ipv4-special-registry */
const REFUSED_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Public by number, but answered by the host under every machine of one large cloud.
  ['168.63.129.16', 32],
];

/**
 * https://www.iana.org/assignments/iana-ipv6-special-registry. Only 2000::/3 is given out as global unicast; the three first entries are all the rest:
 * loopback, IPv4-mapped addresses, NAT64 (64:ff9b::/96), unique local, link-local and multicast addresses among it.
 */
const REFUSED_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const refused = { 4: listOf(REFUSED_IPV4, 'ipv4'), 6: listOf(REFUSED_IPV6, 'ipv6') };

function listOf(networks: typeof REFUSED_IPV4, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/** True for a literal address that anybody on the internet could be reached at; false for every other one, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused[4].check(address, 'ipv4');
  return family === 6 && !address.includes('%') && !refused[6].check(address, 'ipv6');
}
