// Whether Gandi knows a domain of ours no more: by a 404, by a 403 to a credential that works, or by a younger registration in its place.
import { UpstreamError } from '../upstream/errors.ts';
import type { CallOptions, GandiPort, UpstreamDomain } from '../upstream/port.ts';

/**
 * The domain as Gandi shows it to us; null = it is gone, or somebody else's by now. One call, and one more where Gandi answers 403, to see that the
 * credential still works.
 * @param since epoch milliseconds: what was registered after it is another domain of the same name.
 * @throws {UpstreamError} when Gandi could not be asked.
 */
export async function domainUnlessGone(
  port: Pick<GandiPort, 'domain' | 'billing'>,
  { name, organizationId, since }: { readonly name: string; readonly organizationId: string; readonly since: number },
  call: CallOptions,
): Promise<UpstreamDomain | null> {
  try {
    const domain = await port.domain(name, call);
    return (domain.registryCreatedAt ?? 0) > since ? null : domain;
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.kind === 'not-found') return null;
    if (error.kind !== 'forbidden') throw error;
    await port.billing(organizationId, call);
    return null;
  }
}
