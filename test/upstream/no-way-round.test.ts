// There is one way to Gandi and it goes through the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallOptions, GandiPort } from '../../src/upstream/port.ts';
import { createRig, type Rig, upstreamError } from '../helpers/gandi-v5.ts';

const contact = {
  type: 'INDIVIDUAL',
  givenName: 'Ada',
  familyName: 'Olive',
  email: 'ada@olive.example',
  street: '4 Mill Lane',
  country: 'GB',
} as const;
const client = {
  type: 'INDIVIDUAL',
  firstName: 'Ada',
  lastName: 'Olive',
  email: 'ada@olive.example',
  street: '4 Mill Lane',
  city: 'Exeter',
  country: 'GB',
  phone: '+44.1392000004',
} as const;
const transfer = {
  name: 'plum.example',
  payerId: 'org-1',
  clientId: 'client-1',
  registrant: contact,
  authCode: 'Zx9#plum-secret',
  years: 1,
  changeRegistrant: false,
};

const registration = {
  name: 'quince.example',
  payerId: 'org-1',
  clientId: 'client-1',
  registrant: contact,
  years: 1,
  agreedPrice: null,
  acceptsPremium: false,
  nameservers: [],
  templateId: null,
  extraParameters: {},
  language: null,
};
const renewal = { name: 'plum.example', payerId: 'org-1', years: 1 };
const change = { name: 'plum.example', payerId: 'org-1', registrant: contact };

type Method = Exclude<keyof GandiPort, 'name' | 'capabilities' | 'operationsPerCall'>;
const METHODS: Readonly<Record<Method, (port: GandiPort, call: CallOptions) => Promise<unknown>>> = {
  user: (port, call) => port.user(call),
  organizations: (port, call) => port.organizations(call),
  clients: (port, call) => port.clients({ organizationId: 'org-1', page: 1, perPage: 10 }, call),
  client: (port, call) => port.client('org-1', 'client-1', call),
  createClient: (port, call) => port.createClient('org-1', client, call),
  updateClient: (port, call) => port.updateClient('org-1', 'client-1', { city: 'Bath' }, call),
  deleteClient: (port, call) => port.deleteClient('org-1', 'client-1', call),
  domains: (port, call) => port.domains({ page: 1, perPage: 10 }, call),
  domain: (port, call) => port.domain('plum.example', call),
  authCode: (port, call) => port.authCode('plum.example', call),
  setTransferLock: (port, call) => port.setTransferLock('plum.example', true, call),
  availability: (port, call) => port.availability({ name: 'fig.example', processes: ['CREATE'] }, call),
  prices: (port, call) => port.prices({ processes: ['CREATE'] }, call),
  tlds: (port, call) => port.tlds({ page: 1, perPage: 10 }, call),
  tld: (port, call) => port.tld('example', call),
  billing: (port, call) => port.billing('org-1', call),
  transferability: (port, call) => port.transferability('plum.example', null, call),
  dryRunTransfer: (port, call) => port.dryRunTransfer(transfer, call),
  requestTransfer: (port, call) => port.requestTransfer(transfer, call),
  transfer: (port, call) => port.transfer('plum.example', call),
  relaunchTransfer: (port, call) => port.relaunchTransfer('plum.example', call),
  updateTransferAuthCode: (port, call) => port.updateTransferAuthCode('plum.example', 'org-1', 'Zx9#plum', call),
  resendTransferApproval: (port, call) => port.resendTransferApproval('plum.example', 'ada@olive.example', call),
  dryRunRegistration: (port, call) => port.dryRunRegistration(registration, call),
  register: (port, call) => port.register(registration, call),
  registration: (port, call) => port.registration('quince.example', call),
  renewalOptions: (port, call) => port.renewalOptions('plum.example', call),
  dryRunRenewal: (port, call) => port.dryRunRenewal(renewal, call),
  renew: (port, call) => port.renew(renewal, call),
  isRestorable: (port, call) => port.isRestorable('plum.example', call),
  restore: (port, call) => port.restore(renewal, call),
  deleteDomain: (port, call) => port.deleteDomain('plum.example', call),
  dryRunRegistrantChange: (port, call) => port.dryRunRegistrantChange(change, call),
  changeRegistrant: (port, call) => port.changeRegistrant(change, call),
  registrantChange: (port, call) => port.registrantChange('plum.example', 'org-1', call),
  resendRegistrantChangeApproval: (port, call) =>
    port.resendRegistrantChangeApproval('plum.example', 'ada@olive.example', call),
  setAutoRenew: (port, call) => port.setAutoRenew({ name: 'plum.example', enabled: true }, call),
  setNameservers: (port, call) => port.setNameservers('plum.example', ['ns1.olive.example'], call),
  setContacts: (port, call) => port.setContacts('plum.example', { tech: contact }, call),
  regenerateAuthCode: (port, call) => port.regenerateAuthCode('plum.example', call),
};

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => rig.close());

describe('every method of the port', () => {
  it.each(Object.entries(METHODS))('%s sends nothing while the budget refuses', async (_name, method) => {
    rig.budget.backOff({ retryAfterMs: 600_000 });
    const error = await upstreamError(rig.settle(method(rig.port, rig.call({ maxWaitMs: 0 }))));
    expect(error).toMatchObject({ kind: 'busy', attempts: 0, ambiguous: false });
    expect(rig.gandi.calls).toHaveLength(0);
    expect(rig.gandi.connections).toBe(0);
  });

  it.each(Object.entries(METHODS))('%s takes one permit for each call Gandi sees', async (_name, method) => {
    const call = rig.call({ lane: 'poll' });
    await rig.settle(method(rig.port, call).catch(() => undefined));
    expect(rig.gandi.calls.length).toBeGreaterThan(0);
    expect(rig.budget.snapshot().granted.poll).toBe(rig.gandi.calls.length);
    expect(call.meter.made).toBe(rig.gandi.calls.length);
    expect(rig.budget.snapshot().inFlight).toBe(0);
  });
});

describe('the source', () => {
  const folder = new URL('../../src/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('sandbox/') && !file.startsWith('store/generated/'))
    .map((file) => ({ file, source: readFileSync(new URL(file, folder), 'utf8') }));
  const importing = (pattern: RegExp) => files.filter(({ source }) => pattern.test(source)).map(({ file }) => file);

  it('lets one file speak HTTP to Gandi, and that file asks for a permit', () => {
    const toReceivers = ['webhooks/client.ts', 'webhooks/targets.ts'];
    expect(importing(/from 'undici'/).sort()).toEqual(['upstream/transport.ts', ...toReceivers]);
    expect(readFileSync(new URL('upstream/transport.ts', folder), 'utf8')).toMatch(/readonly permit: Permit;/);
  });

  it('lets only the sender use the transport, and only the adapter make one', () => {
    expect(importing(/\.exchange\(/)).toEqual(['upstream/request.ts']);
    expect(importing(/\bcreateTransport\(/).sort()).toEqual(['upstream/transport.ts', 'upstream/v5.ts']);
  });

  it('has nobody under upstream who opens connections another way', () => {
    const other = /\bfetch\(|from 'node:(?:https?|net|tls|http2)'|new WebSocket\(/;
    expect(importing(other).filter((file) => file.startsWith('upstream/'))).toEqual([]);
  });
});
