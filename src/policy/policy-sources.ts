// The documents that policy data rests on, each with the day it speaks of.

export interface PolicySource {
  /** Address or name of the document. */
  readonly document: string;
  /** `DOC`: documentation of a registry, registrar or ICANN. `CLIENT`: published code. `GENERAL`: no document. */
  readonly kind: 'DOC' | 'CLIENT' | 'GENERAL';
  /**
   * The UTC day it speaks of, `YYYY-MM-DD`. Where only a month or a year is known, its first day; for undated documents,
   * the day of reading.
   */
  readonly asOf: string;
}

/** The day on which undated documents were read. */
export const READ_ON = '2026-11-24';

const doc = (document: string, asOf = READ_ON): PolicySource => ({ document, kind: 'DOC', asOf });
const client = (document: string, asOf: string): PolicySource => ({ document, kind: 'CLIENT', asOf });
const general = (document: string): PolicySource => ({ document, kind: 'GENERAL', asOf: READ_ON });

export const GANDI_FAQ = doc('Gandi, FAQ for resellers, French edition');
export const GANDI_FAQ_ENGLISH = doc('Gandi, FAQ for resellers, English edition (docs.gandi.net)');
export const GANDI_API = doc('Gandi, API documentation (api.gandi.net/docs)');
export const GANDI_TRANSFERS = doc('Gandi, documentation of expiry and of transfers (docs.gandi.net)');
export const GANDI_SPECIAL_TRANSFERS = doc('https://docs.gandi.net/en/domain_names/transfer/process.html');
export const GANDI_OWNER_CHANGES = doc('https://docs.gandi.net/en/domain_names/change_owner/special_procedures.html');
/** Written over some years, about 2012 to 2016. */
export const GANDI_TRANSFER_TABLE = doc('https://wiki.gandi.net/en/domains/transfer/table', '2012-01-01');
export const GANDI_DEADLINES = client(
  'Gandi, table of deadlines, as copied in github.com/Hosterra/whmcs-gandi, lib/ERRPolicy.php',
  '2022-10-25',
);
export const MODULE_FIELDS = client(
  'github.com/Hosterra/whmcs-gandi, resources/domains/additionalfields.php',
  '2022-01-01',
);
export const MODULE_SPECIAL_FIELDS = client('github.com/Hosterra/whmcs-gandi, lib/SpecialFields.php', '2022-01-01');
export const MODULE_CORPORATE = client(
  'github.com/Hosterra/whmcs-gandi, resources/domains/corporateservices.php',
  '2022-01-01',
);
export const DOMAINBOX = client('github.com/pmingram/Domainbox, src/TLDs', '2017-01-01');
export const LOGICBOXES = doc('LogicBoxes, money-back tables (ewallhost.com kb 145, answerable.com faq1451)');
export const ICANN_GRACE_LIMITS = doc('ICANN, AGP limits policy (icann.org, agp-policy-2008-12-17)', '2008-12-17');
export const AWS_CONTACTS = doc('github.com/awsdocs/amazon-route53-docs, doc_source/domain-update-contacts.md');
export const OPENPROVIDER_SE = doc('Openprovider, support article on .se');
export const DNS_LU = doc('https://www.dns.lu/en/registrars/procedures, with questions 68 and 70 of its FAQ');
export const AERO_GRACE = doc('information.aero, FAQ on the add grace period');

export const USUAL_GRACE = general('The grace period that is usual for generic extensions');
export const EXAMINED_NAMES = general('Registries that examine names before they register them');
export const DERIVED_FROM_FAQ = general('Conclusion from the FAQ for resellers');

/** One extension in Route 53's guide, edition of April 2023. */
export function aws(tld: string): PolicySource {
  return doc(`github.com/awsdocs/amazon-route53-docs, doc_source/${tld}.md`, '2023-04-01');
}

/** One extension in Route 53's guide as it is published now. */
export function awsToday(tld: string): PolicySource {
  return doc(`Amazon Route 53, developer guide, page ${tld}.html`);
}

/** One extension in Hexonet's wiki, written from 2012 to 2024. */
export function hexonet(tld: string): PolicySource {
  return doc(`Hexonet, wiki, ${tld}`, '2012-01-01');
}

export function dnsimple(tld: string): PolicySource {
  return doc(`github.com/dnsimple/dnsimple-support, content/articles/domains-${tld}.md`);
}

export function netim(tld: string): PolicySource {
  return doc(`https://support.netim.com/en/wiki/${tld}`);
}

export function centralnic(tld: string): PolicySource {
  return doc(`https://kb.centralnicreseller.com/domains/tlds/${tld}.html`);
}
