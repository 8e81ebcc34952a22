// The client an order is for: one that exists, or the data of a new one.
import type { ClientChoice } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { ClientDataInput, clientData } from './contact.ts';
import { keyOf } from './node-id.ts';

export const OrderClientInput = builder.inputType('OrderClientInput', {
  description: 'A client that exists, or a new one; exactly one of the two.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'A client of the organization that pays.' }),
    create: t.field({
      type: ClientDataInput,
      description: 'Data of a new client; one that exists with the very same data is used instead.',
    }),
  }),
});

/** @param path where the input is, for its problems. @throws {RequestFault} BAD_USER_INPUT for an id of another kind. */
export function clientChoice({ id, create }: typeof OrderClientInput.$inferInput, path: string): ClientChoice {
  return create != null ? { create: clientData(create) } : { id: keyOf('Client', id ?? '', `${path}.id`) };
}
