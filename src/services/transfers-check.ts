// What stands against an inbound transfer, for all that the mirror and Gandi tell; shared by the order and its dry run.
import type { Store } from '../store/store.ts';
import type { GandiPort, UpstreamTransferability } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import { InvalidInputError, type TransferBlocker } from './errors.ts';
import type { PartyDeps } from './order-parties.ts';
import type { OperationScope, OrganizationRecord } from './services.ts';
import { blockersOf, blockersOfRefusal } from './transfers-blockers.ts';
import type { WantedTransfer } from './transfers-input.ts';

/** What the checks need of the collaborators. */
export interface CheckDeps extends PartyDeps {
  readonly store: Pick<Store, 'orders' | 'clients' | 'domains'>;
  readonly port: Pick<GandiPort, 'transferability'>;
}

export interface Transferable {
  readonly blockers: readonly TransferBlocker[];
  /** Gandi's answer; null when it did not have to be asked or refused to tell. */
  readonly answer: UpstreamTransferability | null;
}

/**
 * What stands against the transfer now, for all that the mirror and Gandi tell. One call at most.
 * @throws {InvalidAuthCodeError|InvalidInputError|RequestFault}
 */
export async function findBlockers(
  { store, port }: CheckDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedTransfer,
): Promise<Transferable> {
  const here = (await store.domains.byNames([wanted.name])).find(
    ({ organizationId, presence }) => organizationId === payer.id && presence === 'PRESENT',
  );
  if (here !== undefined) {
    const message = `${wanted.name} already is in ${payer.name}. Nothing has to be transferred.`;
    return { blockers: [{ kind: 'ALREADY_HERE', message }], answer: null };
  }
  let answer: UpstreamTransferability;
  try {
    answer = await port.transferability(wanted.name, wanted.authCode, callFor(scope, 'interactive'));
  } catch (error) {
    const blockers = blockersOfRefusal(error);
    if (blockers === null) return orFault(Promise.reject(error));
    return { blockers, answer: null };
  }
  const blockers = blockersOf(answer);
  const { durationsYears } = answer;
  if (blockers.length === 0 && durationsYears.length > 0 && !durationsYears.includes(wanted.years))
    throw new InvalidInputError([
      {
        path: ['input', 'years'],
        message: `${wanted.name} cannot be transferred for this many years.`,
        found: String(wanted.years),
        expected: durationsYears.join(', '),
      },
    ]);
  return { blockers, answer };
}
