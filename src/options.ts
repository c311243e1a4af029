/** The table of options: a row drives flag, variable, file key, `--help` and the docs. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';

/** A start that is refused, with a sentence for whoever started it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

export interface Option<T> {
  /** What stands for the value in `--help`; empty for a switch, which needs no value as a flag. */
  readonly placeholder: string;
  /** The text that counts when nothing is given; undefined: the option is then undefined too. */
  readonly default: string | undefined;
  /** What happens without it, in place of the default's text. */
  readonly otherwise?: string;
  /** What it is for, in one or two sentences. */
  readonly help: string;
  /**
   * The value that a text means; relative paths count from `folder`. undefined: the text means
   * nothing, and the sentence becomes "<where> must be <expects>".
   */
  parse(text: string, folder: string): T | undefined;
  readonly expects: string;
}

const option = <T>(row: Option<T>): Option<T> => row;

function choice<const C extends readonly string[], const D extends C[number] | undefined>(
  choices: C,
  row: { readonly default: D; readonly help: string },
): Option<D extends undefined ? C[number] | undefined : C[number]> {
  return {
    placeholder: choices.join('|'),
    expects: choices.length === 1 ? choices.join() : `one of ${choices.join(', ')}`,
    parse: (text) => choices.find((known) => known === text),
    ...row,
  };
}

/** Something outside that deliveries go to. */
function gateway(
  protocols: readonly string[],
  row: { readonly otherwise: string; readonly help: string },
): Option<string | undefined> {
  return {
    placeholder: 'URL',
    default: undefined,
    expects: `a URL that begins with ${protocols.map((name) => `${name}//`).join(' or ')}`,
    parse: (text) => {
      if (!URL.canParse(text)) return undefined;
      const { protocol, hostname } = new URL(text);
      return protocols.includes(protocol) && hostname !== '' ? text : undefined;
    },
    ...row,
  };
}

/** In the order of `--help`, by the name inside; `flagOf` and `variableOf` derive the others. */
export const options = {
  port: option<number>({
    placeholder: 'PORT',
    default: '4566',
    help: 'Port to listen on. 0 takes any free port; the readiness line names it.',
    expects: 'a whole number from 0 to 65535',
    parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined),
  }),
  host: option<string>({
    placeholder: 'ADDRESS',
    default: '127.0.0.1',
    help: 'Address to listen on. One that other machines can reach needs --auth off as well.',
    expects: 'an IP address or a host name',
    parse: (text) => {
      const address = text.replace(/^\[(.*)\]$/, '$1');
      return isIP(address) > 0 || /^[A-Za-z0-9.-]+$/.test(address) ? address : undefined;
    },
  }),
  auth: choice(['off'], {
    default: undefined,
    help:
      'off: serve whoever can reach the port, without checking credentials. Needed, in so many ' +
      'words, to listen on an address that other machines can reach.',
  }),
  data: option<string>({
    placeholder: 'FOLDER',
    default: './.waystation',
    help: 'Folder of the database, made when it is missing. One server at a time uses a folder.',
    expects: 'the path of a folder',
    parse: (text, folder) => resolve(folder, text),
  }),
  store: choice(['sqlite', 'memory'], {
    default: 'sqlite',
    help: 'sqlite keeps everything in the data folder; memory forgets everything at the end.',
  }),
  durability: choice(['full', 'relaxed'], {
    default: 'full',
    help:
      'full: a success answer means that the data is on disk. relaxed: the disk is synced once a ' +
      'second, so a power failure may take back the last second of answers.',
  }),
  httpThreads: option<number>({
    placeholder: 'N',
    default: '0',
    help:
      'Threads that speak HTTP in front of the one that stores. 0: the main thread does both, ' +
      'which is fastest for up to some 100 connections. Try 2 and more with more than two cores ' +
      'and hundreds of connections; each takes 40 MB. Not on macOS and Windows.',
    expects: 'a whole number from 0 to 64',
    parse: (text) => (/^\d{1,2}$/.test(text) && Number(text) <= 64 ? Number(text) : undefined),
  }),
  publicUrl: option<string | undefined>({
    placeholder: 'URL',
    default: undefined,
    otherwise: 'the address that the client used',
    help: 'Address that queue URLs begin with, for servers behind a proxy or in a container.',
    expects: 'an http or https URL without user, query and fragment',
    parse: parsePublicUrl,
  }),
  testClock: option<boolean>({
    placeholder: '',
    default: 'false',
    help:
      'Time moves only when told, through /_waystation/clock. For tests; refused on an address ' +
      'that other machines can reach.',
    expects: 'true or false',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  }),
  smtpUrl: gateway(['smtp:', 'smtps:'], {
    otherwise: 'mails are kept, see /_waystation/inbox',
    help: 'Mail relay for subscribers by email, such as smtp://user:password@mail.example:587.',
  }),
  smsUrl: gateway(['http:', 'https:'], {
    otherwise: 'SMS are kept, see /_waystation/inbox',
    help:
      'Gateway for SMS. Gets a POST of JSON: phoneNumber, message, messageId, smsType, and as ' +
      'the publisher wishes senderId, originationNumber, maxPrice, entityId, templateId.',
  }),
  pushUrl: gateway(['http:', 'https:'], {
    otherwise: 'pushes are kept, see /_waystation/inbox',
    help:
      'Gateway for mobile push. Gets a POST of JSON: platform, token, payload, endpointArn, ' +
      'applicationArn, messageId, and as the publisher wishes attributes, ttlSeconds. When it ' +
      'answers 400, 404 or 410 the token counts as dead.',
  }),
  functionsUrl: gateway(['http:', 'https:'], {
    otherwise: 'functions cannot be called',
    help: "Server that speaks Lambda's Invoke API, for subscribers that are functions.",
  }),
  firehoseUrl: gateway(['http:', 'https:'], {
    otherwise: 'delivery streams cannot be written',
    help: "Server that speaks Firehose's API, for subscribers that are delivery streams.",
  }),
  logLevel: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    help: 'The least serious entries that the log on stderr shows. debug shows every request.',
  }),
} as const;

export type OptionName = keyof typeof options;

export type Settings = {
  readonly [N in OptionName]: (typeof options)[N] extends Option<infer T> ? T : never;
};

export const optionNames = Object.keys(options) as readonly OptionName[];

/** `publicUrl` in the style of flags and of the file: `public-url`. */
export const flagOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `publicUrl` as an environment variable: `WAYSTATION_PUBLIC_URL`. */
export const variableOf = (name: string): string =>
  `WAYSTATION_${flagOf(name).replaceAll('-', '_').toUpperCase()}`;

/** An address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(name) === 4) return name.startsWith('127.');
  return name === '::1' || name === 'localhost' || name.endsWith('.localhost');
}

function parsePublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  if (!isWeb || url.username + url.password + url.search + url.hash !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}

/** The name among `known` that a mistyped one most likely meant; undefined when none is near. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(text.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(text.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many letters to insert, remove or replace to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replace = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
