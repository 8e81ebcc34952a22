// More years for a name, and taking one back from redemption (Gandi v5 docs, domain renew and restore).
import { UpstreamError } from '../errors.ts';
import type { CallOptions, RenewalRequest, UpstreamDryRun, UpstreamRenewalOptions } from '../port.ts';
import type { Sender } from '../request.ts';
import { type RenewBody, type RenewInfo, renewInfoSchema, restoreInfoSchema } from '../wire/domain.ts';
import { dryRun } from './dry-run.ts';
import { read } from './reply.ts';
import { instant, nameSegment, query } from './values.ts';

/** The longest range of years that is written out; no registry sells more. */
const MOST_YEARS = 10;

export function renewalOptionsFrom(wire: RenewInfo): UpstreamRenewalOptions {
  return {
    beginsAt: instant(wire.begins_at),
    endsAt: instant(wire.ends_at),
    durationsYears: wire.durations ?? rangeOf(wire),
    isProhibited: wire.prohibited ?? false,
  };
}

function rangeOf({ minimum, maximum }: RenewInfo): readonly number[] {
  if (!minimum || !maximum || maximum < minimum || maximum > MOST_YEARS) return [];
  return Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
}

export function renewalEndpoints(sender: Sender) {
  const under = (name: string, rest: string) => `/domain/domains/${nameSegment(name)}${rest}`;
  const renewal = ({ name, payerId, years }: RenewalRequest) => ({
    method: 'POST' as const,
    path: under(name, '/renew'),
    query: query({ sharing_id: payerId }),
    body: { duration: years } satisfies RenewBody,
  });
  return {
    async renewalOptions(name: string, call: CallOptions): Promise<UpstreamRenewalOptions> {
      const answer = await sender.send({ method: 'GET', path: under(name, '/renew'), effect: 'read' }, call);
      return read(answer, renewInfoSchema, renewalOptionsFrom);
    },

    dryRunRenewal: (request: RenewalRequest, call: CallOptions): Promise<UpstreamDryRun> =>
      dryRun(sender, renewal(request), call),

    async renew(request: RenewalRequest, call: CallOptions): Promise<void> {
      await sender.send({ ...renewal(request), effect: 'order' }, call);
    },

    async isRestorable(name: string, call: CallOptions): Promise<boolean> {
      try {
        const answer = await sender.send({ method: 'GET', path: under(name, '/restore'), effect: 'read' }, call);
        return read(answer, restoreInfoSchema, ({ restorable }) => restorable);
      } catch (error) {
        if (error instanceof UpstreamError && error.kind === 'not-found') return false;
        throw error;
      }
    },

    async restore(
      { name, payerId }: { readonly name: string; readonly payerId: string },
      call: CallOptions,
    ): Promise<void> {
      const path = under(name, '/restore');
      await sender.send(
        { method: 'POST', path, query: query({ sharing_id: payerId }), body: {}, effect: 'order' },
        call,
      );
    },
  };
}
