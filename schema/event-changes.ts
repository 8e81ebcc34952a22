// What something was and what it became, for the values that events tell both sides of.
import type { Money as MoneyValue } from '../src/lib/money.ts';
import type { Change } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Money } from './money.ts';

const sides = { before: 'What it was.', after: 'What it became.' };
const nullableSides = { before: 'What it was; null: nothing.', after: 'What it became; null: nothing.' };

export const InstantChange = builder.objectRef<Change<number | null>>('InstantChange').implement({
  description: 'A time that became another.',
  fields: (t) => ({
    before: t.expose('before', { type: 'DateTime', nullable: true, description: nullableSides.before }),
    after: t.expose('after', { type: 'DateTime', nullable: true, description: nullableSides.after }),
  }),
});

export const SwitchChange = builder.objectRef<Change<boolean>>('SwitchChange').implement({
  description: 'Something that was switched.',
  fields: (t) => ({
    before: t.exposeBoolean('before', { description: sides.before }),
    after: t.exposeBoolean('after', { description: sides.after }),
  }),
});

export const ListChange = builder.objectRef<Change<readonly string[]>>('ListChange').implement({
  description: 'A list that became another.',
  fields: (t) => ({
    before: t.exposeStringList('before', { description: sides.before }),
    after: t.exposeStringList('after', { description: sides.after }),
  }),
});

export const WordChange = builder.objectRef<Change<string | null>>('WordChange').implement({
  description: "A word of Gandi's that became another.",
  fields: (t) => ({
    before: t.exposeString('before', { nullable: true, description: nullableSides.before }),
    after: t.exposeString('after', { nullable: true, description: nullableSides.after }),
  }),
});

export const MoneyChange = builder.objectRef<Change<MoneyValue>>('MoneyChange').implement({
  description: 'An amount that became another.',
  fields: (t) => ({
    before: t.expose('before', { type: Money, description: sides.before }),
    after: t.expose('after', { type: Money, description: sides.after }),
  }),
});
