// Changes of registrant: the order, its dry run, its progress and the approval mail (Gandi v5 docs, changeowner).
import { UpstreamError } from '../errors.ts';
import type { CallOptions, RegistrantChangeRequest, UpstreamDryRun, UpstreamRegistrantChange } from '../port.ts';
import type { Sender } from '../request.ts';
import { type ChangeownerBody, type ChangeownerStatus, changeownerStatusSchema } from '../wire/changeowner.ts';
import { contactBody } from './contacts.ts';
import { dryRun } from './dry-run.ts';
import { read } from './reply.ts';
import { aLabel, instant, nameSegment, query, text, whole } from './values.ts';

export function registrantChangeFrom(name: string, wire: ChangeownerStatus): UpstreamRegistrantChange {
  return {
    name: aLabel(name),
    step: wire.step,
    stepNumber: whole(wire.step_nb),
    innerStep: text(wire.inner_step) ?? text(wire.params?.inner_step),
    errorType: text(wire.errortype),
    errorLabel: text(wire.errortype_label),
    oldRegistrantAnswer: text(wire.params?.answer_old_owner),
    newRegistrantAnswer: text(wire.params?.answer_new_owner),
    newRegistrantEmail: text(wire.params?.new_owner_email),
    approvals: (wire.foa ?? []).flatMap(({ email, answer }) => {
      const address = text(email);
      return address === null ? [] : [{ email: address, answer: text(answer) }];
    }),
    createdAt: instant(wire.created_at),
    updatedAt: instant(wire.updated_at),
    startedAt: instant(wire.date_start),
  };
}

export function registrantChangeEndpoints(sender: Sender) {
  const under = (name: string, rest = '') => `/domain/changeowner/${nameSegment(name)}${rest}`;
  const order = ({ name, payerId, registrant, admin, tech, billing }: RegistrantChangeRequest) => ({
    method: 'POST' as const,
    path: under(name),
    query: query({ sharing_id: payerId }),
    body: {
      owner: contactBody(registrant),
      ...(admin && { admin: contactBody(admin) }),
      ...(tech && { tech: contactBody(tech) }),
      ...(billing && { bill: contactBody(billing) }),
    } satisfies ChangeownerBody,
  });
  return {
    dryRunRegistrantChange: (request: RegistrantChangeRequest, call: CallOptions): Promise<UpstreamDryRun> =>
      dryRun(sender, order(request), call),

    async changeRegistrant(request: RegistrantChangeRequest, call: CallOptions): Promise<void> {
      await sender.send({ ...order(request), effect: 'order' }, call);
    },

    async registrantChange(name: string, payerId: string, call: CallOptions): Promise<UpstreamRegistrantChange | null> {
      try {
        const request = { path: under(name), query: query({ sharing_id: payerId }) };
        const answer = await sender.send({ method: 'GET', effect: 'read', ...request }, call);
        return read(answer, changeownerStatusSchema, (wire) => registrantChangeFrom(name, wire));
      } catch (error) {
        if (error instanceof UpstreamError && error.kind === 'not-found') return null;
        throw error;
      }
    },

    async resendRegistrantChangeApproval(name: string, email: string, call: CallOptions): Promise<void> {
      await sender.send({ method: 'POST', path: under(name, '/foa'), body: { email }, effect: 'write' }, call);
    },
  };
}
