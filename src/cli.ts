/** The command line: reads the configuration, serves until a signal comes, exits in good order. */
import type { Terminal } from './commands/terminal.ts';
import { type Command, type Config, readCommand } from './config.ts';
import { systemClock } from './core/environment.ts';
import { helpText } from './help.ts';
import { createWaystation, type Waystation } from './main.ts';
import { type Log, openLog } from './observability/log.ts';
import { StartRefused } from './options.ts';
import { StorageRefused } from './storage/errors.ts';
import { version } from './version.ts';

/** What `waystation check` ends with when it cannot look; 1 means that it found something. */
const CANNOT_CHECK = 2;

/** Runs the program with the arguments and the environment of this process. */
export async function runCli(): Promise<void> {
  const argv = process.argv.slice(2);
  try {
    const folder = process.cwd();
    await run(await readCommand({ argv, environment: process.env, folder }));
  } catch (error) {
    const isCheck = argv[0] === 'check';
    if (error instanceof StartRefused || error instanceof StorageRefused) {
      process.stderr.write(`waystation: ${error.message}\n`);
    } else if (isCheck) {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    } else {
      throw error;
    }
    process.exitCode = isCheck ? CANNOT_CHECK : 1;
  }
}

async function run(command: Command): Promise<void> {
  switch (command.kind) {
    case 'serve':
      return serve(command.config);
    case 'help':
      process.stdout.write(helpText());
      return;
    case 'version':
      process.stdout.write(`${version}\n`);
      return;
  }
  withoutExperimentalWarnings((warning) => process.stderr.write(`${warning.message}\n`));
  switch (command.kind) {
    case 'backup': {
      const { runBackup } = await import('./commands/backup.ts');
      return runBackup(command, interruptible());
    }
    case 'restore': {
      const { runRestore } = await import('./commands/restore.ts');
      return runRestore(command, interruptible());
    }
    case 'check': {
      const { runCheck } = await import('./commands/check.ts');
      const isClean = await runCheck(command.folder, terminal(), systemClock());
      process.exitCode = isClean ? 0 : 1;
    }
  }
}

const terminal = (signal?: AbortSignal): Terminal => ({
  signal,
  print: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
});

/** The first signal ends the work in good order, the second ends the process. */
function interruptible(): Terminal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => controller.abort());
  return terminal(controller.signal);
}

async function serve(config: Config): Promise<void> {
  const log = openLog(config.logLevel);
  logWarnings(log);
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      process.exit(1);
    });
  }
  const waystation = await createWaystation(config, { log });
  stopOnSignal(waystation, log);
  process.stdout.on('error', (error) => log.warn({ err: error }, 'stdout is gone'));
  process.stdout.write(`Waystation is ready at ${waystation.endpoint}\n`);
}

/**
 * The first signal ends the work in good order, the second ends the process. What was acknowledged
 * is on disk either way.
 */
function stopOnSignal(waystation: Waystation, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    waystation.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'could not stop in good order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Node's warnings as entries of the log, so that stderr stays one JSON value a line. */
function logWarnings(log: Log): void {
  withoutExperimentalWarnings((warning) => log.warn({ err: warning }, 'warning'));
}

/** That node:sqlite is experimental in older Nodes is known and tested, and no news for anybody. */
function withoutExperimentalWarnings(tell: (warning: Error) => void): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' && warning.message.includes('SQLite')) return;
    tell(warning);
  });
}
