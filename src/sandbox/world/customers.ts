// A reseller's customers, by id and in the order of their names.
import { type Customer, customerName } from './records.ts';

export interface CustomerBook {
  get(id: string): Customer | undefined;
  add(customer: Customer): void;
  addAll(customers: readonly Customer[]): void;
  /** Puts a changed customer in the place of the one with the same id. */
  replace(customer: Customer): void;
  remove(id: string): void;
  ofOrganization(organizationId: string): readonly Customer[];
  /** The customer of the organization that has this e-mail address and is the same person or body. */
  alike(
    organizationId: string,
    who: Pick<Customer, 'type' | 'firstname' | 'lastname' | 'orgname' | 'email'>,
  ): Customer | undefined;
  readonly size: number;
}

const order = (a: Customer, b: Customer) => {
  const [left, right] = [customerName(a), customerName(b)];
  return left < right ? -1 : left > right ? 1 : a.id < b.id ? -1 : 1;
};

export function createCustomerBook(): CustomerBook {
  const byId = new Map<string, Customer>();
  let sorted: Map<string, Customer[]> | undefined;

  function index(): Map<string, Customer[]> {
    if (sorted) return sorted;
    sorted = Map.groupBy(byId.values(), (customer) => customer.organizationId);
    for (const list of sorted.values()) list.sort(order);
    return sorted;
  }
  const put = (customer: Customer) => {
    byId.set(customer.id, customer);
    sorted = undefined;
  };
  return {
    get: (id) => byId.get(id),
    add: put,
    addAll: (customers) => customers.forEach(put),
    replace: put,
    remove(id) {
      byId.delete(id);
      sorted = undefined;
    },
    ofOrganization: (organizationId) => index().get(organizationId) ?? [],
    alike(organizationId, who) {
      const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
      for (const customer of byId.values()) {
        if (customer.organizationId !== organizationId || customer.type !== who.type) continue;
        if (same(customer.email, who.email) && same(customerName(customer), customerName(who))) return customer;
      }
      return undefined;
    },
    get size() {
      return byId.size;
    },
  };
}
