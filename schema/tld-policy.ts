// What is known of an extension beyond what Gandi's API tells: phases after expiry, terms, locks, and who may hold a name, each with its source.
import type { TldRule } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { PolicySource } from './policy-source.ts';
import { Tld } from './tld.ts';

const NULL = 'null: not known.';
const PHASE = `0: there is no such phase; ${NULL}`;

const TldPolicy = builder.objectRef<TldRule>('TldPolicy').implement({
  description:
    'What is known of an extension beyond what Gandi tells, from documents of registries and registrars. What Gandi answers at the time wins over it. null everywhere means not known.',
  fields: (t) => ({
    registry: t.exposeString('registry', { nullable: true, description: `Who runs it; ${NULL}` }),
    lateRenewalDays: t.exposeInt('autoRenewGraceDays', {
      nullable: true,
      description: `Days after the expiry in which Gandi still renews. ${PHASE}`,
    }),
    redemptionDays: t.exposeInt('redemptionDays', {
      nullable: true,
      description: `Days after that in which \`restoreDomain\` can take it back. ${PHASE}`,
    }),
    pendingDeleteDays: t.exposeInt('pendingDeleteDays', {
      nullable: true,
      description: `Days after that until the name is free; nothing can be done in them. ${PHASE}`,
    }),
    renewFromDay: t.exposeInt('renewFromDay', {
      nullable: true,
      description: 'First day of renewal, counted from the expiry: -60 is sixty days before. null: no limit is known.',
    }),
    renewByDay: t.exposeInt('renewByDay', {
      nullable: true,
      description: 'Last day of renewal, counted from the expiry: -6 is six days before. null: no limit is known.',
    }),
    minYears: t.exposeInt('minYears', { nullable: true, description: `Shortest term, years; ${NULL}` }),
    maxYears: t.exposeInt('maxYears', { nullable: true, description: `Longest term, years; ${NULL}` }),
    transferNeeds: t.exposeString('transferAuthCode', {
      nullable: true,
      description: `What a transfer needs of the holder: YES for an auth code, NO for none, IPS_TAG where the old registrar sets a tag; ${NULL}`,
    }),
    transferExpiry: t.exposeString('transferExpiry', {
      nullable: true,
      description: `What a transfer does to the expiry: ADDED, NEW_TERM or UNCHANGED; ${NULL}`,
    }),
    transferTypicalDays: t.exposeInt('transferTypicalDays', {
      nullable: true,
      description: `Days a transfer usually takes at most once the holder agreed; 0: at once; ${NULL}`,
    }),
    lockAfterCreateDays: t.exposeInt('lockAfterCreateDays', {
      nullable: true,
      description: `Days after a registration in which no transfer can start; ${NULL}`,
    }),
    lockAfterTransferDays: t.exposeInt('lockAfterTransferDays', {
      nullable: true,
      description: `Days after a transfer in which no other can start; ${NULL}`,
    }),
    changeOfRegistrant: t.exposeString('changeOfRegistrant', {
      nullable: true,
      description: `How a registrant is changed: FREE, TRADE (a paid procedure of the registry) or SUPPORT (by Gandi's people); ${NULL}`,
    }),
    localPresence: t.exposeString('localPresence', {
      nullable: true,
      description: `Whether only some may hold a name: NONE or REQUIRED; ${NULL}`,
    }),
    eligibility: t.exposeString('eligibility', {
      nullable: true,
      description: 'Who may hold a name, or what else is asked of the holder; null: nothing is known to be.',
    }),
    isParkingRestricted: t.exposeBoolean('parkingRestricted', {
      nullable: true,
      description: `True where what a parking page may show is limited; ${NULL}`,
    }),
    notes: t.exposeStringList('notes', { description: 'What else is worth knowing.' }),
    certainty: t.exposeString('certainty', {
      description:
        'How sure the phases after the expiry are: DOC (documentation), CLIENT (published program code) or GENERAL (common knowledge).',
    }),
    sources: t.expose('source', { type: [PolicySource], description: 'Where it is known from.' }),
  }),
});

builder.objectField(Tld, 'policy', (t) =>
  t.field({
    type: TldPolicy,
    nullable: true,
    description: 'What is known of it beyond what Gandi tells; null when nothing is. Costs no call.',
    resolve: ({ name }, _args, { services }) => services.catalog.policy(name),
  }),
);
