/** The table of commands: a row drives what the command line accepts, and `--help`. */

export interface CommandRow {
  /** What stands behind the command's name, such as a file. */
  readonly operand?: string;
  /** The options that it takes beside `--config`, `--help` and `--version`; all of the table. */
  readonly flags: readonly string[] | 'all';
  /** Switches of its own, with their help. */
  readonly switches: { readonly [name: string]: string };
  readonly help: string;
}

const row = (command: CommandRow): CommandRow => command;

export const commands = {
  serve: row({
    flags: 'all',
    switches: {},
    help: 'Serve until a signal comes. What happens without a command.',
  }),
  backup: row({
    operand: 'FILE',
    flags: ['data'],
    switches: { force: 'backup: replace FILE when it is there.' },
    help: 'Copy the data into FILE, while the server runs or not.',
  }),
  restore: row({
    operand: 'FILE',
    flags: ['data'],
    switches: {},
    help: 'Put a backup into a new data folder.',
  }),
  check: row({
    flags: ['data'],
    switches: {},
    help: 'Look for damage in a data folder, and say what it means.',
  }),
} as const;

export type CommandName = keyof typeof commands;

export const commandNames = Object.keys(commands) as readonly CommandName[];
