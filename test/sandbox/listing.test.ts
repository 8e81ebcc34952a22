// The domain list: pages, counts, Link, filters, order, both forms; and detail beside it.
import { describe, expect, it } from 'vitest';
import { contactTypeName } from '../../src/upstream/wire/contact.ts';
import { type DomainRow, domainDetailSchema, domainListSchema } from '../../src/upstream/wire/domain.ts';
import { apikey, bench } from './support.ts';

const size = 230;
const { call, sandbox, resellerId } = bench({ domains: size, clients: 20 });
const world = sandbox.state.world;
const list = (query = '', headers?: Record<string, string>) =>
  call<DomainRow[]>('GET', `/domain/domains${query}`, undefined, headers);
const all = async () => (await list('?per_page=500')).body;

function nextLink(headers: Headers): string | undefined {
  return /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
}

describe('pages', () => {
  it('hold 100 rows unless asked otherwise, and never more than 500', async () => {
    expect((await list()).body).toHaveLength(100);
    expect((await list('?per_page=7')).body).toHaveLength(7);
    const large = bench({ domains: 620, transfers: 0 });
    const page = await large.call<DomainRow[]>('GET', '/domain/domains?per_page=5000');
    expect(page.body).toHaveLength(500);
    expect(nextLink(page.headers)).toContain('per_page=500');
  });

  it('linked by next give every domain once, under the same base, and the last has no Link', async () => {
    const seen: string[] = [];
    let path = '/domain/domains?per_page=50&sort_by=-registry_ends_at';
    for (;;) {
      const { body, headers } = await call<DomainRow[]>('GET', path);
      seen.push(...body.map(({ fqdn }) => fqdn));
      const next = nextLink(headers);
      if (next === undefined) {
        expect(headers.get('link')).toBeNull();
        break;
      }
      expect(next).toMatch(/^http:\/\/localhost\/v5\/domain\/domains\?/);
      expect(headers.get('link')).toContain('rel="last"');
      path = next.slice('http://localhost/v5'.length);
    }
    expect(seen).toHaveLength(size);
    expect(new Set(seen).size).toBe(size);
  });

  it('carry a Link up to the last one, which has none, also when it is full', async () => {
    const linked = async (query: string) => (await list(query)).headers.has('link');
    expect([await linked('?page=2&per_page=100'), await linked('?page=3&per_page=100')]).toEqual([true, false]);
    expect([await linked('?page=1&per_page=115'), await linked('?page=2&per_page=115')]).toEqual([true, false]);
  });

  it('past the end are empty and have no Link', async () => {
    const { status, body, headers } = await list('?page=9&per_page=100');
    expect([status, body, headers.get('link')]).toEqual([200, [], null]);
  });

  it('count everything visible and what matches', async () => {
    const { headers, body } = await list('?tld=com&per_page=500');
    expect(headers.get('total-count')).toBe(String(size));
    expect(headers.get('filtered-count')).toBe(String(body.length));
    expect(body.length).toBeGreaterThan(20);
    expect(body.length).toBeLessThan(size);
  });

  it.each(['page=0', 'page=x', 'per_page=0', 'per_page=-3', 'sort_by=color', 'nameserver=bind', 'tld='])(
    'refuse %s and name the parameter',
    async (query) => {
      const { status, body } = await call('GET', `/domain/domains?${query}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ status: 'error', errors: [{ location: 'querystring', name: query.split('=')[0] }] });
    },
  );
});

describe('filters', () => {
  it('by fqdn take patterns, in either form of an international name', async () => {
    const rows = await all();
    const works = await list('?fqdn=*-works.*&per_page=500');
    expect(works.body.map(({ fqdn }) => fqdn)).toEqual(
      rows.map(({ fqdn }) => fqdn).filter((fqdn) => fqdn.includes('-works.')),
    );
    const international = rows.find(({ fqdn }) => fqdn.startsWith('xn--'));
    expect(international).toBeDefined();
    const byUnicode = await list(`?fqdn=${encodeURIComponent(international?.fqdn_unicode ?? '')}`);
    const byAscii = await list(`?fqdn=${international?.fqdn}`);
    expect(byUnicode.body.map(({ fqdn }) => fqdn)).toEqual([international?.fqdn]);
    expect(byAscii.body).toEqual(byUnicode.body);
  });

  it('by tld, nameserver kind and both together', async () => {
    const rows = await all();
    const expected = rows
      .filter((row) => row.tld === 'fr' && row.nameserver?.current === 'livedns')
      .map(({ fqdn }) => fqdn);
    const { body } = await list('?tld=fr&nameserver=livedns&per_page=500');
    expect(body.map(({ fqdn }) => fqdn)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });

  it('by resellee_id and by the customer as sharing_id give that customer its domains', async () => {
    const customers = world.customers.ofOrganization(resellerId);
    let found = 0;
    for (const { id } of customers) {
      const byResellee = await list(`?resellee_id=${id}&per_page=500`);
      const bySharing = await list(`?sharing_id=${id}&per_page=500`);
      expect(bySharing.body).toEqual(byResellee.body);
      expect(byResellee.body.every((row) => row.sharing_id === id)).toBe(true);
      found += byResellee.body.length;
    }
    const own = (await all()).filter((row) => row.sharing_id === resellerId);
    expect(own.length).toBeGreaterThan(0);
    expect(found + own.length).toBe(size);
  });

  it('by an unknown resellee_id match nothing', async () => {
    expect((await list('?resellee_id=00000000-0000-4000-8000-000000000000')).body).toEqual([]);
  });

  it('see a change of what they filter by at once', async () => {
    const fresh = bench({ domains: 30 });
    const rows = await fresh.call<DomainRow[]>('GET', '/domain/domains?nameserver=other');
    const target = (await fresh.call<DomainRow[]>('GET', '/domain/domains?nameserver=livedns')).body[0]?.fqdn;
    await fresh.call('PUT', `/domain/domains/${target}/nameservers`, {
      nameservers: ['ns1.example.com', 'ns2.example.com'],
    });
    fresh.sandbox.advance(1000);
    const after = await fresh.call<DomainRow[]>('GET', '/domain/domains?nameserver=other');
    expect(after.body).toHaveLength(rows.body.length + 1);
    expect(after.body.map(({ fqdn }) => fqdn)).toContain(target);
  });
});

describe('a caller', () => {
  it('with an API key also sees the domains of the personal account', async () => {
    const { body, headers } = await list('?per_page=500', apikey);
    expect(body).toHaveLength(size + 3);
    expect(headers.get('total-count')).toBe(String(size + 3));
    expect(body.map(({ fqdn }) => fqdn)).toEqual(body.map(({ fqdn }) => fqdn).toSorted());
    const personal = await list(`?sharing_id=${world.organizations.individual.id}`, apikey);
    expect(personal.body).toHaveLength(3);
    const secret = personal.body[0]?.fqdn;
    expect((await call('GET', `/domain/domains/${secret}`)).status).toBe(403);
    expect((await call('GET', `/domain/domains/${secret}`, undefined, apikey)).status).toBe(200);
  });
});

describe('rows and details', () => {
  it('have the documented shape, autorenew and nameservers in their two types', async () => {
    const rows = domainListSchema.parse(await all());
    for (const row of rows) {
      const detail = domainDetailSchema.parse((await call('GET', `/domain/domains/${row.fqdn}`)).body);
      expect(typeof row.autorenew).toBe('boolean');
      expect(detail.autorenew).toMatchObject({ enabled: row.autorenew });
      expect(detail.nameservers?.length).toBeGreaterThan(1);
      expect([detail.id, detail.status, detail.tags]).toEqual([row.id, row.status, row.tags]);
      expect(detail.sharing_space?.id).toBe(row.sharing_id);
      expect(contactTypeName(detail.contacts.owner.type)).toBeDefined();
      expect(row.href).toBe(`http://localhost/v5/domain/domains/${row.fqdn}`);
    }
  });

  it('leave out sharing_id and use integer contact types when told so', async () => {
    const other = bench({ domains: 25, rowSharingId: false, contactTypeAs: 'integer' });
    const rows = await other.call<DomainRow[]>('GET', '/domain/domains');
    expect(rows.body.some((row) => 'sharing_id' in row)).toBe(false);
    const detail = await other.call<{ contacts: { owner: { type: unknown } } }>(
      'GET',
      `/domain/domains/${rows.body[0]?.fqdn}`,
    );
    expect(typeof detail.body.contacts.owner.type).toBe('number');
  });

  it('come as comma-separated values when asked', async () => {
    const { body, headers } = await call<string>('GET', '/domain/domains?per_page=5', undefined, {
      accept: 'text/csv',
    });
    const [head, ...lines] = body.trim().split('\r\n');
    expect(headers.get('content-type')).toBe('text/csv');
    expect(headers.get('total-count')).toBe(String(size));
    expect(head).toMatch(/^fqdn,fqdn_unicode,tld/);
    expect(lines).toHaveLength(5);
  });

  it('of a name in upper case or in its readable form are found', async () => {
    const row = (await all()).find(({ fqdn }) => fqdn.startsWith('xn--'));
    expect((await call('GET', `/domain/domains/${row?.fqdn.toUpperCase()}`)).status).toBe(200);
    expect((await call('GET', `/domain/domains/${encodeURIComponent(row?.fqdn_unicode ?? '')}`)).body).toMatchObject({
      fqdn: row?.fqdn,
    });
  });

  it('that do not exist are 404 with four keys and a bare content type', async () => {
    const { status, body, headers } = await call('GET', '/domain/domains/absent-name.com');
    expect(status).toBe(404);
    expect(Object.keys(body).toSorted()).toEqual(['cause', 'code', 'message', 'object']);
    expect(headers.get('content-type')).toBe('application/json');
  });
});

describe('TLDs', () => {
  it('list by category and are found by name or by a domain', async () => {
    const names = async (query: string) =>
      (await call<{ name: string }[]>('GET', `/domain/tlds?${query}`)).body.map(({ name }) => name);
    expect(await names('category=gTLD')).toContain('com');
    expect(await names('category=gTLD')).not.toContain('fr');
    expect((await call('GET', '/domain/tlds/fr')).body).toMatchObject({ name: 'fr', category: 'ccTLD' });
    expect((await call('GET', '/domain/tlds/example.co.uk')).body).toMatchObject({ name: 'co.uk' });
    expect((await call('GET', '/domain/tlds/nosuchtld')).status).toBe(404);
  });
});
