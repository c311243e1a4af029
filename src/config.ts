/**
 * The one place that reads flags, the environment and waystation.yaml. Answers one frozen Config;
 * flags win over the environment, that wins over the file, that wins over the defaults. Whatever it
 * does not know it refuses, so that a mistyped option never passes for the default.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type CommandName, type CommandRow, commandNames, commands } from './command-table.ts';
import {
  type Declarations,
  declarationKeys,
  parseDeclarations,
  type QueueInput,
  type TopicInput,
} from './declarations/index.ts';
import {
  flagOf,
  isLoopback,
  nearest,
  type OptionName,
  optionNames,
  options,
  type Settings,
  StartRefused,
  variableOf,
} from './options.ts';

/** The options, and what exists once the server is ready. */
export interface Config extends Settings, Declarations {}

export type Command =
  | { readonly kind: 'serve'; readonly config: Config }
  | { readonly kind: 'help' | 'version' }
  | {
      readonly kind: 'backup';
      readonly folder: string;
      readonly file: string;
      readonly replace: boolean;
    }
  | { readonly kind: 'restore'; readonly folder: string; readonly file: string }
  | { readonly kind: 'check'; readonly folder: string };

export interface Surroundings {
  /** The arguments behind the program's name. */
  readonly argv: readonly string[];
  readonly environment: { readonly [name: string]: string | undefined };
  /** The working folder: relative paths count from here. */
  readonly folder: string;
}

/** A text that was given for an option, and where, in the words of a refusal. */
interface Given {
  readonly text: string;
  readonly where: string;
  readonly folder: string;
}

/** Later sources of a list win over earlier ones. */
type Source = ReadonlyMap<string, Given>;

const FILE_NAME = 'waystation.yaml';
const VARIABLE_PREFIX = 'WAYSTATION_';
/** Options outside the table: they say where or whether to read, not how to serve. */
const CONFIG = 'config';

/**
 * Kubernetes gives every pod variables about each service, so a service called `waystation` makes
 * WAYSTATION_SERVICE_HOST, WAYSTATION_PORT_4566_TCP and more, none of them meant for us.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const SERVICE_LINK = /^WAYSTATION_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//;

/** Reads everything. Throws StartRefused with a sentence for whoever started the program. */
export async function readCommand(surroundings: Surroundings): Promise<Command> {
  const { argv, environment, folder } = surroundings;
  const { command, operand, source: fromFlags } = readArguments(argv, folder);
  if (fromFlags.has('help')) return { kind: 'help' };
  if (fromFlags.has('version')) return { kind: 'version' };
  const fromEnvironment = readEnvironment(environment, folder);
  const named = fromFlags.get(CONFIG) ?? fromEnvironment.get(CONFIG);
  const file = await readFile(named, folder);
  const settings = settle([file.source, fromEnvironment, fromFlags], folder);
  const data = { folder: settings.data, file: resolve(folder, operand) };
  switch (command) {
    case 'serve':
      return { kind: 'serve', config: freeze({ ...settings, ...file.declarations }) };
    case 'backup':
      return { kind: command, ...data, replace: fromFlags.has('force') };
    case 'restore':
      return { kind: command, ...data };
    case 'check':
      return { kind: command, folder: settings.data };
  }
}

/** What an embedding program may choose; the same checks as for flags. */
export type EmbeddedOptions = {
  readonly [N in OptionName]?: Settings[N] | undefined;
} & {
  /** Queues to exist at start. */
  readonly queues?: readonly QueueInput[] | undefined;
  /** Topics to exist at start, with their subscriptions. */
  readonly topics?: readonly TopicInput[] | undefined;
};

const declares = (key: string): boolean => declarationKeys.some((known) => known === key);

/** The Config of a program that gives options as values. Throws StartRefused. */
export function configOf(given: EmbeddedOptions, folder: string): Config {
  const source = new Map<string, Given>();
  for (const [name, value] of Object.entries(given)) {
    if (declares(name) || value === undefined) continue;
    if (!(name in options)) {
      throw unknown(`option "${name}"`, name, [...optionNames, ...declarationKeys]);
    }
    source.set(name, { text: String(value), where: `option "${name}"`, folder });
  }
  const declarations = parseDeclarations(given, (key) => `option "${key}"`);
  return freeze({ ...settle([source], folder), ...declarations });
}

function freeze(config: Config): Config {
  const refusal = contradiction(config);
  if (refusal !== undefined) throw new StartRefused(refusal);
  return Object.freeze(config);
}

function contradiction(config: Config): string | undefined {
  const { host, auth, publicUrl, testClock } = config;
  if (!isLoopback(host) && auth !== 'off') {
    return (
      `Other machines can reach ${host}, and this version does not check credentials. ` +
      'Add --auth off if everybody who reaches this address may use it, or leave --host out.'
    );
  }
  const isPublic =
    !isLoopback(host) || (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname));
  if (testClock && isPublic) {
    return (
      '--test-clock lets every caller move the time, so it works on a loopback address only. ' +
      'Leave out --test-clock, or --host and --public-url.'
    );
  }
  return undefined;
}

