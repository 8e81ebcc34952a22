// Reads single clients in full: address, phone, reference. One call each; there is no list of them.
import type { ClientDetailRecord, ClientRecord } from '../store/records.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { UpstreamClient } from '../upstream/port.ts';
import { ageLimit, type Demand } from './demand.ts';
import { failureReason } from './failure.ts';
import type { Caller } from './flights.ts';
import { type Depth, freshnessAfter, isTooOld } from './freshness.ts';
import type { OwnerBook } from './known-owners.ts';
import type { Parts } from './parts.ts';

export interface ClientDetails {
  /** By client id; without an entry nothing is known. */
  bring(ids: readonly string[], demand: Demand): Promise<ReadonlyMap<string, Depth<ClientDetailRecord>>>;
  write(organizationId: string, client: UpstreamClient, asOf: number): Promise<void>;
  /** Reads one now, apart from readings that began before. @returns null when Gandi answers 404. @throws {UpstreamError} */
  readAgain(organizationId: string, clientId: string, demand: Demand): Promise<ClientRecord | null>;
}

export function createClientDetails(parts: Parts, owners: OwnerBook): ClientDetails {
  const { port, store, clock, ages, flights, detailWaitMs, wrote } = parts;

  const write: ClientDetails['write'] = async (organizationId, client, asOf) => {
    const { address, phone, fax, reference, language, ...row } = client;
    const detail = { address, phone, fax, reference, language };
    const events = await store.clients.upsertDetail({ ...row, organizationId, rowAsOf: asOf }, detail, asOf);
    owners.changed();
    wrote(events);
  };
  const read = (organizationId: string, clientId: string) => async (caller: Caller) => {
    const asOf = clock.now();
    caller.plan(1);
    await write(organizationId, await caller.send((call) => port.client(organizationId, clientId, call)), asOf);
  };
  const fly = (organizationId: string, clientId: string, demand: Demand) => {
    const options = { maxWaitMs: demand.maxWaitMs ?? detailWaitMs, finishLate: false };
    return flights.run(flightKey(clientId), demand, options, read(organizationId, clientId));
  };

  return {
    write,
    async bring(ids, demand) {
      const limit = ageLimit(demand, ages, 'clientDetail', clock.now());
      const before = await store.clients.byIds(ids);
      const old = before.filter(({ detailAsOf }) => isTooOld(detailAsOf, limit));
      demand.meter.fromMirror += before.length - old.length;
      const reasons = new Map<string, string>();
      await Promise.all(
        old.map(async ({ organizationId, id }) => {
          const outcome = await fly(organizationId, id, demand);
          if (outcome.kind === 'late') reasons.set(id, 'Gandi was not asked in time.');
          if (outcome.kind === 'failed') reasons.set(id, `${failureReason(outcome.error)}.`);
        }),
      );
      const after = old.length === 0 ? before : await store.clients.byIds(ids);
      const known = new Map(before.map(({ id, detailAsOf }) => [id, detailAsOf]));
      const depths = new Map<string, Depth<ClientDetailRecord>>();
      for (const { id, detail, detailAsOf } of after) {
        if (detail === null || detailAsOf === null) continue;
        const freshness = freshnessAfter(known.get(id) ?? null, detailAsOf, limit, reasons.get(id) ?? null);
        depths.set(id, { value: detail, freshness });
      }
      return depths;
    },
    async readAgain(organizationId, clientId, demand) {
      flights.forget(flightKey(clientId));
      const outcome = await fly(organizationId, clientId, demand);
      if (outcome.kind === 'failed' && outcome.error.kind === 'not-found') return null;
      if (outcome.kind === 'failed') throw outcome.error;
      if (outcome.kind === 'late')
        throw new UpstreamError('The client was not read in time.', {
          kind: 'timeout',
          endpoint: 'GET /organization/organizations/{id}/customers/{cid}',
        });
      const [record] = await store.clients.byIds([clientId]);
      return record ?? null;
    },
  };
}

function flightKey(clientId: string): string {
  return `client:${clientId}`;
}
