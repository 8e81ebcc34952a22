// Asks every GraphQL request for the gateway's key, when there is one.
import { createHash, timingSafeEqual } from 'node:crypto';
import { clientError } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

/** Whether an `Authorization` value carries the key. */
export type KeyCheck = (authorization: string | null | undefined) => boolean;

const digest = (text: string) => createHash('sha256').update(text).digest();

/** @param apiKey null: everybody passes. The comparison takes the same time whatever was sent. */
export function createKeyCheck(apiKey: string | null): KeyCheck {
  if (apiKey === null) return () => true;
  const expected = digest(apiKey);
  return (authorization) => {
    const given = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '')?.[1];
    return timingSafeEqual(digest(given ?? ''), expected) && given !== undefined;
  };
}

const MESSAGE = 'This gateway asks for a key: send it as "Authorization: Bearer <GATEWAY_API_KEY>".';

/** Refuses before anything of the request is read: 401, UNAUTHENTICATED. */
export function useApiKey(isKey: KeyCheck): GatewayPlugin {
  return {
    onRequestParse({ request }) {
      if (!isKey(request.headers.get('authorization'))) throw clientError('UNAUTHENTICATED', MESSAGE);
    },
  };
}
