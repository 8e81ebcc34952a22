// The user, the organizations, and a reseller's customers.
import { contactTypeName, contactTypes } from '../../upstream/wire/contact.ts';
import {
  type CustomerPatchBody,
  customerCreateBodySchema,
  customerPatchBodySchema,
} from '../../upstream/wire/organization.ts';
import { empty, json, refuseInput } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError, readBody, wordFrom } from '../http/input.ts';
import { listAnswer, matcher, pageOf } from '../http/paging.ts';
import { customerDetail, customerRow, organizationDetail, organizationOn, userInfo } from '../render.ts';
import type { SandboxState } from '../state.ts';
import { type Customer, customerName } from '../world/records.ts';
import { customerOf, organizationOf, resellerOf } from './access.ts';
import { regionFaults } from './contact-input.ts';

const sortWords = ['name', '-name', 'type', '-type', 'id', '-id'] as const;
const typeWords = contactTypes.slice(0, 4);

interface Named {
  readonly id: string;
  readonly type: string;
  readonly label: string;
}

/** Applies `name` (exact or with `*`), `~name` (pattern, anywhere), `type` and `sort_by`. */
function chosen<Item>(query: URLSearchParams, items: readonly Item[], view: (item: Item) => Named): Item[] {
  const type = wordFrom(query, 'type', typeWords);
  const word = wordFrom(query, 'sort_by', sortWords) ?? 'name';
  const name = query.get('name');
  const pattern = query.get('~name');
  const exact = name === null ? undefined : matcher(name);
  const loose = pattern === null ? undefined : matcher(pattern.includes('*') ? pattern : `*${pattern}*`);
  const key = (item: Item) => {
    const named = view(item);
    return word.endsWith('name') ? named.label : word.endsWith('type') ? named.type : named.id;
  };
  const order = (a: Item, b: Item) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  return items
    .filter((item) => {
      const named = view(item);
      return (
        (type === undefined || named.type === type) && (exact?.(named.label) ?? true) && (loose?.(named.label) ?? true)
      );
    })
    .sort(word.startsWith('-') ? (a, b) => order(b, a) : order);
}

function customerFields(body: CustomerPatchBody): Partial<Customer> {
  const names = [
    'firstname',
    'lastname',
    'orgname',
    'email',
    'streetaddr',
    'streetaddr2',
    'zip',
    'city',
    'state',
    'country',
  ] as const;
  const fields: Partial<Record<(typeof names)[number] | 'phone' | 'fax' | 'reference' | 'lang', string>> = {};
  for (const name of [...names, 'phone', 'fax', 'reference', 'lang'] as const) {
    const value = body[name];
    if (value !== undefined) fields[name] = value;
  }
  return fields;
}

function checkRegion(country: string, state: string | undefined): void {
  const faults = regionFaults('', country, state);
  if (faults.length > 0) throw refuseInput(...faults);
}

function hasProducts(call: Call, customerId: string): boolean {
  if (call.world.estate.ofCustomer(customerId).length > 0) return true;
  const held = (domain: { customerId: string | undefined }) => domain.customerId === customerId;
  const { transfers, registrations, estate } = call.world;
  if ([...estate.unlisted()].some(held)) return true;
  return [...transfers.all(), ...registrations.all()].some(({ order, step }) => step !== 'ERROR' && held(order));
}

export function organizationRoutes(state: SandboxState) {
  return {
    user: ({ world }: Call) => json(200, userInfo(world.user, world.organizations.individual.id)),

    list(call: Call) {
      const mine = Object.values(call.world.organizations).filter(({ id }) => call.principal.organizationIds.has(id));
      const rows = chosen(call.query, mine, ({ id, type, name }) => ({ id, type, label: name }));
      return json(
        200,
        rows.map((organization) => organizationOn(state, organization)),
      );
    },

    one: (call: Call) => json(200, organizationDetail(state, organizationOf(call))),

    customers(call: Call) {
      const all = call.world.customers.ofOrganization(resellerOf(call).id);
      const matching = chosen(call.query, all, (customer) => ({
        id: customer.id,
        type: customer.type,
        label: customerName(customer),
      }));
      const page = pageOf(matching, { url: call.url, total: all.length });
      return listAnswer(
        page.rows.map((customer) => customerRow(state, customer)),
        page.headers,
      );
    },

    async createCustomer(call: Call) {
      const organization = resellerOf(call);
      const body = await readBody(call.request, customerCreateBodySchema);
      const type = contactTypeName(body.type);
      if (type === undefined || type === 'reseller')
        throw refuseInput(bodyError('type', `is not one of: ${typeWords.join(', ')}`));
      checkRegion(body.country, body.state);
      const { firstname, lastname, email, streetaddr, city, country, phone } = body;
      const required = { firstname, lastname, email, streetaddr, city, country, phone };
      const id = call.world.random.uuid();
      call.world.customers.add({ id, organizationId: organization.id, type, ...customerFields(body), ...required });
      const location = `${call.base}/organization/organizations/${organization.id}/customers/${id}`;
      return json(201, { id, message: 'Customer created.' }, { location });
    },

    oneCustomer: (call: Call) => json(200, customerDetail(state, customerOf(call))),

    async patchCustomer(call: Call) {
      const customer = customerOf(call);
      const body = await readBody(call.request, customerPatchBodySchema);
      const renamed = (['firstname', 'lastname'] as const).filter(
        (name) => customer.type === 'individual' && body[name] !== undefined,
      );
      if (renamed.length > 0)
        throw refuseInput(...renamed.map((name) => bodyError(name, 'cannot be changed for an individual')));
      const changed = { ...customer, ...customerFields(body) };
      if (body.state !== undefined || body.country !== undefined) checkRegion(changed.country, changed.state);
      call.world.customers.replace(changed);
      return json(200, { message: 'Customer updated.' });
    },

    deleteCustomer(call: Call) {
      const customer = customerOf(call);
      if (hasProducts(call, customer.id))
        return json(409, { message: 'The customer still has products and cannot be deleted.' });
      call.world.customers.remove(customer.id);
      return empty(204);
    },
  };
}
