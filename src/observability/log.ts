/**
 * The log: JSON lines on stderr. Entries hold names, numbers and errors; never a message body, a
 * header or a credential, whatever the level.
 */
import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Settings } from '../options.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** `fd` is 2 for stderr. What was logged before the process exits is written. */
export function openLog(level: Settings['logLevel'], fd = 2): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination({ fd, sync: true }),
  );
}
