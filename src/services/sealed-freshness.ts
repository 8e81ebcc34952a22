// How complete a list is, told to a caller who may see only a part of it.
import type { ListFreshness } from '../mirror/freshness.ts';
import type { Visibility } from '../store/store.ts';

/** Who sees a part only does not learn how large the whole is. */
export async function sealedFreshness(
  list: ListFreshness,
  { organizationId, clientId }: Visibility,
  countVisible: () => Promise<number>,
): Promise<ListFreshness> {
  if (organizationId === null && clientId === null) return list;
  const fetched = await countVisible();
  return { ...list, fetched, total: list.isComplete ? fetched : null };
}
