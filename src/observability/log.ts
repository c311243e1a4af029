/**
 * The log: JSON lines on stderr. Entries hold names, numbers and errors; never a message body, a
 * header or a credential, whatever the level.
 */
import { destination, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Settings } from '../options.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** `fd` is 2 for stderr. What was logged before the process exits is written. */
export function openLog(level: Settings['logLevel'], fd = 2): Log {
  const lines = destination({ fd, sync: true });
  // Whoever read the log may go away; the server goes on.
  lines.on('error', () => {});
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: withoutQuotation },
    },
    lines,
  );
}

/** A parser quotes what it could not read, which may be somebody's message: that stays out. */
function withoutQuotation(error: unknown): unknown {
  if (!(error instanceof SyntaxError)) return stdSerializers.err(error as Error);
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { type: 'SyntaxError', stack: frames.join('\n') };
}
