// Typed documents from the printed schema: what an app would generate from it, here from the examples.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  importExtension: '.ts',
  schema: 'schema/schema.graphql',
  documents: 'examples/*.graphql',
  generates: {
    'test/generated/': {
      preset: 'client',
      config: {
        scalars: { DateTime: 'string', DomainName: 'string' },
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
