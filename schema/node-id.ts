// Node ids: what they stand for, how they are written, and the typed fault for one that cannot be used.

import { badArgument } from '../src/services/bad-argument.ts';
import type { DomainRecord } from '../src/services/services.ts';

const NODE_TYPES = [
  'Organization',
  'Client',
  'Domain',
  'Order',
  'Transfer',
  'Plan',
  'Event',
  'Webhook',
  'WebhookDelivery',
  'BulkJob',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MAX_LENGTH = 512;

/** @param key Gandi's UUID for organizations and clients, {@link domainKey} for domains, our UUIDv7 for orders and transfers. */
export function encodeNodeId(type: string, key: string): string {
  return Buffer.from(`${type}:${key}`).toString('base64url');
}

/** @throws {RequestFault} BAD_USER_INPUT naming `argument` when the text is no node id of ours. */
export function decodeNodeId(id: string, argument: string): { typename: NodeType; id: string } {
  const text = id.length <= MAX_LENGTH && /^[\w-]+$/.test(id) ? Buffer.from(id, 'base64url').toString('utf8') : '';
  const colon = text.indexOf(':');
  const typename = NODE_TYPES.find((type) => type === text.slice(0, colon));
  if (typename === undefined || !isKeyOf(typename, text.slice(colon + 1)))
    throw badArgument(argument, id, 'an id that the gateway gave');
  return { typename, id: text.slice(colon + 1) };
}

/**
 * The key inside an id of one type. For everything but domains a bare UUID is taken too, so that ids known from Gandi work as they are.
 * @throws {RequestFault} BAD_USER_INPUT naming `argument`, what was found and what is expected.
 */
export function keyOf(type: NodeType, id: string, argument: string): string {
  if (type !== 'Domain' && UUID.test(id)) return id.toLowerCase();
  const decoded = decodeNodeId(id, argument);
  if (decoded.typename !== type) throw badArgument(argument, idOf(decoded.typename), idOf(type));
  return decoded.id;
}

const idOf = (type: NodeType): string => `the id of ${type.startsWith('O') ? 'an' : 'a'} ${type}`;

/** A domain's key: its A-label within its organization, so that every adapter to Gandi gives the same id. */
export function domainKey(domain: Pick<DomainRecord, 'organizationId' | 'name'>): string {
  return `${domain.organizationId}/${domain.name}`;
}

/** Reads back {@link domainKey}. */
export function parseDomainKey(key: string): { organizationId: string; name: string } {
  const slash = key.indexOf('/');
  return { organizationId: key.slice(0, slash), name: key.slice(slash + 1) };
}

function isKeyOf(type: NodeType, key: string): boolean {
  return type === 'Domain' ? /^[^/]+\/[a-z0-9.-]+$/.test(key) : UUID.test(key);
}

const typeOf = new WeakMap<object, string>();

/** Remembers which type a thing loaded by its id has, for the `Node` interface. */
export function asNode<T extends object>(type: string, node: T | null): T | null {
  if (node !== null) typeOf.set(node, type);
  return node;
}

/** @returns the name of the type {@link asNode} was told. */
export function typeOfNode(node: unknown): string | undefined {
  return typeof node === 'object' && node !== null ? typeOf.get(node) : undefined;
}
