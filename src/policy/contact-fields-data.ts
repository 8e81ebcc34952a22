// The table of contact fields: base fields and the parameters of registries, and the extensions it knows.
import type { ContactField } from './contact-field.ts';
import { BASE } from './contact-fields-base.ts';
import { EUROPE } from './contact-fields-europe.ts';
import { FRANCE } from './contact-fields-france.ts';
import { GENERIC } from './contact-fields-generic.ts';
import { SPECIAL } from './contact-fields-special.ts';
import { WORLD } from './contact-fields-world.ts';

export const BASE_FIELDS: readonly ContactField[] = BASE;
export const REGISTRY_FIELDS: readonly ContactField[] = [...FRANCE, ...EUROPE, ...WORLD, ...GENERIC, ...SPECIAL];

/** Extensions whose contact data was looked into (2026-11-24). Where no parameter is listed none was found, which is less than a promise. */
const LOOKED_INTO = (
  'com net org info biz name pro mobi xyz online site shop store app dev page io ai co me tv cc fr re pm tf wf yt de uk co.uk org.uk me.uk eu ' +
  'be nl lu ch li it es pt at ie se no dk fi pl cz sk hu ro bg gr hr si ee lv lt us ca com.au au nz co.nz jp cn hk tw sg com.sg in br com.br mx ' +
  'com.mx nu paris bzh corsica alsace cat xxx barcelona madrid eus gal quebec swiss scot sport aero jobs travel tel asia cloud nyc srl ltda radio'
).split(' ');

/** Those, and the further ones that a parameter names. A-labels without a dot. */
export const KNOWN_TLDS: ReadonlySet<string> = new Set([
  ...LOOKED_INTO,
  ...REGISTRY_FIELDS.flatMap(({ tlds }) => (tlds === null || tlds === 'ALL' ? [] : tlds)),
]);
