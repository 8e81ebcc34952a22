// Inbound transfers: ordered once, followed step by step, explained in plain words, helped along where something can be done.
import { assertCan } from '../auth/session.ts';
import { visibilityOf } from './calls.ts';
import { createKeyedTurns, type KeyedTurns } from './keyed-turns.ts';
import type { OrderProcedure } from './order-procedure.ts';
import { connectionOf, isUuid } from './orders.ts';
import type { TransferRecord, TransfersService } from './services.ts';
import { createTransferActs } from './transfers-acts.ts';
import { defaultNewId, TRANSFER_SETTINGS, type TransferDeps, type TransferSettings } from './transfers-deps.ts';
import { explainTransfer } from './transfers-explain.ts';
import { type Look, lookAtTransfer } from './transfers-follow.ts';
import { createTransferProcedure } from './transfers-procedure.ts';
import { quoteTransfer } from './transfers-quote.ts';
import { requestTransfer } from './transfers-request.ts';
import { createTransferUpdates } from './transfers-updates.ts';

export { defaultNewId, TRANSFER_SETTINGS, type TransferSettings } from './transfers-deps.ts';
export type { Look } from './transfers-follow.ts';

export type TransfersServiceDeps = Omit<TransferDeps, 'settings' | 'newId'> & {
  /** Clients are made one at a time for each address, whatever kind of order asks. */
  readonly turns?: KeyedTurns;
  readonly settings?: Partial<TransferSettings>;
  readonly newId?: () => string;
};

/** What the jobs do with transfers, beside what the schema may ask. */
export interface TransferWork {
  /** One look at a transfer under way. @throws {UpstreamError} when Gandi could not be asked; nothing changes then. */
  look(transfer: TransferRecord, signal: AbortSignal): Promise<Look>;
  /** What the engine of orders needs to know of them. */
  readonly procedure: OrderProcedure;
}

export function createTransfersService(given: TransfersServiceDeps): TransfersService & TransferWork {
  const settings = { ...TRANSFER_SETTINGS, ...given.settings };
  const deps: TransferDeps = { ...given, settings, newId: given.newId ?? defaultNewId };
  const turns = given.turns ?? createKeyedTurns();
  const { store, clock } = deps;
  return {
    async byId(scope, id) {
      assertCan(scope.session, 'portfolio:read');
      return isUuid(id) ? scope.loaders.transfers.load(id) : null;
    },
    async byOrder(scope, orderId) {
      assertCan(scope.session, 'portfolio:read');
      return isUuid(orderId) ? scope.loaders.transfersByOrder.load(orderId) : null;
    },
    async list(scope, { filter, orderBy, page }) {
      assertCan(scope.session, 'portfolio:read');
      const visibility = visibilityOf(scope);
      const found = await store.transfers.list({ visibility, filter, orderBy, page });
      return connectionOf(found, () => store.transfers.count({ visibility, filter }));
    },
    explain: (session, transfer) => explainTransfer(transfer, session.language, clock.now()),
    request: (scope, input) => requestTransfer({ ...deps, turns }, scope, input),
    quote: (scope, input) => quoteTransfer(deps, scope, input),
    ...createTransferActs(deps),
    updates: createTransferUpdates(deps),
    look: (transfer, signal) => lookAtTransfer(deps, transfer, signal),
    procedure: createTransferProcedure(deps),
  };
}
