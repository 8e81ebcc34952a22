// The GraphQL-over-HTTP specification, by its own audit suite, against a running server.
import { type AuditResult, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFakeServices } from '../helpers/fake-services.ts';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ services: createFakeServices().services });
});
afterAll(() => app.server.close());

const audits = serverAudits({ url: () => app.url });

test('the suite has audits of both kinds', () => {
  expect(audits.filter(({ name }) => name.startsWith('MUST')).length).toBeGreaterThan(10);
  expect(audits.filter(({ name }) => name.startsWith('SHOULD')).length).toBeGreaterThan(15);
});

for (const { id, name, fn } of audits.filter(({ name }) => /^(MUST|SHOULD) /.test(name))) {
  test(`${id}: ${name}`, async () => {
    const result: AuditResult = await fn();
    expect(result.status === 'ok' ? 'ok' : `${result.reason} (HTTP ${result.response.status})`).toBe('ok');
  });
}
