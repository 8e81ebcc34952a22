// Transfers in: whether one is possible, the order and its dry run, its progress, and what helps it along (Gandi v5 docs, transferin).
import { redactor } from '../../telemetry/redact.ts';
import { UpstreamError } from '../errors.ts';
import type {
  CallOptions,
  TransferRequest,
  UpstreamDryRun,
  UpstreamTransfer,
  UpstreamTransferability,
} from '../port.ts';
import type { Sender } from '../request.ts';
import {
  type TransferinAvailable,
  type TransferinBody,
  type TransferinStatus,
  transferinAvailableSchema,
  transferinStatusSchema,
} from '../wire/transfer.ts';
import { contactBody } from './contacts.ts';
import { dryRun } from './dry-run.ts';
import { read } from './reply.ts';
import { aLabel, flag, instant, nameSegment, query, text, whole } from './values.ts';

export function transferabilityFrom(name: string, wire: TransferinAvailable): UpstreamTransferability {
  const ascii = aLabel(text(wire.fqdn_alabel) ?? text(wire.fqdn) ?? name);
  return {
    name: ascii,
    unicodeName: text(wire.fqdn_ulabel) ?? ascii,
    available: wire.available,
    isInternal: flag(wire.internal),
    isCorporate: flag(wire.corporate),
    durationsYears: wire.durations ?? rangeOf(wire),
    message: text(wire.msg),
  };
}

function rangeOf({ minimum_duration: least, maximum_duration: most }: TransferinAvailable): readonly number[] {
  if (!least || !most || most < least || most > 100) return [];
  return Array.from({ length: most - least + 1 }, (_, index) => least + index);
}

export function transferFrom(name: string, wire: TransferinStatus): UpstreamTransfer {
  return {
    name: aLabel(text(wire.params?.domain) ?? name),
    step: wire.step,
    stepNumber: whole(wire.step_nb),
    innerStep: text(wire.inner_step),
    errorType: text(wire.errortype),
    errorLabel: text(wire.errortype_label),
    approvals: (wire.foa ?? []).flatMap(({ email, answer }) =>
      text(email) === null ? [] : [{ email: email ?? '', answer: text(answer) }],
    ),
    createdAt: instant(wire.created_at),
    updatedAt: instant(wire.updated_at),
    startedAt: instant(wire.start_at),
    registryAcceptedAt: instant(wire.regac_at),
  };
}

export function transferBody(request: TransferRequest): TransferinBody {
  return {
    fqdn: aLabel(request.name),
    owner: contactBody(request.registrant),
    ...(request.clientId === null ? {} : { resellee_id: request.clientId }),
    duration: request.years,
    change_owner: request.changeRegistrant,
    ...(request.authCode === null ? {} : { authinfo: request.authCode }),
  };
}

const secretsOf = (authCode: string | null): readonly string[] => (authCode === null ? [] : [authCode]);

export function transferEndpoints(sender: Sender) {
  const under = (name: string, rest = '') => `/domain/transferin/${nameSegment(name)}${rest}`;
  const order = (request: TransferRequest) => ({
    method: 'POST' as const,
    path: '/domain/transferin',
    query: query({ sharing_id: request.payerId }),
    body: transferBody(request),
    secrets: secretsOf(request.authCode),
  });
  return {
    /** Sent as POST and still only a question, so it is asked again like a GET. */
    async transferability(name: string, authCode: string | null, call: CallOptions): Promise<UpstreamTransferability> {
      const body = authCode === null ? {} : { authinfo: authCode };
      const secrets = secretsOf(authCode);
      const request = { path: under(name, '/available'), body, secrets };
      const answer = await sender.send({ method: 'POST', effect: 'read', ...request }, call);
      const found = read(answer, transferinAvailableSchema, (wire) => transferabilityFrom(name, wire));
      const message = found.message === null ? null : redactor(secrets)(found.message);
      return { ...found, message };
    },

    dryRunTransfer: (request: TransferRequest, call: CallOptions): Promise<UpstreamDryRun> =>
      dryRun(sender, order(request), call),

    async requestTransfer(request: TransferRequest, call: CallOptions): Promise<void> {
      await sender.send({ ...order(request), effect: 'order' }, call);
    },

    async transfer(name: string, call: CallOptions): Promise<UpstreamTransfer | null> {
      try {
        const answer = await sender.send({ method: 'GET', path: under(name), effect: 'read' }, call);
        return read(answer, transferinStatusSchema, (wire) => transferFrom(name, wire));
      } catch (error) {
        if (error instanceof UpstreamError && error.kind === 'not-found') return null;
        throw error;
      }
    },

    async relaunchTransfer(name: string, call: CallOptions): Promise<void> {
      await sender.send({ method: 'PUT', path: under(name), effect: 'write' }, call);
    },

    async updateTransferAuthCode(name: string, payerId: string, authCode: string, call: CallOptions): Promise<void> {
      const request = { path: under(name, '/authinfo'), query: query({ sharing_id: payerId }) };
      const body = { authinfo: authCode };
      await sender.send({ method: 'PUT', effect: 'write', body, secrets: [authCode], ...request }, call);
    },

    async resendTransferApproval(name: string, email: string, call: CallOptions): Promise<void> {
      await sender.send({ method: 'POST', path: under(name, '/foa'), body: { email }, effect: 'write' }, call);
    },
  };
}
