// Tokens never carry more than their maker has, and never outlive it; what is not one of ours is nobody's.
import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createAccessTokens } from '../../src/auth/access-tokens.ts';
import { ALL_SCOPES, type Session } from '../../src/auth/session.ts';
import { createAccessTokensService } from '../../src/services/access-tokens.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { CLIENT_ID, client, createFakeServices, NOW, ORGANIZATION_ID, organization } from '../helpers/fake-services.ts';

const KEY = 'a-key-of-sixteen-or-more';
const tokens = createAccessTokens(KEY);
const SECOND = 1_000;
const OTHER = '99999999-9999-4999-8999-999999999999';

const MAKER: Session = {
  actor: { kind: 'key', id: 'gateway' },
  organizationId: null,
  clientId: null,
  scopes: ALL_SCOPES,
  language: 'en',
  requestId: 'r1',
  expiresAt: null,
};
const WISH = { organizationId: ORGANIZATION_ID, clientId: CLIENT_ID, scopes: null, expiresInSeconds: 60 };

function setUp(session: Partial<Session> = {}, signer: typeof tokens | null = tokens) {
  const audit: object[] = [];
  const { services } = createFakeServices();
  const service = createAccessTokensService({
    tokens: signer,
    organizations: { byId: async (_scope, id) => (id === organization.id ? organization : null) },
    clients: { byId: async (_scope, id) => (id === client.id ? client : null) },
    store: { audit: { append: async (entry: object) => void audit.push(entry) } } as never,
    clock: fakeClock(NOW),
  });
  const scope = services.scope({ ...MAKER, ...session }, { maxAgeSeconds: null, signal: undefined });
  return {
    audit,
    create: (wish: Partial<typeof WISH | { scopes: string[] }>) => service.create(scope, { ...WISH, ...wish } as never),
  };
}

describe('a token', () => {
  test('stands for what it was made for, until it ends', async () => {
    const { create } = setUp();
    const { token, expiresAt } = await create({ scopes: ['portfolio:read'] });
    expect(expiresAt).toBe(NOW + 60 * SECOND);
    expect(await tokens.read(token, NOW + 59 * SECOND)).toEqual({
      actor: { kind: 'key', id: expect.stringMatching(/^token:[0-9a-f-]{36}$/) },
      organizationId: ORGANIZATION_ID,
      clientId: CLIENT_ID,
      scopes: new Set(['portfolio:read']),
      expiresAt,
    });
    expect(await tokens.read(token, NOW + 60 * SECOND)).toBeNull();
  });

  test('of another gateway, changed, unsigned, for something else or without an end is nobody’s', async () => {
    const rights = {
      organizationId: ORGANIZATION_ID,
      clientId: null,
      scopes: ALL_SCOPES,
      expiresAt: NOW + 60 * SECOND,
    };
    const token = await tokens.issue(rights, NOW);
    const [head = '', body = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`;
    const changed = `${head}.${encode({ ...claims, sub: OTHER })}.${signature}`;
    const byKey = `${head}.${body}`;
    const signedWithKeyItself = `${byKey}.${createHmac('sha256', KEY).update(byKey).digest('base64url')}`;
    const elsewhere = await createAccessTokens('another-key-of-sixteen').issue(rights, NOW);
    const foreign = await new SignJWT({ scope: 'portfolio:read' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(KEY));
    for (const one of [unsigned, changed, signedWithKeyItself, elsewhere, foreign, '', 'a.b.c', `${token}x`])
      expect(await tokens.read(one, NOW)).toBeNull();
    expect(await tokens.read(token, NOW)).not.toBeNull();
  });
});

describe('making one', () => {
  test('is written into the audit, without the token', async () => {
    const { audit, create } = setUp();
    const { token } = await create({});
    expect(audit).toEqual([expect.objectContaining({ action: 'createAccessToken', actor: 'key:gateway' })]);
    expect(JSON.stringify(audit)).not.toContain(token.slice(-20));
  });

  test('without scopes gives those of its maker, and never others', async () => {
    const { create } = setUp({ scopes: new Set(['portfolio:read', 'order:cancel']) });
    expect((await create({})).scopes).toEqual(['portfolio:read', 'order:cancel']);
    for (const scopes of [['portfolio:read', 'renewal:order'], ['everything'], []])
      await expect(create({ scopes })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        fields: [{ path: ['input', 'scopes'], expected: 'portfolio:read order:cancel' }],
      });
  });

  test('needs the right to read', async () => {
    await expect(setUp({ scopes: new Set() }).create({})).rejects.toMatchObject({ name: 'MissingScopeError' });
  });

  test.each([59, 86_401, 0, -60, 60.5])('for %d seconds is refused', async (expiresInSeconds) => {
    await expect(setUp().create({ expiresInSeconds })).rejects.toMatchObject({
      fields: [{ path: ['input', 'expiresInSeconds'], expected: '60 to 86400' }],
    });
  });

  test('by a token gives none that outlives it', async () => {
    const { create } = setUp({ expiresAt: NOW + 100 * SECOND });
    await expect(create({ expiresInSeconds: 101 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect((await create({ expiresInSeconds: 100 })).expiresAt).toBe(NOW + 100 * SECOND);
  });

  test.each([
    ['an organization that is not there', {}, { organizationId: OTHER }],
    ['a client that is not there', {}, { clientId: OTHER }],
    ['another organization than one’s own', { organizationId: OTHER }, {}],
    ['another client than one’s own', { organizationId: ORGANIZATION_ID, clientId: OTHER }, {}],
    ['all clients by one who sees one', { organizationId: ORGANIZATION_ID, clientId: CLIENT_ID }, { clientId: null }],
  ])('for %s is not found', async (_name, session, wish) => {
    await expect(setUp(session).create(wish as never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is not possible where no key is asked for, and says so', async () => {
    await expect(setUp({}, null).create({})).rejects.toMatchObject({ code: 'TOKENS_UNAVAILABLE' });
  });
});
