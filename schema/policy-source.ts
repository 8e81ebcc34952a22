// Where a rule of policy is known from.
import type { RefundRule } from '../src/services/services.ts';
import { builder } from './builder.ts';

export const PolicySource = builder.objectRef<RefundRule['source'][number]>('PolicySource').implement({
  description: 'Where a rule is known from.',
  fields: (t) => ({
    document: t.exposeString('document', { description: 'The document.' }),
    asOf: t.exposeString('asOf', { description: 'The day it stands for, `YYYY-MM-DD`.' }),
  }),
});
