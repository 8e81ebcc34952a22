// Settings of a domain that cost nothing: auto-renewal, nameservers, contacts and the auth code, each with a dry run.
import { badArgument } from '../src/services/bad-argument.ts';
import {
  ConfirmationNeededError,
  DomainLockedError,
  InvalidInputError,
  NotFoundError,
  RejectedByGandiError,
} from '../src/services/errors.ts';
import type { ContactChoice, DomainSettingsService } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { ClientDataInput, clientData } from './contact.ts';
import { Domain } from './domain.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { keyOf } from './node-id.ts';
import { QuoteBlocker } from './quote.ts';
import { SideEffect, SideEffectNotice } from './side-effects.ts';

/** What a function of the service answers. */
type Answer<Name extends keyof DomainSettingsService> = Awaited<ReturnType<DomainSettingsService[Name]>>;

const DOMAIN = 'The domain, in Unicode or ASCII.';
const DOMAIN_AFTER = 'The domain as Gandi shows it afterwards.';
const DOMAIN_NOW = 'The domain as Gandi shows it now, unchanged.';
const IN_EFFECT =
  'True when Gandi shows the change already. false: it has accepted it and carries it out shortly; look again, do not repeat.';
const BLOCKERS = 'What stands against the change; empty when it could be made now.';
const EFFECTS = 'What it brings about besides, in plain words.';
const UPSTREAM_CALLS =
  'Calls to Gandi the change itself would take; up to two more while Gandi is slow to show the change.';
const DRY_RUN = 'Only check: sends nothing and writes nothing.';
const DRY_RUN_ANSWER = 'What `dryRun: true` answers: the change was checked against Gandi, nothing was sent.';

const isPreview = (value: object): boolean => 'blockers' in value;

const SetAutoRenewSuccess = builder.objectRef<Answer<'setAutoRenew'>>('SetAutoRenewSuccess').implement({
  description: 'Gandi took the change.',
  fields: (t) => ({
    domain: t.expose('domain', { type: Domain, description: DOMAIN_AFTER }),
    inEffect: t.exposeBoolean('inEffect', { description: IN_EFFECT }),
    effects: t.exposeStringList('effects', { description: EFFECTS }),
  }),
});

const SetAutoRenewPreview = builder.objectRef<Answer<'previewAutoRenew'>>('SetAutoRenewPreview').implement({
  description: DRY_RUN_ANSWER,
  fields: (t) => ({
    domain: t.expose('domain', { type: Domain, description: DOMAIN_NOW }),
    attemptsAt: t.expose('attemptsAt', {
      type: ['DateTime'],
      description:
        "Gandi's own attempts to renew it in this term, passed ones too; made only while auto-renewal is on. Empty: not told.",
    }),
    blockers: t.expose('blockers', { type: [QuoteBlocker], description: BLOCKERS }),
    effects: t.exposeStringList('effects', { description: EFFECTS }),
    upstreamCalls: t.exposeInt('upstreamCalls', { description: UPSTREAM_CALLS }),
  }),
});

const SetAutoRenewInput = builder.inputType('SetAutoRenewInput', {
  description: 'Auto-renewal of a domain, on or off.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: DOMAIN }),
    enabled: t.boolean({
      required: true,
      description: 'true: Gandi renews it by itself, which costs money each time; false: it runs out unless renewed.',
    }),
    years: t.int({ description: 'Years added each time, 1 to 9; as it is when not given.' }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
  }),
});

builder.mutationField('setAutoRenew', (t) =>
  t.errorUnionField({
    description:
      "Switches Gandi's own renewal of a domain on or off. Costs nothing now; a renewal that runs later is paid and hardly ever refunded. Who pays stays as it is.",
    types: [
      SetAutoRenewSuccess,
      SetAutoRenewPreview,
      InvalidInputError,
      NotFoundError,
      DomainLockedError,
      RejectedByGandiError,
    ],
    union: {
      name: 'SetAutoRenewResult',
      description: 'What `setAutoRenew` can come to.',
      resolveType: (value) => (isPreview(value) ? SetAutoRenewPreview : SetAutoRenewSuccess),
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: SetAutoRenewInput, required: true, description: 'Which domain, and which way.' }) },
    resolve: (_root, { input: { domain, enabled, years, dryRun } }, { services, scope }) => {
      const wish = { domain: domainNameOf(domain, 'input.domain'), enabled, years: years ?? null };
      return dryRun ? services.settings.previewAutoRenew(scope, wish) : services.settings.setAutoRenew(scope, wish);
    },
  }),
);

