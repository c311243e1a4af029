/** The command line: reads the configuration, serves until a signal comes, exits in good order. */
import { type Config, readCommand } from './config.ts';
import { helpText } from './help.ts';
import { createWaystation, type Waystation } from './main.ts';
import { type Log, openLog } from './observability/log.ts';
import { StartRefused } from './options.ts';
import { version } from './version.ts';

/** Runs the program with the arguments and the environment of this process. */
export async function runCli(): Promise<void> {
  try {
    const command = await readCommand({
      argv: process.argv.slice(2),
      environment: process.env,
      folder: process.cwd(),
    });
    if (command.kind === 'serve') await serve(command.config);
    else process.stdout.write(command.kind === 'help' ? helpText() : `${version}\n`);
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    process.stderr.write(`waystation: ${error.message}\n`);
    process.exitCode = 1;
  }
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

/**
 * Node's warnings as entries of the log, so that stderr stays one JSON value a line. That
 * node:sqlite is experimental in older Nodes is known and tested, and no news for anybody.
 */
function logWarnings(log: Log): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' && warning.message.includes('SQLite')) return;
    log.warn({ err: warning }, 'warning');
  });
}
