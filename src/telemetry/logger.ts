// The process's log: JSON lines, or readable ones on a terminal, with secrets taken out before anything is written.
import pino from 'pino';
import { formatLine } from './log-line.ts';
import { redactValue } from './redact.ts';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** Pino's levels and `child`; no way to change level or destination afterwards. */
export type Logger = Pick<pino.Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'> & {
  /** A logger that adds these fields to each line. */
  child(fields: Record<string, unknown>): Logger;
};

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Readable lines instead of JSON. Default: whether standard output is a terminal. */
  readonly pretty?: boolean;
  /** Where lines go. Default: standard output. */
  readonly destination?: { write(line: string): unknown };
}

/** Every line passes one gate: fields are redacted by key at any depth, all texts, messages and error texts included, by pattern (see redact.ts). */
export function createLogger({ level, pretty, destination = process.stdout }: LoggerOptions): Logger {
  const readable = pretty ?? process.stdout.isTTY === true;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      hooks: { streamWrite: redactLine },
    },
    { write: (line) => void destination.write(readable ? formatLine(line) : line) },
  );
}

const redactLine = (line: string): string => `${JSON.stringify(redactValue(JSON.parse(line)))}\n`;

/** Writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });
