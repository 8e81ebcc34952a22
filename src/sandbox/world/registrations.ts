// New registrations: payment, then the registry's answer.
import type { Timer } from '../../lib/clock.ts';
import type { SandboxClock } from '../clock.ts';
import { day } from '../options.ts';
import type { Ledger } from './ledger.ts';
import type { OutsideDomain } from './outside.ts';
import { payLater } from './payments.ts';
import type { ParsedName } from './tlds.ts';
import type { TransferOrder } from './transfers.ts';

/** Names invented for the sandbox; Gandi documents `errortype` as a free string. */
export type RegistrationFault = 'insufficient_funds' | 'registry_refused';

export interface RegistrationOrder extends Omit<TransferOrder, 'authCode' | 'holderSilent' | 'authCodeWrong'> {
  /** A fault rule decided that the registry turns this order down after it was paid. */
  readonly registryRefuses?: boolean;
}

export interface Registration {
  readonly order: RegistrationOrder;
  readonly createdAt: number;
  step: 'BILL' | 'RUN' | 'ERROR';
  stepNumber: number;
  fault: RegistrationFault | undefined;
  timers: Timer[];
}

export interface Registrations {
  /** A registration under way or failed; none once the domain exists. */
  get(fqdn: string): Registration | undefined;
  order(order: RegistrationOrder): Registration;
  all(): IterableIterator<Registration>;
}

const failedKeptDays = 30;

export function createRegistrations(deps: {
  clock: SandboxClock;
  ledger: Ledger;
  look(name: ParsedName): OutsideDomain;
  registered(order: RegistrationOrder): void;
}): Registrations {
  const { clock, ledger, look, registered } = deps;
  const registrations = new Map<string, Registration>();
  const later = (ms: number, run: () => void) => clock.at(clock.now() + ms, run);

  function fail(registration: Registration, fault: RegistrationFault): void {
    registration.step = 'ERROR';
    registration.fault = fault;
    registration.timers = [later(failedKeptDays * day, () => registrations.delete(registration.order.name.fqdn))];
  }

  function askRegistry(registration: Registration): void {
    const { order } = registration;
    registration.step = 'RUN';
    registration.stepNumber = 2;
    registration.timers = [
      later(look(order.name).people.registryMs, () => {
        const domain = look(order.name);
        if (order.registryRefuses || domain.registrationFails || domain.registered) {
          ledger.refund(order.purchase, clock.now());
          return fail(registration, 'registry_refused');
        }
        registrations.delete(order.name.fqdn);
        registered(order);
      }),
    ];
  }

  return {
    get: (fqdn) => registrations.get(fqdn),
    all: () => registrations.values(),
    order(order) {
      for (const timer of registrations.get(order.name.fqdn)?.timers ?? []) timer.cancel();
      const registration: Registration = {
        order,
        createdAt: clock.now(),
        step: 'BILL',
        stepNumber: 1,
        fault: undefined,
        timers: [],
      };
      registrations.set(order.name.fqdn, registration);
      const { paymentMs } = look(order.name).people;
      registration.timers = [
        payLater(deps, order.purchase, paymentMs, (paid) => {
          if (paid) askRegistry(registration);
          else fail(registration, 'insufficient_funds');
        }),
      ];
      return registration;
    },
  };
}
