// Names of hosts, compared as the DNS does.

/** Whether both name the same hosts, in any order and letter case, with or without the final dot. */
export function sameHosts(some: readonly string[], others: readonly string[]): boolean {
  const tidy = (hosts: readonly string[]) => new Set(hosts.map((host) => host.toLowerCase().replace(/\.$/, '')));
  const [left, right] = [tidy(some), tidy(others)];
  return left.size === right.size && [...left].every((host) => right.has(host));
}
