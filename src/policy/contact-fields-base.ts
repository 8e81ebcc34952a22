// The fields every contact has, whatever the extension: those of Gandi's FAQ for resellers, without the password, which v5 has no use for.
import { ANYBODY, BODIES, type ContactField, EVERY, fieldsOf } from './contact-field.ts';

const KNOWN = { kind: 'BASE', appliesTo: ['CONTACT'], certainty: 'DOCUMENTED' } as const;
const FAQ = { ...KNOWN, need: 'REQUIRED', sources: ['GANDI_FAQ', 'GANDI_API'] } as const;

export const BASE: readonly ContactField[] = fieldsOf('ALL', EVERY, [
  { ...FAQ, name: 'type', value: 'CHOICE', allowedValues: ANYBODY, label: { en: 'Kind of contact', fr: 'Type' } },
  { ...FAQ, name: 'firstName', label: { en: 'Given name', fr: 'Prénom' } },
  { ...FAQ, name: 'lastName', label: { en: 'Family name', fr: 'Nom' } },
  {
    ...FAQ,
    name: 'companyName',
    contactTypes: BODIES,
    label: { en: 'Name of the organisation', fr: 'Nom de l’organisation' },
  },
  { ...FAQ, name: 'email', label: { en: 'E-mail address', fr: 'Adresse électronique' } },
  { ...FAQ, name: 'street', label: { en: 'Street and number', fr: 'Rue et numéro' } },
  {
    ...FAQ,
    name: 'zip',
    need: 'CONDITIONAL',
    condition: 'HAS_POSTAL_CODES',
    label: { en: 'Postal code', fr: 'Code postal' },
  },
  { ...FAQ, name: 'city', label: { en: 'Town', fr: 'Ville' } },
  {
    ...FAQ,
    name: 'region',
    need: 'CONDITIONAL',
    condition: 'HAS_REGIONS',
    pattern: '^[A-Z]{2}-[A-Z0-9]{1,3}$',
    label: { en: 'Region (ISO 3166-2)', fr: 'Région (ISO 3166-2)' },
    sources: ['GANDI_FAQ', 'ISO_3166'],
  },
  {
    ...FAQ,
    name: 'country',
    pattern: '^[A-Z]{2}$',
    label: { en: 'Country (ISO 3166-1)', fr: 'Pays (ISO 3166-1)' },
    sources: ['GANDI_FAQ', 'ISO_3166'],
  },
  {
    ...FAQ,
    name: 'phone',
    pattern: '^\\+\\d{1,3}\\.\\d{2,15}$',
    label: { en: 'Telephone', fr: 'Téléphone' },
  },
]);
