// Registrations: the order, its dry run, and what became of it (Gandi v5 docs, domain create and createstatus).
import { type Money, minorDigits } from '../../lib/money.ts';
import { UpstreamError } from '../errors.ts';
import type { CallOptions, RegistrationRequest, UpstreamDryRun, UpstreamRegistration } from '../port.ts';
import type { Sender } from '../request.ts';
import { createStatusSchema, type DomainCreateBody } from '../wire/domain.ts';
import { contactBody } from './contacts.ts';
import { dryRun } from './dry-run.ts';
import { read } from './reply.ts';
import { aLabel, nameSegment, query, text, whole } from './values.ts';

const CURRENCIES = ['EUR', 'USD', 'GBP', 'TWD', 'CNY'] as const;

/** The number whose JSON text is the exact decimal amount: 1860 cents give 18.6. */
export function decimalNumber({ minor, currency }: Money): number {
  return Number(`${minor}e-${minorDigits(currency)}`);
}

export function registrationBody(request: RegistrationRequest): DomainCreateBody {
  const { agreedPrice, admin, tech, billing } = request;
  const currency = CURRENCIES.find((known) => known === agreedPrice?.beforeTaxes.currency);
  return {
    fqdn: aLabel(request.name),
    owner: contactBody(request.registrant),
    ...(admin && { admin: contactBody(admin) }),
    ...(tech && { tech: contactBody(tech) }),
    ...(billing && { bill: contactBody(billing) }),
    ...(request.clientId !== null && { resellee_id: request.clientId }),
    duration: request.years,
    ...(agreedPrice !== null && currency !== undefined && { price: decimalNumber(agreedPrice.beforeTaxes), currency }),
    ...(request.acceptsPremium && { enforce_premium: true }),
    ...(request.nameservers.length > 0 && { nameservers: request.nameservers.map(aLabel) }),
    ...(request.templateId !== null && { template_id: request.templateId }),
    ...(Object.keys(request.extraParameters).length > 0 && { extra_parameters: request.extraParameters }),
    ...(request.language !== null && { lang: request.language }),
  };
}

export function registrationEndpoints(sender: Sender) {
  const order = (request: RegistrationRequest) => ({
    method: 'POST' as const,
    path: '/domain/domains',
    query: query({ sharing_id: request.payerId }),
    body: registrationBody(request),
  });
  return {
    dryRunRegistration: (request: RegistrationRequest, call: CallOptions): Promise<UpstreamDryRun> =>
      dryRun(sender, order(request), call),

    async register(request: RegistrationRequest, call: CallOptions): Promise<void> {
      await sender.send({ ...order(request), effect: 'order' }, call);
    },

    /** 200 with a step while it is under way; a redirect, or an empty answer with `Location`, once the domain exists; 404 otherwise. */
    async registration(name: string, call: CallOptions): Promise<UpstreamRegistration> {
      const path = `/domain/domains/${nameSegment(name)}/createstatus`;
      try {
        const answer = await sender.send({ method: 'GET', path, effect: 'read', accepts: DONE_OR_UNDER_WAY }, call);
        if (answer.status !== 200 || (answer.body === null && answer.headers.location !== undefined))
          return { kind: 'registered' };
        return read(answer, createStatusSchema, (wire) => ({
          kind: 'under-way',
          step: wire.step,
          stepNumber: whole(wire.step_nb),
          errorType: text(wire.errortype),
          errorLabel: text(wire.errortype_label),
        }));
      } catch (error) {
        if (error instanceof UpstreamError && error.kind === 'not-found') return { kind: 'unknown' };
        throw error;
      }
    },
  };
}

/** The docs show an empty answer with `Location` and no status: any redirect will do. */
const DONE_OR_UNDER_WAY: readonly number[] = [200, 201, 204, 301, 302, 303, 307, 308];