const SetNameserversSuccess = builder.objectRef<Answer<'setNameservers'>>('SetNameserversSuccess').implement({
  description: 'Gandi took the change. Resolvers may use the former nameservers for a day or two more.',
  fields: (t) => ({
    domain: t.expose('domain', { type: Domain, description: DOMAIN_AFTER }),
    inEffect: t.exposeBoolean('inEffect', { description: IN_EFFECT }),
  }),
});

const SetNameserversPreview = builder.objectRef<Answer<'previewNameservers'>>('SetNameserversPreview').implement({
  description: DRY_RUN_ANSWER,
  fields: (t) => ({
    domain: t.expose('domain', { type: Domain, description: DOMAIN_NOW }),
    nameservers: t.exposeStringList('nameservers', {
      description: 'The host names as they would be sent: A-labels, lower case.',
    }),
    blockers: t.expose('blockers', { type: [QuoteBlocker], description: BLOCKERS }),
    effects: t.expose('effects', {
      type: [SideEffectNotice],
      description: 'What it brings about besides. List the names in `acknowledge` to make the change.',
    }),
    upstreamCalls: t.exposeInt('upstreamCalls', { description: UPSTREAM_CALLS }),
  }),
});

const SetNameserversInput = builder.inputType('SetNameserversInput', {
  description: 'The nameservers of a domain, all of them.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: DOMAIN }),
    nameservers: t.stringList({
      required: true,
      description:
        '2 to 13 different host names, in Unicode or ASCII. They replace the present ones. A host within the domain itself only when it is a nameserver of it today.',
    }),
    acknowledge: t.field({
      type: [SideEffect],
      description: 'The side effects you agree to. While one is missing the answer is `ConfirmationNeeded`.',
    }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
  }),
});

builder.mutationField('setNameservers', (t) =>
  t.errorUnionField({
    description:
      'Replaces the nameservers of a domain. Costs nothing; with wrong nameservers the website and mail of the domain stop. Try it with `dryRun: true` first.',
    types: [
      SetNameserversSuccess,
      SetNameserversPreview,
      InvalidInputError,
      NotFoundError,
      DomainLockedError,
      ConfirmationNeededError,
      RejectedByGandiError,
    ],
    union: {
      name: 'SetNameserversResult',
      description: 'What `setNameservers` can come to.',
      resolveType: (value) => (isPreview(value) ? SetNameserversPreview : SetNameserversSuccess),
    },
    complexity: { field: MUTATION_COST },
    args: {
      input: t.arg({ type: SetNameserversInput, required: true, description: 'Which domain, and its nameservers.' }),
    },
    resolve: (_root, { input: { domain, nameservers, acknowledge, dryRun } }, { services, scope }) => {
      const wish = { domain: domainNameOf(domain, 'input.domain'), nameservers };
      return dryRun
        ? services.settings.previewNameservers(scope, wish)
        : services.settings.setNameservers(scope, { ...wish, acknowledge: acknowledge ?? [] });
    },
  }),
);

const SetContactsSuccess = builder.objectRef<Answer<'setContacts'>>('SetContactsSuccess').implement({
  description: 'Gandi took the change.',
  fields: (t) => ({
    domain: t.expose('domain', { type: Domain, description: DOMAIN_AFTER }),
    inEffect: t.exposeBoolean('inEffect', { description: IN_EFFECT }),
  }),
});

const SetContactsPreview = builder.objectRef<Answer<'previewContacts'>>('SetContactsPreview').implement({
  description: DRY_RUN_ANSWER,
  fields: (t) => ({
    domain: t.expose('domain', { type: Domain, description: DOMAIN_NOW }),
    blockers: t.expose('blockers', { type: [QuoteBlocker], description: BLOCKERS }),
    effects: t.exposeStringList('effects', { description: EFFECTS }),
    upstreamCalls: t.exposeInt('upstreamCalls', { description: UPSTREAM_CALLS }),
  }),
});

export const DomainContactInput = builder.inputType('DomainContactInput', {
  description: 'Who becomes a contact: exactly one of the two. The personal data is hidden from public directories.',
  isOneOf: true,
  fields: (t) => ({
    clientId: t.id({
      description:
        "A client of the domain's organization: its present data is copied and does not follow later changes.",
    }),
    contact: t.field({
      type: ClientDataInput,
      description: 'The data itself. `reference` and `fax` are no part of a contact and are left out.',
    }),
  }),
});

