// What Gandi v5 can do and what it lacks, with where we know it from, so that services need not guess.
import type { Capability } from './port.ts';

const can = (name: string, evidence: string): Capability => ({ name, supported: true, evidence });
const cannot = (name: string, evidence: string): Capability => ({ name, supported: false, evidence });

export const V5_CAPABILITIES: readonly Capability[] = [
  can('domains.list', 'api.gandi.net/docs, domain: GET /domain/domains, pages and filters'),
  can('domains.list.by-client', 'api.gandi.net/docs, domain: filter resellee_id'),
  cannot(
    'domains.list.contacts',
    'api.gandi.net/docs, domain: list rows carry display names, contacts come with detail only',
  ),
  cannot('domains.list.expiring-before', 'api.gandi.net/docs, domain: no filter on dates'),
  can('domains.auth-code.read', 'api.gandi.net/docs, domain: authinfo in detail'),
  can('domains.transfer-lock', 'api.gandi.net/docs, domain: PATCH status'),
  can('clients.list', 'api.gandi.net/docs, organization: customers'),
  cannot('clients.list.addresses', 'api.gandi.net/docs, organization: customer rows have no address'),
  can('clients.create', 'api.gandi.net/docs, organization: POST customers'),
  can('clients.update', 'api.gandi.net/docs, organization: PATCH customers; not the names of an individual'),
  can('clients.delete', 'api.gandi.net/docs, organization: DELETE customers; refused while products are attached'),
  cannot('clients.update.domain-contacts', 'docs.gandi.net, resellers: each domain keeps its own copy of the contacts'),
  cannot('availability.bulk', 'api.gandi.net/docs, domain: check takes one name'),
  can('prices.bulk', 'api.gandi.net/docs, billing: price/domain takes several names and processes'),
  can('billing.prepaid', 'api.gandi.net/docs, billing: prepaid in info'),
  cannot('billing.invoices', 'api.gandi.net/docs, billing: no such route'),
  cannot('refunds', 'api.gandi.net/docs: no such route; refunds are asked for at Gandi support'),
  can('registrations.dry-run', 'api.gandi.net/docs, domain: Dry-Run on POST domains'),
  can('registrations.status', 'api.gandi.net/docs, domain: GET createstatus, one name at a time'),
  can('renewals.dry-run', 'api.gandi.net/docs, domain: Dry-Run on POST renew'),
  cannot('renewals.status', 'api.gandi.net/docs, domain: no route; the expiry moves when it is done'),
  cannot('restores.dry-run', 'api.gandi.net/docs, domain: POST restore documents no Dry-Run'),
  can('registrant-changes.dry-run', 'api.gandi.net/docs, domain: Dry-Run on POST changeowner'),
  can('registrant-changes.status', 'api.gandi.net/docs, domain: GET changeowner, one name at a time'),
  can('domains.delete', 'api.gandi.net/docs, changelog 2022-11: DELETE domains, for some accounts only'),
  can('domains.auto-renew', 'api.gandi.net/docs, domain: PATCH autorenew'),
  can('transfers.dry-run', 'api.gandi.net/docs, domain: Dry-Run on POST transferin'),
  can('transfers.status', 'api.gandi.net/docs, domain: GET transferin, one name at a time'),
  cannot('transfers.list', 'api.gandi.net/docs, domain: no list of transfers'),
  can('transfers.relaunch', 'api.gandi.net/docs, domain: PUT transferin'),
  can('transfers.auth-code.update', 'api.gandi.net/docs, domain: PUT transferin authinfo'),
  can('transfers.approval.resend', 'api.gandi.net/docs, domain: POST transferin foa'),
  cannot('transfers.cancel', 'api.gandi.net/docs, domain: transferin has no DELETE'),
  cannot('operations.list', 'api.gandi.net/docs: no list of operations or orders; each is polled by its name'),
  cannot('notifications', 'api.gandi.net/docs: nothing is pushed'),
  cannot('writes.idempotency-key', 'api.gandi.net/docs: no such header; a lost answer is settled by reading'),
];
