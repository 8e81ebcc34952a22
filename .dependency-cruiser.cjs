// The arrows of docs/architecture.md as a test: data flows one way, nothing points back.
const layers = {
  main: 'src/main[.]ts$',
  app: 'src/app[.]ts$',
  server: 'src/server/',
  jobs: 'src/jobs/',
  schema: '^schema/',
  services: 'src/services/',
  policy: 'src/policy/',
  loaders: 'src/loaders/',
  auth: 'src/auth/',
  mirror: 'src/mirror/',
  store: 'src/store/',
  events: 'src/events/',
  upstream: 'src/upstream/',
  redis: 'src/redis/',
  sandbox: 'src/sandbox/',
  telemetry: 'src/telemetry/',
  lib: 'src/lib/',
};
/** Each layer and the layers of ours it may import; packages from npm are not restricted here. */
const allowed = {
  schema: ['schema', 'services', 'loaders', 'auth', 'telemetry', 'lib'],
  server: ['server', 'schema', 'services', 'loaders', 'auth', 'events', 'telemetry', 'lib'],
  jobs: ['jobs', 'services', 'policy', 'mirror', 'store', 'events', 'telemetry', 'lib'],
  services: ['services', 'policy', 'loaders', 'auth', 'mirror', 'store', 'events', 'upstream', 'telemetry', 'lib'],
  loaders: ['loaders', 'mirror', 'store', 'telemetry', 'lib'],
  mirror: ['mirror', 'store', 'upstream', 'telemetry', 'lib'],
  events: ['events', 'store', 'redis', 'telemetry', 'lib'],
  store: ['store', 'upstream', 'telemetry', 'lib'],
  auth: ['auth', 'lib'],
  upstream: ['upstream', 'redis', 'telemetry', 'lib'],
  redis: ['redis', 'telemetry', 'lib'],
  telemetry: ['telemetry'],
  policy: ['policy', 'lib'],
  lib: ['lib'],
};
const paths = (names) => names.map((name) => layers[name]).join('|');
const ours = '^(src|schema)/';
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: ours, pathNot: 'src/store/generated' },
      to: { circular: true },
    },
    ...Object.entries(allowed).map(([layer, targets]) => ({
      name: `${layer}-imports-downwards`,
      severity: 'error',
      from: { path: layers[layer], pathNot: 'src/store/generated' },
      to: { path: `${ours}|^(test|bench)/`, pathNot: paths(targets) },
    })),
    {
      name: 'sandbox-is-reached-by-url',
      severity: 'error',
      from: { path: layers.sandbox },
      to: { path: ours, pathNot: `${layers.sandbox}|${layers.lib}|src/upstream/wire/` },
    },
    {
      name: 'only-the-process-entry-starts-the-sandbox',
      severity: 'error',
      from: { path: ours, pathNot: `${layers.sandbox}|${layers.main}` },
      to: { path: layers.sandbox },
    },
    {
      name: 'only-app-and-main-know-every-part',
      severity: 'error',
      from: { path: ours, pathNot: `${layers.main}|${layers.app}` },
      to: { path: `${layers.app}|${layers.main}` },
    },
    {
      name: 'wire-shapes-stay-upstream',
      severity: 'error',
      from: { path: ours, pathNot: `${layers.upstream}|${layers.sandbox}` },
      to: { path: 'src/upstream/wire/' },
    },
    {
      name: 'the-store-only-borrows-shapes-from-the-port',
      severity: 'error',
      from: { path: layers.store },
      to: { path: layers.upstream, pathNot: 'src/upstream/port[.]ts$' },
    },
    {
      name: 'only-the-redis-layer-makes-clients',
      severity: 'error',
      from: { path: ours, pathNot: layers.redis },
      to: { path: 'node_modules/ioredis', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-the-store-knows-prisma',
      severity: 'error',
      from: { path: ours, pathNot: layers.store },
      to: { path: '@prisma|src/store/generated' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