const SetContactsInput = builder.inputType('SetContactsInput', {
  description:
    'Contacts of a domain, at least one; those left out stay. The registrant changes with `changeRegistrant`.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: DOMAIN }),
    admin: t.field({ type: DomainContactInput, description: 'The administrative contact.' }),
    tech: t.field({ type: DomainContactInput, description: 'The technical contact.' }),
    billing: t.field({ type: DomainContactInput, description: 'The billing contact.' }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
  }),
});

builder.mutationField('setContacts', (t) =>
  t.errorUnionField({
    description:
      'Replaces the administrative, technical or billing contact of a domain. Costs nothing. The registrant, whose the domain is, cannot be changed here: use `changeRegistrant`.',
    types: [
      SetContactsSuccess,
      SetContactsPreview,
      InvalidInputError,
      NotFoundError,
      DomainLockedError,
      RejectedByGandiError,
    ],
    union: {
      name: 'SetContactsResult',
      description: 'What `setContacts` can come to.',
      resolveType: (value) => (isPreview(value) ? SetContactsPreview : SetContactsSuccess),
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: SetContactsInput, required: true, description: 'Which domain, and its contacts.' }) },
    resolve: (_root, { input: { domain, admin, tech, billing, dryRun } }, { services, scope }) => {
      const wish = {
        domain: domainNameOf(domain, 'input.domain'),
        admin: contactChoice(admin, 'input.admin'),
        tech: contactChoice(tech, 'input.tech'),
        billing: contactChoice(billing, 'input.billing'),
      };
      return dryRun ? services.settings.previewContacts(scope, wish) : services.settings.setContacts(scope, wish);
    },
  }),
);

function contactChoice(
  choice: typeof DomainContactInput.$inferInput | null | undefined,
  argument: string,
): ContactChoice | null {
  if (choice == null) return null;
  const { clientId, contact } = choice;
  if (clientId != null) return { clientId: keyOf('Client', clientId, `${argument}.clientId`) };
  if (contact != null) return { contact: clientData(contact) };
  throw badArgument(argument, 'nothing', '`clientId` or `contact`');
}

const RegenerateAuthCodeSuccess = builder
  .objectRef<Answer<'regenerateAuthCode'>>('RegenerateAuthCodeSuccess')
  .implement({
    description: 'Gandi makes a new auth code, and the former one is void. The code itself is not part of the answer.',
    fields: (t) => ({
      domain: t.expose('domain', { type: Domain, description: DOMAIN_AFTER }),
      inEffect: t.exposeBoolean('inEffect', {
        description:
          'True when Gandi shows that it has done so. false: it has accepted it, and the former code may hold for a moment; look again, do not repeat.',
      }),
      authCodeExpiresAt: t.expose('authCodeExpiresAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When the new code stops working; null when it does not, or when that is not known yet.',
      }),
    }),
  });

const RegenerateAuthCodePreview = builder.objectRef<Answer<'previewAuthCode'>>('RegenerateAuthCodePreview').implement({
  description: DRY_RUN_ANSWER,
  fields: (t) => ({
    domain: t.expose('domain', { type: Domain, description: DOMAIN_NOW }),
    blockers: t.expose('blockers', { type: [QuoteBlocker], description: BLOCKERS }),
    effects: t.exposeStringList('effects', { description: EFFECTS }),
    upstreamCalls: t.exposeInt('upstreamCalls', { description: UPSTREAM_CALLS }),
  }),
});

const RegenerateAuthCodeInput = builder.inputType('RegenerateAuthCodeInput', {
  description: 'A domain whose auth code is to be replaced.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: DOMAIN }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
  }),
});

builder.mutationField('regenerateAuthCode', (t) =>
  t.errorUnionField({
    description:
      'Replaces the auth code of a domain, for example when it got into wrong hands. Costs nothing. Whoever has the former code can no longer move the domain with it. TLDs without auth codes answer `RejectedByGandi`.',
    types: [
      RegenerateAuthCodeSuccess,
      RegenerateAuthCodePreview,
      NotFoundError,
      DomainLockedError,
      RejectedByGandiError,
    ],
    union: {
      name: 'RegenerateAuthCodeResult',
      description: 'What `regenerateAuthCode` can come to.',
      resolveType: (value) => (isPreview(value) ? RegenerateAuthCodePreview : RegenerateAuthCodeSuccess),
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: RegenerateAuthCodeInput, required: true, description: 'Which domain.' }) },
    resolve: (_root, { input: { domain, dryRun } }, { services, scope }) => {
      const name = domainNameOf(domain, 'input.domain');
      return dryRun
        ? services.settings.previewAuthCode(scope, name)
        : services.settings.regenerateAuthCode(scope, name);
    },
  }),
);
