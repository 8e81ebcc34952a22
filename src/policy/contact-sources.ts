// Where the facts about contact fields come from, each source with its edition where one is known.

/** The day all of them were read, ISO 8601. */
export const CONTACT_FACTS_READ_ON = '2026-11-24';

const SOURCES = {
  GANDI_FAQ: 'Gandi, FAQ for resellers, data of a client',
  GANDI_API: 'Gandi v5 API documentation, contacts and extra parameters',
  ISO_3166: 'ISO 3166-1 and 3166-2',
  WHMCS_FIELDS: 'Hosterra/whmcs-gandi, additionalfields.php (public client code, 2022)',
  WHMCS_SPECIAL: 'Hosterra/whmcs-gandi, SpecialFields.php (public client code, 2022)',
  BOTOCORE: 'botocore, ExtraParam of Route 53 domains (AWS registers at Gandi)',
  AWS_AU: 'Amazon Route 53 documentation, .com.au (2023-04)',
  AWS_CA: 'Amazon Route 53 documentation, .ca (2023-04)',
  AWS_EU: 'Amazon Route 53 documentation, .eu (2023-04)',
  AWS_FR: 'Amazon Route 53 documentation, .fr (2023-04)',
  AWS_SE: 'Amazon Route 53 documentation, .se (2023-04)',
  CENTRALNIC_BARCELONA: 'CentralNic Reseller knowledge base, .barcelona',
  CENTRALNIC_CAT: 'CentralNic Reseller knowledge base, .cat',
  DNSIMPLE_ES: 'DNSimple support, .es',
  DNSIMPLE_IT: 'DNSimple support, .it',
  DNSIMPLE_JOBS: 'DNSimple support, .jobs',
  DNSIMPLE_NO: 'DNSimple support, .no',
  DNSIMPLE_SE: 'DNSimple support, .se',
  DNSIMPLE_SG: 'DNSimple support, .sg',
  DNSIMPLE_XXX: 'DNSimple support, .xxx',
  ESNIC: 'Registry of .es, codes',
  HKIRC: 'Registry of .hk, document codes',
  HEXONET_IT: 'Hexonet wiki, .it (2012 to 2024)',
  HEXONET_NO: 'Hexonet wiki, .no (2012 to 2024)',
  HEXONET_PT: 'Hexonet wiki, .pt (2012 to 2024)',
  NETIM_EU: 'Netim support, .eu',
  NETIM_SPORT: 'Netim support, .sport',
  OPENPROVIDER_SE: 'Openprovider support, .se',
  REGISTRO_IT: 'Registry of .it, entity codes',
} as const;

export type ContactSource = keyof typeof SOURCES;

/** Title of a source, for people. */
export function titleOf(source: ContactSource): string {
  return SOURCES[source];
}
