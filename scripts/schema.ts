// Prints the schema to schema/schema.graphql; with --check only says whether that file is what the code makes of it.
import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../schema/index.ts';

const FILE = new URL('../schema/schema.graphql', import.meta.url);

const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;
if (process.argv.includes('--check')) {
  const committed = await readFile(FILE, 'utf8').catch(() => '');
  if (committed !== printed) {
    console.error(
      'schema/schema.graphql is not what the code in schema/ makes of it. Run "npm run codegen" and commit the file.',
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, printed);
  console.log('Wrote schema/schema.graphql.');
}
