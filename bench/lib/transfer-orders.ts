// Orders transfers through a running gateway, as a reseller's app would.
import { BENCH_API_KEY } from './gateway-process.ts';

const ORDER = `mutation ($input: TransferDomainInInput!) {
  transferDomainIn(input: $input) {
    __typename
    ... on TransferDomainInSuccess { replayed order { id state } transfer { id } }
    ... on Error { code message }
  }
}`;

export interface OrderAnswer {
  readonly __typename: string;
  readonly replayed?: boolean;
  readonly order?: { readonly id: string; readonly state: string };
  readonly transfer?: { readonly id: string };
  readonly code?: string;
  readonly message?: string;
}

/** An answer that is a fault of the request: repeat with the same key. */
export class RequestFaultError extends Error {
  override readonly name = 'RequestFaultError';
}

/** @throws {RequestFaultError} for a top-level error. @throws TypeError when the gateway cannot be reached or the connection breaks. */
export async function orderTransfer(url: string, name: string, client: Record<string, unknown>): Promise<OrderAnswer> {
  const input = { domain: name, authCode: `right-code-of-${name}`, client, idempotencyKey: `key-of-${name}` };
  const answer = await ask<{ transferDomainIn: OrderAnswer }>(url, ORDER, { input });
  return answer.transferDomainIn;
}

/** @throws {RequestFaultError} for a top-level error. */
export async function ask<T>(url: string, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${BENCH_API_KEY}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: T; errors?: readonly { message: string }[] };
  if (errors !== undefined || data === undefined || data === null)
    throw new RequestFaultError(errors?.[0]?.message ?? `HTTP ${response.status}`);
  return data;
}

/** Runs `work` for each item, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  hands: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const hand = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: hands }, hand));
}
