// `extensions.upstream` on every answer: what it cost at Gandi, and what is left of the budget.
import { createUpstreamMeter, type UpstreamMeter } from '../../lib/upstream-meter.ts';
import type { GatewayPlugin } from './plugin.ts';

/** The budget as answers show it: of the window with the least room. */
export interface BudgetView {
  readonly limit: number;
  readonly windowMs: number;
  readonly remaining: number;
  /** Milliseconds until an urgent call could go. */
  readonly nextSlotInMs: number;
}

interface Result {
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The result with its report. */
export function reportUpstream<T extends Result>(result: T, meter: UpstreamMeter, budget: () => BudgetView): T {
  const { limit, windowMs, remaining } = budget();
  const { planned, made, coalesced, fromMirror, waitedMs } = meter;
  const upstream = { planned, made, coalesced, fromMirror, waitedMs, budget: { limit, windowMs, remaining } };
  return { ...result, extensions: { ...result.extensions, upstream } };
}

export function useUpstreamReport(budget: () => BudgetView): GatewayPlugin {
  return {
    onExecute: () => ({
      onExecuteDone({ args, result, setResult }) {
        if (Symbol.asyncIterator in result) return;
        setResult(reportUpstream(result, args.contextValue.scope?.meter ?? createUpstreamMeter(), budget));
      },
    }),
    onResultProcess({ result, setResult }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result || 'upstream' in (result.extensions ?? {})) return;
      setResult(reportUpstream(result, createUpstreamMeter(), budget));
    },
  };
}
