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
    get size() {
      return byId.size;
    },
  };
}
