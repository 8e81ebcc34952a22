// Fault rules: which calls they touch and what they do to them. Chance comes from the sandbox's seed.
import { z } from 'zod';
import { createRandom, type Random } from './random.ts';
import { processes } from './world/prices.ts';
import { tlds } from './world/tlds.ts';

/** The name of a TLD the sandbox sells. */
export const soldTld = z.string().refine((name) => tlds.has(name), 'is not sold here');

const milliseconds = z.number().min(0).max(600_000);

/** What a rule does. Effects that do not end the call add up; the first that ends it wins. */
export const effectSchema = z.discriminatedUnion('kind', [
  /** Answers later, by a real time drawn between the two. */
  z.strictObject({ kind: z.literal('latency'), minMs: milliseconds, maxMs: milliseconds }),
  /** Breaks the connection; nothing was done. */
  z.strictObject({ kind: z.literal('lost-before') }),
  /** Does what was asked, then breaks the connection. */
  z.strictObject({ kind: z.literal('lost-after') }),
  /** Answers a status: the usual JSON refusal, the given body, or an HTML page. */
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    body: z.unknown().optional(),
    html: z.boolean().optional(),
    retryAfterSeconds: z.number().int().min(0).max(86_400).optional(),
    /** Does what was asked first. */
    after: z.boolean().optional(),
  }),
  /** Prices change just before the call is handled, and stay changed. */
  z.strictObject({
    kind: z.literal('price'),
    factor: z.number().positive().max(1000),
    tld: soldTld.optional(),
    process: z.enum(processes).optional(),
  }),
  /** Somebody else registers the name of the call, in its path or its body, just before it is handled. */
  z.strictObject({ kind: z.literal('name-taken') }),
  /** The domain in the path gets these statuses just before the call is handled, and keeps them. */
  z.strictObject({ kind: z.literal('domain-status'), statuses: z.array(z.string().min(1)).max(20) }),
  /** The registry turns down what this call orders, after it was paid. */
  z.strictObject({ kind: z.literal('registry-refuses') }),
  /** Nobody answers the approval mails of a transfer or a change of owner ordered by this call. */
  z.strictObject({ kind: z.literal('holder-silent') }),
  /** The auth code given by this call turns out wrong at the registry. */
  z.strictObject({ kind: z.literal('auth-code-wrong') }),
]);
export type FaultEffect = z.infer<typeof effectSchema>;

export const faultRuleSchema = z
  .strictObject({
    /** HTTP method; any when absent. */
    method: z
      .string()
      .regex(/^[A-Z]+$/, 'must be an upper-case HTTP method')
      .optional(),
    /** Glob over the path: `*` within one part, `**` over several. Any when absent. */
    path: z.string().startsWith('/', 'must start with /').max(300).optional(),
    /** Only calls about this organization: named in the path or `sharing_id`, owner of the domain in the path, or the token's own. */
    organization: z.string().optional(),
    /** Chance for each matching call. */
    probability: z.number().min(0).max(1).optional(),
    /** Leaves the first so many matching calls alone. */
    skip: z.number().int().min(0).optional(),
    /** Touches so many calls, then rests. */
    count: z.number().int().min(1).optional(),
    effect: effectSchema,
  })
  .refine(({ effect }) => effect.kind !== 'latency' || effect.minMs <= effect.maxMs, {
    path: ['effect', 'maxMs'],
    error: 'must be at least minMs',
  });
export type FaultRule = z.infer<typeof faultRuleSchema>;

/** What rules decided about one call beyond its answer. */
export interface CallTwists {
  readonly holderSilent: boolean;
  readonly authCodeWrong: boolean;
  readonly registryRefuses: boolean;
}

export interface ActiveFault {
  readonly id: number;
  readonly rule: FaultRule;
  /** Matching calls seen, chance and `skip` aside. */
  matched: number;
  /** Calls touched. */
  applied: number;
}

/** The subject of matching. `organizations` is asked only when a rule wants it. */
export interface FaultSubject {
  readonly method: string;
  readonly path: string;
  organizations(): ReadonlySet<string>;
}

export interface Faults {
  add(rule: FaultRule): ActiveFault;
  /** @returns false when there is no such rule. */
  remove(id: number): boolean;
  clear(): void;
  list(): readonly ActiveFault[];
  /** The rules that touch this call, in the order they were made. Counts it in each. */
  touch(subject: FaultSubject): readonly ActiveFault[];
  /** Milliseconds of a latency effect. */
  drawLatency(effect: { readonly minMs: number; readonly maxMs: number }): number;
}

/** A test for a path glob. */
export function globMatcher(glob: string): (path: string) => boolean {
  const pattern = glob
    .replace(/[\\^$.+?()[\]{}|]/g, '\\$&')
    .replaceAll('**', '\0')
    .replaceAll('*', '[^/]*')
    .replaceAll('\0', '.*');
  const expression = new RegExp(`^${pattern}$`);
  return (path) => expression.test(path);
}

const untouched: readonly ActiveFault[] = [];

interface Armed extends ActiveFault {
  readonly random: Random;
  readonly pathMatches: (path: string) => boolean;
}

export function createFaults(seed: number): Faults {
  let armed: Armed[] = [];
  let serial = 0;
  const latencies = createRandom(seed ^ 0x5eed);

  function touches(fault: Armed, subject: FaultSubject): boolean {
    const { method, organization, skip = 0, count, probability } = fault.rule;
    if (method !== undefined && method !== subject.method) return false;
    if (!fault.pathMatches(subject.path)) return false;
    if (organization !== undefined && !subject.organizations().has(organization)) return false;
    fault.matched++;
    if (fault.matched <= skip) return false;
    if (count !== undefined && fault.applied >= count) return false;
    if (probability !== undefined && !fault.random.chance(probability)) return false;
    fault.applied++;
    return true;
  }

  return {
    add(rule) {
      const id = ++serial;
      const pathMatches = rule.path === undefined ? () => true : globMatcher(rule.path);
      const fault: Armed = { id, rule, matched: 0, applied: 0, random: createRandom(seed * 31 + id), pathMatches };
      armed = [...armed, fault];
      return fault;
    },
    remove(id) {
      const before = armed.length;
      armed = armed.filter((fault) => fault.id !== id);
      return armed.length < before;
    },
    clear() {
      armed = [];
    },
    list: () => armed,
    touch: (subject) => (armed.length === 0 ? untouched : armed.filter((fault) => touches(fault, subject))),
    drawLatency: ({ minMs, maxMs }) => minMs + latencies.next() * (maxMs - minMs),
  };
}
