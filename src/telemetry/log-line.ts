// One JSON log line as a line for people: time, level, message, then the fields.

const COLOURS: Readonly<Record<string, string>> = {
  fatal: '\u001b[41m',
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '\u001b[32m',
  debug: '\u001b[36m',
  trace: '\u001b[90m',
};
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';

/** @returns the line with its final newline; text that is no JSON object comes back unchanged. */
export function formatLine(line: string): string {
  const entry = parse(line);
  if (!entry) return line;
  const { time, level, msg, err, error, ...fields } = entry;
  const failure = err ?? error;
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const label = String(level);
  const words = Object.entries(fields).map(([key, value]) => `${key}=${word(value)}`);
  const head = `${DIM}${clock}${PLAIN} ${COLOURS[label] ?? ''}${label.toUpperCase().padEnd(5)}${PLAIN} ${String(msg ?? '')}`;
  const tail = words.length > 0 ? ` ${DIM}${words.join(' ')}${PLAIN}` : '';
  return `${head}${tail}\n${stackOf(failure)}`;
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function word(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value) ?? 'undefined';
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function stackOf(failure: unknown): string {
  if (typeof failure !== 'object' || failure === null) return failure === undefined ? '' : `  ${String(failure)}\n`;
  const { type, message, stack, ...details } = { ...failure } as Record<string, unknown>;
  const text = typeof stack === 'string' ? stack : `${String(type ?? 'Error')}: ${String(message ?? '')}`;
  const words = Object.entries(details).map(([key, value]) => `\n  ${key}=${word(value)}`);
  return `${text.replace(/^/gm, '  ')}${words.join('')}\n`;
}
