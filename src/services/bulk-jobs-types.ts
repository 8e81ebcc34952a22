// The shapes of bulk jobs: asking for one, giving it up, and looking at how far it is.
import type { BulkJobRecord, BulkJobState } from '../store/records.ts';
import type { ConnectionResult, OperationScope, PageRequest } from './services.ts';

export type { BulkJobRecord, BulkJobState };

export interface BulkJobsService {
  /**
   * Reads everything of an organization again. While one runs for it, that one is the answer.
   * @param input.organizationId null = the only reseller organization there is.
   * @throws {NotFoundError|OrganizationNotEligibleError|InvalidInputError}
   */
  refreshPortfolio(
    scope: OperationScope,
    input: { readonly organizationId: string | null },
  ): Promise<{ readonly job: BulkJobRecord; readonly replayed: boolean }>;
  /** Begins nothing more; what is done stays done. Again, it changes nothing. @throws {NotFoundError|WrongJobStateError} */
  cancel(scope: OperationScope, input: { readonly jobId: string }): Promise<BulkJobRecord>;
  byId(scope: OperationScope, id: string): Promise<BulkJobRecord | null>;
  /** The newest first. */
  list(
    scope: OperationScope,
    query: { readonly states: readonly BulkJobState[] | null; readonly page: PageRequest },
  ): Promise<ConnectionResult<BulkJobRecord>>;
}
