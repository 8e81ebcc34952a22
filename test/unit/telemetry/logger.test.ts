// Nothing secret reaches the log, in either form, whichever way it was handed in.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { redactor, redactText, redactValue } from '../../../src/telemetry/redact.ts';

const SECRET = 'pQ7!kept-away';

function capture(pretty: boolean) {
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', pretty, destination: { write: (line) => lines.push(line) } });
  return { logger, lines, text: () => lines.join('') };
}

describe('the log', () => {
  it('writes one JSON object a line, with level by name and ISO time', () => {
    const { logger, lines } = capture(false);
    logger.info({ domain: 'example.org' }, 'read');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', domain: 'example.org', msg: 'read' });
    expect(JSON.parse(lines[0] ?? '').time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('writes a readable line with time, level, message and fields when asked to', () => {
    const { logger, text } = capture(true);
    logger.warn({ domain: 'example.org', note: 'two words' }, 'slow');
    expect(text()).toMatch(/\d\d:\d\d:\d\d\.\d{3}.*WARN.*slow.*domain=example\.org note="two words"/);
    expect(text().endsWith('\n')).toBe(true);
  });

  it('keeps the stack of an error readable', () => {
    const { logger, text } = capture(true);
    logger.error({ err: new Error('broke') }, 'failed');
    expect(text()).toMatch(/ERROR.*failed/);
    expect(text()).toMatch(/\n {2}Error: broke\n\s+at /);
  });

  it.each([
    ['a key at the top', { authCode: SECRET }],
    ['a nested key', { request: { body: { owner: {}, authinfo: SECRET } } }],
    ['a list', { items: [{ auth_code: SECRET }] }],
    ['a header', { headers: { Authorization: `Bearer ${SECRET}` } }],
    ['an API key header', { headers: { 'X-Api-Key': SECRET } }],
    ['a token', { accessToken: SECRET }],
    ['a credential inside a text', { note: `sent Authorization: Bearer ${SECRET}` }],
    ['JSON inside a text', { note: `{"fqdn":"example.org","authinfo":"${SECRET}"}` }],
    ['an error', { err: new Error(`refused: authinfo=${SECRET}`) }],
    ['the fields of an error', { err: Object.assign(new Error('refused'), { request: { password: SECRET } }) }],
    ['the cause of an error', { err: new Error('outer', { cause: new Error(`token=${SECRET}`) }) }],
  ])('never shows a secret handed in as %s', (_where, fields) => {
    for (const pretty of [false, true]) {
      const { logger, text } = capture(pretty);
      logger.error(fields, 'message');
      logger.child(fields).info('from a child');
      expect(text()).toContain('message');
      expect(text()).toContain('[redacted]');
      expect(text()).not.toContain(SECRET);
    }
  });

  it('never shows a credential in the message itself', () => {
    const { logger, text } = capture(false);
    logger.info(`called with Apikey ${SECRET} and postgres://gateway:${SECRET}@db/main`);
    expect(text()).not.toContain(SECRET);
    expect(() => JSON.parse(text())).not.toThrow();
  });

  it('stays JSON whatever text is logged', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('token: ', 'authinfo=', '"secret":"', 'Bearer ', ''),
        fc.string(),
        (a, b, c) => {
          const { logger, lines } = capture(false);
          logger.info({ first: a + b, second: c }, b + c);
          expect(() => JSON.parse(lines[0] ?? '')).not.toThrow();
        },
      ),
    );
  });
});

describe('redaction', () => {
  it('leaves what is not secret as it was', () => {
    const value = { authCodeExpiresAt: 5, name: 'example.org', at: new Date(0), none: null, tokens: 3 };
    expect(redactValue(value)).toEqual(value);
    expect(redactText('the transfer of example.org waits')).toBe('the transfer of example.org waits');
  });

  it('keeps saying that a secret is absent', () => {
    expect(redactValue({ authCode: null })).toEqual({ authCode: null });
  });

  it('takes known secrets out of a text that echoes them', () => {
    const clean = redactor([SECRET, '']);
    expect(clean(`the code '${SECRET}' is wrong`)).toBe("the code '[redacted]' is wrong");
  });

  it('is the same when applied twice', () => {
    fc.assert(
      fc.property(fc.constantFrom('authinfo=', 'Bearer ', 'token: "', 'x'), fc.string(), (prefix, rest) => {
        const once = redactText(prefix + rest);
        expect(redactText(once)).toBe(once);
      }),
    );
  });

  it('reads each text a bounded number of times, however it is made', () => {
    const awkward = ['token', '-', 'a', 'a.', 'x:', 'a://', 'Bearer ', 'http://a', "token:'", 'token: ', ' ', '\\"'];
    for (const piece of awkward) {
      for (const tail of ['', 'x', '"', ':']) {
        const text = piece.repeat(100_000 / piece.length) + tail;
        expect(redactText(text).length).toBeGreaterThan(0);
      }
    }
  });
});
