// The files of the deployment fit the program: variables that exist, images that stay the same, no secret, a proxy that asks what the gateway answers.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { CONFIG_VARIABLES, loadConfig } from '../../src/config.ts';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly stop_grace_period?: string;
}

const text = readFileSync('compose.yaml', 'utf8');
const { services, volumes } = parse(text, { merge: true }) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, unknown>>;
};
const gateways = Object.entries(services).filter(([name]) => name.startsWith('gateway-'));
const proxy = readFileSync('deploy/haproxy.cfg', 'utf8');
const dockerfile = readFileSync('Dockerfile', 'utf8');

/** What compose puts in place of `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
const filled = (value: string, secrets: Readonly<Record<string, string>>): string =>
  value.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, sign?: string, rest?: string) => {
    const found = secrets[name] ?? (sign === '-' ? rest : undefined);
    if (found === undefined) throw new Error(`${name} is not set.`);
    return found;
  });

const SECRETS = {
  GANDI_TOKEN: 'token',
  GATEWAY_API_KEY: 'a-key-of-sixteen-letters',
  POSTGRES_PASSWORD: 'letters1',
  VALKEY_PASSWORD: 'letters2',
};

describe('compose.yaml', () => {
  it('sets only variables that the gateway knows, to values it takes', () => {
    expect(gateways.map(([name]) => name)).toEqual(['gateway-1', 'gateway-2']);
    for (const [, { environment = {} }] of gateways) {
      expect(Object.keys(environment).filter((name) => !CONFIG_VARIABLES.some((known) => known === name))).toEqual([]);
      const given = Object.entries(environment).map(([name, value]) => [name, filled(String(value), SECRETS)]);
      expect(loadConfig(Object.fromEntries(given))).toMatchObject({ mode: 'GANDI', replicas: gateways.length });
    }
  });

  it('holds no secret: each one must be given, and the gateways do not start without it', () => {
    for (const name of Object.keys(SECRETS)) {
      expect(text).toMatch(new RegExp(`\\$\\{${name}:\\?`));
      const others = Object.fromEntries(Object.entries(SECRETS).filter(([other]) => other !== name));
      const { environment = {} } = services['gateway-1'] ?? {};
      expect(() => Object.values(environment).map((value) => filled(String(value), others))).toThrow(name);
    }
  });

  it('names every image by its exact version, and every file and volume it uses is there', () => {
    const images = [
      ...Object.values(services).flatMap(({ image }) => image ?? []),
      ...[...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image),
    ];
    expect(images.length).toBeGreaterThan(4);
    for (const image of images) expect(image).toMatch(/:\d+\.\d+(\.\d+)?(-[a-z]+)*$/);
    for (const { volumes: mounts = [] } of Object.values(services))
      for (const [source = ''] of mounts.map((mount) => mount.split(':')))
        expect([source, source.startsWith('.') ? existsSync(source) : source in volumes]).toEqual([source, true]);
  });

  it('gives a gateway time to drain before it is killed', () => {
    for (const [, { stop_grace_period = '', environment = {} }] of gateways)
      expect(Number.parseInt(stop_grace_period, 10)).toBeGreaterThanOrEqual(Number(environment.DRAIN_SECONDS) + 20);
  });
});

describe('the proxy', () => {
  it('leads to every gateway, by its name and port', () => {
    const servers = [...proxy.matchAll(/^ {2}server (\S+) (\S+)$/gm)].map(([, name, address]) => [name, address]);
    expect(servers).toEqual(gateways.map(([name, { environment = {} }]) => [name, `${name}:${environment.PORT}`]));
  });

  it('finds out that a gateway stops before that refuses requests', () => {
    const [, interval = '', fall = ''] = /inter (\d+)ms fall (\d+)/.exec(proxy) ?? [];
    const { environment = {} } = services['gateway-1'] ?? {};
    expect(Number(interval) * (Number(fall) + 1)).toBeLessThan(Number(environment.DRAIN_SECONDS) * 1_000);
  });
});

test('the image gets what the program reads, and neither data nor secrets', () => {
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
  for (const file of copied) expect([file, existsSync(file), ignored.includes(`!${file}`)]).toEqual([file, true, true]);
  expect(ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))).toEqual(
    expect.arrayContaining([...new Set(copied)]),
  );
  expect(ignored).toContain('*');
  expect(dockerfile).toMatch(/^USER (?!root)/m);
});
