// Adds up how long operations waited for permits when their calls run inside shared work: waits side by side count once.
import type { UpstreamMeter } from '../lib/upstream-meter.ts';

interface Span {
  readonly from: number;
  readonly to: number;
}

const spansOf = new WeakMap<UpstreamMeter, readonly Span[]>();

/** Notes a wait from `from` to `to` (monotonic ms) and sets `waitedMs` to the whole milliseconds covered by all waits noted for this meter. */
export function noteWait(meter: UpstreamMeter, from: number, to: number): void {
  if (to <= from) return;
  const spans = merged([...(spansOf.get(meter) ?? []), { from, to }]);
  spansOf.set(meter, spans);
  meter.waitedMs = Math.round(spans.reduce((sum, span) => sum + span.to - span.from, 0));
}

function merged(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.to) result.push(span);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return result;
}
