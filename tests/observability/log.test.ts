/** The form of log entries, and what stays out of them. */
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Log, openLog } from '../../src/observability/log.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waystation-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(level: Parameters<typeof openLog>[0], write: (log: Log) => void): string {
  const file = join(folder, 'log');
  const fd = openSync(file, 'w');
  write(openLog(level, fd));
  closeSync(fd);
  return readFileSync(file, 'utf8');
}

it('writes one JSON value a line, with level and time in words', () => {
  const text = written('info', (log) => {
    log.debug('unseen');
    log.warn({ queue: 'orders' }, 'slow');
  });
  expect(text.endsWith('\n')).toBe(true);
  expect(JSON.parse(text)).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    queue: 'orders',
    msg: 'slow',
  });
});

it('shows what went wrong, and where', () => {
  const text = written('info', (log) => log.error({ err: new TypeError('no such thing') }, 'oh'));
  expect(JSON.parse(text).err).toMatchObject({
    type: 'TypeError',
    message: 'no such thing',
    stack: expect.stringContaining('log.test.ts'),
  });
});

it('leaves out what a parser quotes', () => {
  const text = written('info', (log) => {
    try {
      JSON.parse('SECRET');
    } catch (error) {
      log.error({ err: error }, 'oh');
    }
  });
  expect(JSON.parse(text).err).toEqual({
    type: 'SyntaxError',
    stack: expect.stringContaining('log.test.ts'),
  });
  expect(text).not.toContain('SECRET');
});

it('is silent when told so', () => {
  expect(written('silent', (log) => log.fatal('unheard'))).toBe('');
});

it.skipIf(!existsSync('/dev/full'))('goes on when the disk that it writes to is full', () => {
  const fd = openSync('/dev/full', 'w');
  const log = openLog('info', fd);
  expect(() => {
    log.info('one');
    log.info('two');
  }).not.toThrow();
  closeSync(fd);
});
