// The environment becomes one Config, or one clear line for each variable at fault.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLES, ConfigError, loadConfig } from '../../src/config.ts';

function problemsOf(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('configuration', () => {
  it('is the sandbox on loopback, without a key, when nothing is set', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ mode: 'SANDBOX', gandi: null, apiKey: null, host: '127.0.0.1', port: 4000 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('counts an empty variable as not set', () => {
    expect(loadConfig({ PORT: '', GANDI_TOKEN: ' ' })).toMatchObject({ mode: 'SANDBOX', port: 4000 });
  });

  it('refuses a Gandi token without a gateway key', () => {
    expect(problemsOf({ GANDI_TOKEN: 'abcdef' })).toMatch(/^GATEWAY_API_KEY: expected a secret/);
  });

  it('points at Gandi when a token and a key are set', () => {
    const config = loadConfig({ GANDI_TOKEN: 'abcdef', GATEWAY_API_KEY: 'k'.repeat(16), HOST: '0.0.0.0' });
    expect(config).toMatchObject({
      mode: 'GANDI',
      gandi: { apiUrl: 'https://api.gandi.net', token: 'abcdef' },
      host: '0.0.0.0',
    });
  });

  it('keeps the sandbox on loopback', () => {
    expect(problemsOf({ HOST: '0.0.0.0' })).toMatch(/^HOST: found "0\.0\.0\.0", expected a loopback address/);
  });

  it('wants a token beside an address of Gandi', () => {
    expect(problemsOf({ GANDI_API_URL: 'https://api.sandbox.gandi.net' })).toMatch(/^GANDI_TOKEN: expected a token/);
  });

  it('wants a database that replicas can share beside a Redis, and never repeats its password', () => {
    expect(problemsOf({ REDIS_URL: 'redis://:hunter2@redis' })).toMatch(/^DATABASE_URL: expected a postgresql:\/\//);
    expect(problemsOf({ REDIS_URL: 'http://:hunter2@redis' })).toBe(
      'REDIS_URL: expected a redis:// or rediss:// address.',
    );
    const environment = { REDIS_URL: 'redis://redis', DATABASE_URL: 'postgresql://db/gateway' };
    expect(loadConfig(environment)).toMatchObject({ redisUrl: 'redis://redis' });
    expect(loadConfig({})).toMatchObject({ redisUrl: null });
  });

  it.each([
    ['PORT', '70000', 'a port from 0 to 65535'],
    ['PORT', 'http', 'a port from 0 to 65535'],
    ['GANDI_RATE_LIMIT', 'fast', 'calls per window such as 30/2s'],
    ['GANDI_API_URL', 'http://api.gandi.net', 'an https:// address'],
    ['GANDI_API_URL', 'https://api.gandi.net/v5', 'ends before /v5'],
    ['MAX_AGE_DOMAINS', '-1', 'whole seconds'],
    ['LOG_LEVEL', 'loud', 'fatal, error, warn, info, debug or trace'],
    ['REPLICAS', '0', 'a number of replicas from 1 to 64'],
    ['REPLICAS', '65', 'a number of replicas from 1 to 64'],
    ['SANDBOX_DOMAINS', '0', 'a number of domains from 1 to 100000'],
    ['EVENT_RETENTION_DAYS', '0', 'whole days from 1 to 3650'],
    ['EVENT_RETENTION_EVENTS', '999', 'a number of events from 1000 to 100000000'],
  ])('names %s, the value %s it found, and what it expects', (variable, found, expected) => {
    const text = problemsOf({ [variable]: found });
    expect(text).toContain(`${variable}: found ${JSON.stringify(found)}, expected `);
    expect(text).toContain(expected);
  });

  it('takes a number of replicas beside a database, and is alone otherwise', () => {
    expect(loadConfig({ DATABASE_URL: 'postgresql://h/d', REPLICAS: '3' })).toMatchObject({ replicas: 3 });
    expect(loadConfig({})).toMatchObject({ replicas: 1 });
  });

  it('wants a database that several replicas can share', () => {
    expect(problemsOf({ REPLICAS: '2' })).toMatch(/^REPLICAS: found "2", expected 1, because the embedded database/);
  });

  it('wants at least one call for each replica', () => {
    const crowded = { DATABASE_URL: 'postgresql://h/d', REPLICAS: '6', GANDI_RATE_LIMIT: '30/2s,5/1s' };
    expect(problemsOf(crowded)).toMatch(/^REPLICAS: found "6", expected at most 5, the calls of GANDI_RATE_LIMIT/);
  });

  it('finds every problem in one go', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'y' }).split('\n')).toHaveLength(2);
  });

  it('never repeats a secret', () => {
    const text = problemsOf({
      GANDI_TOKEN: 'se cr et',
      GATEWAY_API_KEY: 'short',
      DATABASE_URL: 'mysql://u:hush@h/d',
      REDIS_URL: 'http://u:mum@h',
    });
    expect(text).toMatch(
      /GANDI_TOKEN: expected .*\nGATEWAY_API_KEY: expected .*\nDATABASE_URL: expected .*\nREDIS_URL: /s,
    );
    expect(text).not.toMatch(/se cr et|short|hush|mum/);
  });

  it('reads exactly the variables that .env.example lists', () => {
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
    const listed = [...example.matchAll(/^# ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(listed).toEqual([...CONFIG_VARIABLES]);
  });
});
