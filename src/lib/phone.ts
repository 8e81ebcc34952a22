// Telephone numbers: any usual way of writing one, turned into calling code, dot, national number.
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

const LONGEST = 64;

/**
 * Writes a number the way Gandi takes it, for example `+33.123456789`. A number without its calling code is read as one of `country`
 * (ISO 3166-1 alpha-2, upper case; empty when not known); the dotted form itself is accepted too.
 * @returns null when the text is no telephone number, has an impossible length for its country, or carries an extension. Numbers of a possible
 * length are taken even where no such range is known, because numbering plans grow. Read again, the result stays the same: a trunk prefix that is
 * still there after the first reading goes too.
 */
export function dottedPhone(text: string, country: string): string | null {
  if (text.length > LONGEST) return null;
  const region = isSupportedCountry(country) ? country : undefined;
  const number = parsePhoneNumberFromString(text, { extract: false, ...(region && { defaultCountry: region }) });
  if (!number || number.ext !== undefined || !number.isPossible()) return null;
  const dotted = `+${number.countryCallingCode}.${number.nationalNumber}`;
  return dotted === text ? dotted : dottedPhone(dotted, '');
}
