// Puts the modules of the schema together and builds it.
import { type GraphQLSchema, specifiedDirectives } from 'graphql';
import './scalars.ts';
import './errors.ts';
import './viewer.ts';
import './organization.ts';
import './client.ts';
import './domain.ts';
import './domain-detail.ts';
import './domain-queries.ts';
import './order.ts';
import './order-queries.ts';
import './transfer.ts';
import './transfer-queries.ts';
import './adoption.ts';
import './contact-rules.ts';
import './contact-check.ts';
import './clients-missing.ts';
import './availability.ts';
import './price.ts';
import './tld.ts';
import './rate-budget.ts';
import './client-mutations.ts';
import './transfer-order.ts';
import './renewal.ts';
import './registration.ts';
import './restore.ts';
import './registrant-change.ts';
import './transfer-acts.ts';
import './transfer-lock.ts';
import './domain-settings.ts';
import './transfer-updates.ts';
import { builder } from './builder.ts';
import { freshDirective } from './fresh-directive.ts';

export type { Context } from './builder.ts';

export const schema: GraphQLSchema = builder.toSchema({ directives: [...specifiedDirectives, freshDirective] });
