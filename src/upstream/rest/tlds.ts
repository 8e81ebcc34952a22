// TLDs and whether a name is free (Gandi v5 docs, domain tlds and domain check).
import { type Clock, sleep } from '../../lib/clock.ts';
import type { CallOptions, Page, PriceProcess, UpstreamAvailability, UpstreamTld } from '../port.ts';
import type { Sender } from '../request.ts';
import { type Check, checkSchema } from '../wire/billing.ts';
import { tldListSchema, tldSchema, type WireTld } from '../wire/domain.ts';
import { pageOf } from './paging.ts';
import { priceFrom, processFrom, wireProcesses } from './prices.ts';
import { read } from './reply.ts';
import { aLabel, flag, nameSegment, query } from './values.ts';

/** Public clients ask again every 0.7 to 1 second; a registry that has not said by the last poll is slow or gone. */
const POLLS = 6;
const FIRST_PAUSE_MS = 700;
const LONGEST_PAUSE_MS = 3_000;

export function tldFrom(wire: WireTld): UpstreamTld {
  const category = wire.category?.toUpperCase();
  return {
    name: aLabel(wire.name),
    category: category === 'CCTLD' || category === 'GTLD' ? category : null,
    hasTransferLock: flag(wire.lock),
    canChangeRegistrant: flag(wire.change_owner),
    needsAuthCodeForTransfer: flag(wire.authinfo_for_transfer),
    isCorporate: flag(wire.corporate),
  };
}

/** One entry for each product Gandi names; products of a process we do not trade in are left out. */
export function availabilityFrom({ currency, products }: Check): readonly UpstreamAvailability[] {
  return (products ?? []).flatMap(({ name, process, status, prices }) => {
    const ours = processFrom(process);
    if (ours === null) return [];
    return [
      {
        name: aLabel(name),
        process: ours,
        status: status ?? 'error_unknown',
        prices: (prices ?? []).map((price) => priceFrom(price, currency)),
      },
    ];
  });
}

export function tldEndpoints(sender: Sender, clock: Clock) {
  return {
    async tlds(
      { page, perPage }: { page: number; perPage: number },
      call: CallOptions,
    ): Promise<Page<{ readonly name: string }>> {
      const request = { path: '/domain/tlds', query: query({ page, per_page: perPage }) };
      const answer = await sender.send({ method: 'GET', effect: 'read', ...request }, call);
      const rows = read(answer, tldListSchema, (wire) => wire.map(({ name }) => ({ name: aLabel(name) })));
      return pageOf(rows, answer, { page, perPage, isFiltered: false });
    },

    async tld(name: string, call: CallOptions): Promise<UpstreamTld> {
      const path = `/domain/tlds/${nameSegment(name)}`;
      return read(await sender.send({ method: 'GET', path, effect: 'read' }, call), tldSchema, tldFrom);
    },

    /** Asks up to six times, pausing longer each time; what is pending then is answered as pending. */
    async availability(
      asked: {
        name: string;
        processes: readonly PriceProcess[];
        organizationId?: string;
        currency?: string;
        years?: number;
      },
      call: CallOptions,
    ): Promise<readonly UpstreamAvailability[]> {
      const { name, processes, organizationId, currency, years } = asked;
      const filters = query({
        name: aLabel(name),
        processes: wireProcesses(processes),
        currency,
        max_duration: years,
        sharing_id: organizationId,
      });
      for (let poll = 1; ; poll++) {
        const request = { path: '/domain/check', query: filters };
        const answer = await sender.send({ method: 'GET', effect: 'read', ...request }, call);
        const found = read(answer, checkSchema, availabilityFrom);
        if (poll >= POLLS || !found.some(({ status }) => status === 'pending')) return found;
        await sleep(clock, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (poll - 1)), call.signal);
      }
    },
  };
}
