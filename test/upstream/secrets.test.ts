// Auth codes and credentials stay out of results, errors and logs, even when Gandi repeats them.
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRig, type Rig, TOKEN, upstreamError } from '../helpers/gandi-v5.ts';

const CODE = 'Zx9#plum-secret';
const request = {
  name: 'plum.example',
  payerId: 'org-1',
  clientId: 'client-1',
  registrant: {
    type: 'INDIVIDUAL',
    givenName: 'Ada',
    familyName: 'Olive',
    email: 'ada@olive.example',
    street: '4 Mill Lane',
    country: 'GB',
  },
  authCode: CODE,
  years: 1,
  changeRegistrant: false,
} as const;

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
});
afterEach(() => {
  expect(rig.log()).not.toContain(CODE);
  expect(rig.log()).not.toContain(TOKEN);
  return rig.close();
});

const shown = (value: unknown) => inspect(value, { depth: 20, showHidden: true });

describe('an auth code', () => {
  it('is not part of a domain, whatever name the field has', async () => {
    rig.gandi.on('GET /domain/domains/plum.example', 'domain/ok');
    const domain = await rig.settle(rig.port.domain('plum.example', rig.call()));
    expect(shown(domain)).not.toContain(CODE);
  });

  it('is given to whoever asks for it, and to nobody else', async () => {
    rig.gandi.on('GET /domain/domains/plum.example', 'domain/ok');
    const secret = await rig.settle(rig.port.authCode('plum.example', rig.call()));
    expect(secret).toEqual({ code: CODE, expiresAt: Date.UTC(2030, 1, 1) });
  });

  it('is null when Gandi shows none', async () => {
    rig.gandi.on('GET /domain/domains/plum.example', 'domain/own-without-code');
    const secret = await rig.settle(rig.port.authCode('plum.example', rig.call()));
    expect(secret).toEqual({ code: null, expiresAt: Date.UTC(2030, 1, 1) });
  });

  it('is not in the error of a detail that cannot be read', async () => {
    rig.gandi.on('GET /domain/domains/plum.example', 'domain/odd-date');
    const error = await upstreamError(rig.settle(rig.port.domain('plum.example', rig.call())));
    expect(error.kind).toBe('contract');
    expect(shown(error)).not.toContain(CODE);
  });

  it('is taken out of the problems of a dry run that repeat it', async () => {
    rig.gandi.on('POST /domain/transferin', 'dry-run/problems');
    const { problems } = await rig.settle(rig.port.dryRunTransfer(request, rig.call()));
    expect(problems).toContainEqual({ field: 'authinfo', message: "'[redacted]' is too short" });
  });

  it('is taken out of a refusal that repeats it', async () => {
    rig.gandi.on('POST /domain/transferin', 'order/repeats-the-code');
    const error = await upstreamError(rig.settle(rig.port.requestTransfer(request, rig.call({ lane: 'money' }))));
    expect(error.kind).toBe('invalid');
    expect(shown(error)).not.toContain(CODE);
    expect(error.message).toContain('[redacted]');
  });

  it('is taken out of the sentence about a transfer that repeats it', async () => {
    rig.gandi.on('POST /domain/transferin/plum.example/available', 'transferability/no');
    const found = await rig.settle(rig.port.transferability('plum.example', CODE, rig.call()));
    expect(found.message).toBe("the code '[redacted]' is wrong");
  });

  it('is in no error when the connection breaks', async () => {
    rig.gandi.on('POST /domain/transferin', 'reset');
    rig.gandi.on('PUT /domain/transferin/plum.example/authinfo', 'reset');
    const errors = [
      await upstreamError(rig.settle(rig.port.requestTransfer(request, rig.call()))),
      await upstreamError(rig.settle(rig.port.updateTransferAuthCode('plum.example', 'org-1', CODE, rig.call()))),
    ];
    for (const error of errors) {
      expect(shown(error)).not.toContain(CODE);
      expect(shown(error)).not.toContain(TOKEN);
    }
  });
});

describe('the credential', () => {
  it('is taken out of an answer that repeats it', async () => {
    rig.gandi.on('GET /organization/user-info', 'errors/403-repeats-token');
    const error = await upstreamError(rig.settle(rig.port.user(rig.call())));
    expect(error.message).toContain('[redacted]');
    expect(shown(error)).not.toContain(TOKEN);
  });
});