/** The last source that names an option decides; unnamed options take their defaults. */
function settle(sources: readonly Source[], folder: string): Settings {
  const value = <N extends OptionName>(name: N): Settings[N] => {
    const given = sources.findLast((source) => source.has(name))?.get(name);
    const row = options[name];
    const text = given?.text ?? row.default;
    // A row without a default text has a type that includes undefined.
    if (text === undefined) return undefined as Settings[N];
    const parsed = row.parse(text, given?.folder ?? folder);
    if (parsed !== undefined) return parsed as Settings[N];
    throw new StartRefused(`${given?.where} must be ${row.expects}, not "${text}".`);
  };
  return Object.fromEntries(optionNames.map((name) => [name, value(name)])) as Settings;
}

interface Arguments {
  readonly command: CommandName;
  /** Empty for a command that takes none. */
  readonly operand: string;
  readonly source: Source;
}

function readArguments(argv: readonly string[], folder: string): Arguments {
  const words = [...argv];
  const [first] = words;
  const isNamed = first !== undefined && !first.startsWith('-');
  if (isNamed) words.shift();
  const command = isNamed ? commandNames.find((known) => known === first) : 'serve';
  if (command === undefined) throw unknown(`command "${first}"`, first ?? '', commandNames);
  const row: CommandRow = commands[command];
  const { source, operands } = readFlags(words, row, folder);
  const [operand = '', extra] = operands;
  const asksOnly = source.has('help') || source.has('version');
  if (row.operand !== undefined && operand === '' && !asksOnly) {
    throw new StartRefused(
      `waystation ${command} needs a file: waystation ${command} ${row.operand}.`,
    );
  }
  const surplus = row.operand === undefined ? operands[0] : extra;
  if (surplus !== undefined) throw unknown(`option "${surplus}"`, surplus, []);
  return { command, operand, source };
}

function readFlags(
  given: readonly string[],
  row: CommandRow,
  folder: string,
): { readonly source: Source; readonly operands: readonly string[] } {
  const source = new Map<string, Given>();
  const operands: string[] = [];
  const settings = row.flags === 'all' ? optionNames : row.flags;
  const known = [...settings, ...Object.keys(row.switches), CONFIG, 'help', 'version'];
  const byFlag = new Map(known.map((name) => [`--${flagOf(name)}`, name]));
  byFlag.set('-h', 'help');
  const words = [...given];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    const [flag = '', ...rest] = word.split('=');
    const name = byFlag.get(flag);
    if (name === undefined) throw unknown(`option "${flag}"`, flag, [...byFlag.keys()]);
    let text = rest.length > 0 ? rest.join('=') : undefined;
    if (text === undefined && isSwitch(name)) text = 'true';
    text ??= words.shift();
    if (text === undefined) throw new StartRefused(`${flag} needs a value after it.`);
    source.set(name, { text, where: flag, folder });
  }
  return { source, operands };
}

function isSwitch(name: string): boolean {
  if (name === CONFIG) return false;
  return !(name in options) || options[name as OptionName].placeholder === '';
}

function readEnvironment(environment: Surroundings['environment'], folder: string): Source {
  const source = new Map<string, Given>();
  const byVariable = new Map([...optionNames, CONFIG].map((name) => [variableOf(name), name]));
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || text === undefined || text === '') continue;
    if (SERVICE_LINK.test(variable) || SERVICE_LINK_VALUE.test(text)) continue;
    const name = byVariable.get(variable);
    if (name === undefined) {
      throw unknown(`environment variable ${variable}`, variable, [...byVariable.keys()]);
    }
    source.set(name, { text, where: variable, folder });
  }
  return source;
}

interface FileContents {
  readonly source: Source;
  readonly declarations: Declarations;
}

async function readFile(named: Given | undefined, folder: string): Promise<FileContents> {
  const path = resolve(named?.folder ?? folder, named?.text ?? FILE_NAME);
  if (!existsSync(path)) {
    if (named === undefined) {
      return { source: new Map(), declarations: parseDeclarations({}, () => path) };
    }
    throw new StartRefused(`${named.where} names a file that is not there: ${path}`);
  }
  const contents = await parseYaml(path);
  const source = new Map<string, Given>();
  const byKey = new Map(optionNames.map((name) => [flagOf(name), name]));
  for (const [key, value] of Object.entries(contents)) {
    if (declares(key)) continue;
    const where = `"${key}" in ${path}`;
    const name = byKey.get(key);
    if (name === undefined)
      throw unknown(`key ${where}`, key, [...byKey.keys(), ...declarationKeys]);
    if (value === null || typeof value === 'object') {
      throw new StartRefused(`${where} must be ${options[name].expects}.`);
    }
    source.set(name, { text: String(value), where, folder: dirname(path) });
  }
  return { source, declarations: parseDeclarations(contents, () => path) };
}

async function parseYaml(path: string): Promise<{ readonly [key: string]: unknown }> {
  const { parse } = await import('yaml');
  let contents: unknown;
  try {
    contents = parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartRefused(`${path} cannot be read: ${reason}`);
  }
  if (typeof contents === 'object' && !Array.isArray(contents)) {
    return contents as { readonly [key: string]: unknown };
  }
  throw new StartRefused(`${path} must hold options and their values, such as "port: 4566".`);
}

function unknown(what: string, text: string, known: readonly string[]): StartRefused {
  const meant = nearest(text, known);
  const list = known.length === 0 ? 'See --help.' : `Known: ${known.join(', ')}.`;
  return new StartRefused(
    `Unknown ${what}. ${meant === undefined ? list : `Did you mean ${meant}?`}`,
  );
}
