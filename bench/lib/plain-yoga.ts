// What many would write instead of a gateway: GraphQL Yoga, a DataLoader for each request, straight to Gandi. As a program:
// GANDI_API_URL, GANDI_TOKEN, PORT, and QUEUE=p-queue to limit it to 30 calls in 2 seconds the usual way.
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { createSchema, createYoga } from 'graphql-yoga';
import PQueue from 'p-queue';

const { GANDI_API_URL = '', GANDI_TOKEN = '', PORT = '0', QUEUE = 'none' } = process.env;
const queue = QUEUE === 'p-queue' ? new PQueue({ interval: 2_000, intervalCap: 30 }) : null;

interface DomainRow {
  readonly fqdn: string;
  readonly sharing_id?: string;
  readonly dates: { readonly registry_ends_at?: string };
}
interface CustomerRow {
  readonly id: string;
  readonly name: string;
}
interface OrganizationRow {
  readonly id: string;
  readonly reseller: boolean;
}
interface Answer<T> {
  readonly body: T;
  readonly total: number;
}

async function gandi<T>(path: string): Promise<Answer<T>> {
  const call = async (): Promise<Answer<T>> => {
    const response = await fetch(`${GANDI_API_URL}/v5${path}`, { headers: { authorization: `Bearer ${GANDI_TOKEN}` } });
    if (!response.ok) throw new Error(`Gandi answered ${response.status}`);
    return { body: (await response.json()) as T, total: Number(response.headers.get('total-count')) };
  };
  return queue ? queue.add(call) : call();
}

interface Context extends Record<string, unknown> {
  readonly clients: DataLoader<string, CustomerRow | null>;
}

/** All customers of the reseller, once for each request, whatever number of domains asks for theirs. */
function createClientLoader(): Context['clients'] {
  return new DataLoader(async (ids) => {
    const organizations = await gandi<OrganizationRow[]>('/organization/organizations');
    const reseller = organizations.body.find((organization) => organization.reseller);
    const customers = await gandi<CustomerRow[]>(`/organization/organizations/${reseller?.id}/customers?per_page=100`);
    const byId = new Map(customers.body.map((customer) => [customer.id, customer]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

const schema = createSchema<Context & Record<string, unknown>>({
  typeDefs: `
    type Query { domains(first: Int!): DomainConnection! }
    type DomainConnection { totalCount: Int! edges: [DomainEdge!]! }
    type DomainEdge { node: Domain! }
    type Domain { name: String! expiresAt: String client: Client }
    type Client { name: String! }
  `,
  resolvers: {
    Query: {
      domains: async (_root, { first }: { first: number }) => {
        const { body, total } = await gandi<DomainRow[]>(`/domain/domains?per_page=${first}`);
        return { totalCount: total, edges: body.map((node) => ({ node })) };
      },
    },
    Domain: {
      name: (row: DomainRow) => row.fqdn,
      expiresAt: (row: DomainRow) => row.dates.registry_ends_at ?? null,
      client: (row: DomainRow, _args: unknown, { clients }: Context) =>
        row.sharing_id === undefined ? null : clients.load(row.sharing_id),
    },
  },
});

const yoga = createYoga<Record<string, unknown>, Context>({
  schema,
  maskedErrors: false,
  logging: false,
  context: () => ({ clients: createClientLoader() }),
});
createServer(yoga).listen(Number(PORT), '127.0.0.1');
