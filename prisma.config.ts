// Tells the Prisma command line where things are; the running gateway opens its database itself (src/store/database.ts).
import { defineConfig } from 'prisma/config';

// `prisma generate` only renders templates, yet it insists on locating its schema engine first and would download it.
// Any existing file satisfies that look-up, which keeps installation free of network access.
if (process.argv.includes('generate')) process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
