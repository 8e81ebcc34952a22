// Where a webhook may point: the form of its address, and the addresses its name leads to, checked again for every connection.
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress } from './addresses.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a name. @throws when it has none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export const systemResolve: Resolve = (hostname) => systemLookup(hostname, { all: true, verbatim: true });

/** The name leads to an address that webhooks are not sent to. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
  readonly code = 'ADDRESS_REFUSED';
  constructor(hostname: string) {
    super(`${hostname} is no public address, or leads to one that is not.`);
  }
}

export interface Targets {
  /** What is wrong with an address, in words and as far as can be known now; null = nothing. */
  problemOf(url: string): Promise<{ readonly message: string; readonly expected: string } | null>;
  /** Opens connections only to addresses that were checked: what is checked is what is connected to, so no later answer of a name server counts. */
  readonly connect: buildConnector.connector;
}

export interface TargetOptions {
  /** Whether private and loopback addresses, and http, may be used: for development only. */
  readonly privateTargets: 'refuse' | 'allow';
  readonly resolve?: Resolve;
  /** Longest time for a connection in milliseconds. */
  readonly connectMs: number;
}

const LONGEST_URL = 2_048;

export function createTargets({ privateTargets, resolve = systemResolve, connectMs }: TargetOptions): Targets {
  const isAllowed = (address: string): boolean => privateTargets === 'allow' || isPublicAddress(address);
  /** All of them, or none: a name that leads to a public and to a private address is not to be trusted at all. */
  const addressesOf = async (hostname: string): Promise<readonly ResolvedAddress[]> => {
    const found = await resolve(hostname);
    if (found.length === 0 || !found.every(({ address }) => isAllowed(address)))
      throw new AddressRefusedError(hostname);
    return found;
  };
  const lookup: LookupFunction = (hostname, { all }, callback) => {
    addressesOf(hostname).then(
      (found) => {
        const [first] = found;
        if (all === true) callback(null, [...found]);
        else if (first !== undefined) callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
  const open = buildConnector({ lookup, timeout: connectMs, allowH2: false });

  return {
    async problemOf(text) {
      const schemes = privateTargets === 'allow' ? 'an https:// or http:// address' : 'an https:// address';
      const url = URL.parse(text);
      const isScheme = url?.protocol === 'https:' || (url?.protocol === 'http:' && privateTargets === 'allow');
      if (url === null || !isScheme || text.length > LONGEST_URL)
        return {
          message: 'Events cannot be sent there.',
          expected: `${schemes} of at most ${LONGEST_URL} characters`,
        };
      if (url.username !== '' || url.password !== '')
        return {
          message:
            'An address with a user name or password in it is not taken: it would be seen wherever the webhook is.',
          expected: `${schemes} without credentials; verify the signature instead`,
        };
      if (url.hash !== '')
        return { message: 'A fragment is never sent.', expected: `${schemes} without a fragment (#…)` };
      const refused = {
        message: 'This leads to an address that is not public.',
        expected: 'a name or address that everybody on the internet can reach',
      };
      const hostname = bare(url.hostname);
      if (isIP(hostname) !== 0) return isAllowed(hostname) ? null : refused;
      try {
        await addressesOf(hostname);
        return null;
      } catch (error) {
        // A name that cannot be resolved just now may be in a while; each connection checks again.
        return error instanceof AddressRefusedError ? refused : null;
      }
    },
    connect(options, callback) {
      const hostname = bare(options.hostname);
      // Literal addresses are connected to without a look-up.
      if (isIP(hostname) !== 0 && !isAllowed(hostname)) callback(new AddressRefusedError(hostname), null);
      else open(options, callback);
    },
  };
}

/** An IPv6 address without the brackets it has in a URL. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');
