// The user behind every credential and the three organizations that user belongs to.
import type { OrganizationRole } from '../options.ts';
import type { Random } from '../random.ts';
import type { Address, Organization } from './records.ts';

export interface User extends Address {
  readonly username: string;
  readonly firstname: string;
  readonly lastname: string;
  readonly email: string;
  readonly lang: string;
}

export const user: User = {
  username: 'sandbox-user',
  firstname: 'Maëlle',
  lastname: 'Lormiau',
  email: 'maelle@maple-lane.example.org',
  lang: 'en',
  streetaddr: '12 rue des Exemples',
  zip: '69003',
  city: 'Lyon',
  state: 'FR-ARA',
  country: 'FR',
  phone: '+33.199001200',
};

/** A personal account, a reseller, and a second company that owns nothing. */
export function inventOrganizations(random: Random): Record<OrganizationRole, Organization> {
  const shared = { ...user, grid: 'A' };
  const { username: personalName, lang: _lang, ...person } = shared;
  return {
    individual: { ...person, id: random.uuid(), name: personalName, type: 'individual', reseller: false },
    reseller: {
      ...person,
      id: random.uuid(),
      name: 'maple-lane',
      type: 'company',
      orgname: 'Maple Lane Hosting SARL',
      email: 'billing@maple-lane.example.org',
      reseller: true,
    },
    company: {
      ...person,
      id: random.uuid(),
      name: 'empty-drawer',
      type: 'company',
      orgname: 'Empty Drawer SAS',
      email: 'office@empty-drawer.example.org',
      reseller: false,
    },
  };
}
