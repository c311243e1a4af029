/**
 * The rules that keep the tree readable: who may import whom, what may not be called, how big
 * things get, and that an operation is never half there. Each failure says what to do instead.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { admin, sns, sqs } from '../src/services/index.ts';
import { readSources, type SourceFile } from './support/source.ts';

const sources = readSources('src/**/*.ts');
const everything = [...sources, ...readSources('{tests,scripts,bench}/**/*.ts')];

/** The part of the tree that a file belongs to, by the longest prefix of its path. */
const PARTS = [
  'src/auth/',
  'src/commands/',
  'src/core/',
  'src/data-protection/',
  'src/delivery/',
  'src/http/',
  'src/matching/',
  'src/observability/',
  'src/protocol/',
  'src/scheduler/',
  'src/schema/',
  'src/services/admin/',
  'src/services/index.ts',
  'src/services/sns/',
  'src/services/sqs/',
  'src/storage/errors.ts',
  'src/storage/memory/',
  'src/storage/port.ts',
  'src/storage/sqlite/',
  'src/command-table.ts',
  'src/declarations/',
  'src/options.ts',
] as const;

type Part = (typeof PARTS)[number];

const PORT: readonly Part[] = ['src/storage/errors.ts', 'src/storage/port.ts'];
const BASE: readonly Part[] = ['src/core/', 'src/schema/', ...PORT];

/** What a part may import beside itself. Files that are not listed may import anything. */
const MAY_IMPORT: { readonly [P in Part]: readonly Part[] } = {
  'src/auth/': BASE,
  'src/commands/': [
    ...BASE,
    'src/delivery/',
    'src/services/sns/',
    'src/services/sqs/',
    'src/storage/sqlite/',
  ],
  'src/core/': BASE,
  'src/data-protection/': [],
  'src/delivery/': BASE,
  'src/http/': [...BASE, 'src/auth/', 'src/observability/', 'src/protocol/', 'src/scheduler/'],
  'src/matching/': ['src/core/'],
  'src/observability/': [...BASE, 'src/options.ts'],
  'src/protocol/': BASE,
  'src/scheduler/': BASE,
  'src/schema/': [],
  'src/services/admin/': [...BASE, 'src/scheduler/', 'src/delivery/'],
  'src/services/index.ts': [
    ...BASE,
    'src/services/admin/',
    'src/services/sns/',
    'src/services/sqs/',
  ],
  'src/services/sns/': [
    ...BASE,
    'src/data-protection/',
    'src/scheduler/',
    'src/delivery/',
    'src/matching/',
  ],
  'src/services/sqs/': [...BASE, 'src/scheduler/', 'src/delivery/'],
  'src/storage/errors.ts': [],
  'src/storage/memory/': ['src/core/', ...PORT],
  'src/storage/port.ts': [],
  'src/storage/sqlite/': ['src/core/', ...PORT],
  'src/command-table.ts': [],
  'src/declarations/': ['src/core/', 'src/options.ts'],
  'src/options.ts': [],
};

/** Packages and built-in modules that few places may know, so that they can be replaced there. */
const ONLY_IN: { readonly [name: string]: readonly string[] } = {
  'node:crypto': [
    'src/auth/',
    'src/core/',
    'src/delivery/',
    'src/http/',
    'src/protocol/',
    'src/services/',
  ],
  'node:fs': ['src/config.ts', 'src/version.ts', 'src/storage/sqlite/'],
  'node:http': ['src/http/', 'src/delivery/targets/http.ts'],
  'node:https': ['src/delivery/targets/http.ts'],
  'node:sqlite': ['src/storage/sqlite/'],
  nodemailer: ['src/delivery/targets/email.ts'],
  pino: ['src/observability/'],
  'prom-client': ['src/observability/'],
  'sorted-btree': ['src/core/b-tree.ts'],
  yaml: ['src/config.ts'],
};

const partOf = (path: string): Part | undefined => PARTS.find((part) => path.startsWith(part));

describe('imports', () => {
  it('follow the arrows', () => {
    const wrong = sources.flatMap((file) => {
      const from = partOf(file.path);
      if (from === undefined) return [];
      return file.imports
        .filter((path) => path.startsWith('src/') && !mayImport(from, path))
        .map((path) => `${file.path} imports ${path}: ${from} may import ${list(from)}`);
    });
    expect(wrong).toEqual([]);
  });

  it('leave main.ts to cli.ts and index.ts', () => {
    const wrong = sources
      .filter((file) => file.imports.includes('src/main.ts'))
      .map((file) => file.path)
      .filter((path) => !['src/cli.ts', 'src/index.ts'].includes(path));
    expect(wrong, 'main.ts knows everything, so nothing else may know main.ts').toEqual([]);
  });

  it('never leave src', () => {
    const wrong = sources.flatMap((file) =>
      file.imports
        .filter((path) => /^(tests|bench|scripts|console|\.\.)\b/.test(path))
        .map((path) => `${file.path} imports ${path}`),
    );
    expect(wrong, 'the product does not need its tests and tools').toEqual([]);
  });

  it('keep packages where they can be replaced', () => {
    const wrong = sources.flatMap((file) =>
      file.imports
        .filter((name) => !(ONLY_IN[name] ?? ['src/']).some((home) => file.path.startsWith(home)))
        .map((name) => `${file.path} imports ${name}: only ${ONLY_IN[name]?.join(', ')} may`),
    );
    expect(wrong).toEqual([]);
  });

  it('make no circles', () => {
    expect(findCycle(sources), 'move what both need into a file of its own').toBeUndefined();
  });
});

function mayImport(from: Part, path: string): boolean {
  const to = partOf(path);
  return to !== undefined && (to === from || MAY_IMPORT[from].includes(to));
}

const list = (part: Part): string => ['itself', ...MAY_IMPORT[part]].join(', ');

function findCycle(files: readonly SourceFile[]): string | undefined {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path].join(' -> ');
    if (done.has(path)) return undefined;
    for (const next of imports.get(path) ?? []) {
      const cycle = walk(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of imports.keys()) {
    const cycle = walk(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Where the outside world comes in; everything else gets it handed over. */
const OUTSIDE = ['src/cli.ts', 'src/config.ts', 'src/core/environment.ts', 'src/main.ts'];

const BANNED: { readonly [name: string]: string } = {
  'Date.now': 'take the instant from the transaction (tx.nowMs) or the injected clock',
  'new Date': 'take the instant from the transaction (tx.nowMs) or the injected clock',
  'Math.random': 'take env.randomBytes',
  randomBytes: 'take env.randomBytes',
  randomUUID: 'take env.uuid',
  'crypto.randomUUID': 'take env.uuid',
  'crypto.randomBytes': 'take env.randomBytes',
  'process.env': 'add an option to options.ts; config.ts reads the environment',
  'process.argv': 'add an option to options.ts; config.ts reads the arguments',
  'process.exit': 'throw; cli.ts decides how the process ends',
  'console.log': 'use the log that main.ts hands over',
  'console.error': 'use the log that main.ts hands over',
};

describe('calls', () => {
  it('take time, chance and surroundings from what is handed over', () => {
    const wrong = sources
      .filter((file) => !OUTSIDE.includes(file.path))
      .flatMap((file) =>
        file.mentions
          .filter(({ name }) => name in BANNED)
          .map(({ name, line }) => `${file.path}:${line} uses ${name}: ${BANNED[name]}`),
      );
    expect(wrong).toEqual([]);
  });
});

const COLUMNS_MAX = 100;
const LONG_ADDRESS = /https?:\/\/\S{60,}/;
const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;

/** Files that may be longer, each with its reason. */
const LONG_FILES: { readonly [path: string]: string } = {};
const LONG_FUNCTIONS: { readonly [pathAndName: string]: string } = {
  'src/storage/sqlite/queues.ts prepare': 'a table of SQL statements',
};

/** The formatter leaves it in one line, and an operation's name stands in it twice. */
const IMPORT_OF_ONE = /^import \{ \w+ \} from '[^']+';$/;

/** Web addresses, and the long texts in tests that the formatter leaves in one piece. */
function unbreakable(path: string, line: string): boolean {
  const isComment = /^\s*(\/\*\*|\*|\/\/)/.test(line);
  if (IMPORT_OF_ONE.test(line)) return true;
  return LONG_ADDRESS.test(line) || (path.startsWith('tests/') && !isComment);
}

describe('sizes', () => {
  it(`keep lines to ${COLUMNS_MAX} columns`, () => {
    const wrong = everything.flatMap((file) =>
      file.lines.flatMap((line, index) =>
        line.length > COLUMNS_MAX && !unbreakable(file.path, line)
          ? [`${file.path}:${index + 1} has ${line.length} columns`]
          : [],
      ),
    );
    expect(wrong, 'a reader has two files side by side').toEqual([]);
  });

  it(`keep files to ${FILE_LINES_MAX} lines`, () => {
    const wrong = sources
      .filter((file) => file.lines.length - 1 > FILE_LINES_MAX && !(file.path in LONG_FILES))
      .map((file) => `${file.path} has ${file.lines.length - 1} lines`);
    expect(wrong, 'split by responsibility, or give a reason in LONG_FILES').toEqual([]);
  });

  it(`keep functions to ${FUNCTION_LINES_MAX} lines of their own`, () => {
    const wrong = sources.flatMap((file) =>
      file.functions
        .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
        .filter(({ name }) => !(`${file.path} ${name}` in LONG_FUNCTIONS))
        .map(({ name, line, lines }) => `${file.path}:${line} ${name} has ${lines} lines`),
    );
    expect(wrong, 'give the steps names of their own').toEqual([]);
  });
});

describe('files', () => {
  it('open with a sentence that says what they are', () => {
    const wrong = sources.filter((file) => !file.lines[0]?.startsWith('/**'));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it('have names that say what is inside', () => {
    const vague = /^(utils?|commons?|helpers?|managers?|misc)\b/;
    const wrong = everything.map((file) => file.path).filter((path) => vague.test(basename(path)));
    expect(wrong, 'name the file after the one thing that it is about').toEqual([]);
  });

  it('have kebab-case names, or that of the AWS operation inside', () => {
    const wrong = sources
      .map((file) => file.path)
      .filter((path) => {
        const isOperation = ['operations', 'internal'].includes(basename(dirname(path)));
        const form = isOperation ? /^[A-Z][A-Za-z]+\.ts$/ : /^[a-z0-9]+(-[a-z0-9]+)*\.ts$/;
        return !form.test(basename(path));
      });
    expect(wrong).toEqual([]);
  });

  it('leave nothing for later', () => {
    const marker = /\b(TODO|FIXME|XXX|HACK)\b/;
    const wrong = everything
      .filter((file) => file.path !== 'tests/architecture.test.ts')
      .flatMap((file) =>
        file.lines.flatMap((line, index) =>
          marker.test(line) ? [`${file.path}:${index + 1}`] : [],
        ),
      );
    expect(wrong, 'do it now, or write it down where users see it').toEqual([]);
  });
});

const BLOCKS = ['serialization', 'validation', 'behaviour'];

const OPERATIONS = [
  { service: sns, source: /^src\/services\/sns\/operations\//, tests: 'tests/services/sns/' },
  { service: sqs, source: /^src\/services\/sqs\/operations\//, tests: 'tests/services/sqs/' },
  {
    service: admin,
    source: /^src\/services\/\w+\/admin\/operations\//,
    tests: 'tests/services/admin/',
  },
];

describe.each(OPERATIONS)('operations of $service.name', ({ service, source, tests }) => {
  const inFiles = sources
    .filter((file) => source.test(file.path))
    .map((file) => basename(file.path, '.ts'));

  it('each have a file, and each file a row', () => {
    expect(inFiles.toSorted()).toEqual([...service.operations.keys()].toSorted());
  });

  it.each(inFiles)('%s has a test with three blocks', (operation) => {
    const path = `${tests}${operation}.test.ts`;
    expect(existsSync(path), `${path} is missing`).toBe(true);
    const titles = [...readFileSync(path, 'utf8').matchAll(/describe\(\s*['"`](.*)['"`]/g)];
    const missing = BLOCKS.filter((block) => !titles.some(([, title]) => title?.includes(block)));
    expect(missing, `${path} needs describe blocks with these names`).toEqual([]);
  });
});

describe('the lock file', () => {
  it('names what every platform needs, or `npm ci` refuses it', () => {
    const file = new URL('../package-lock.json', import.meta.url);
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
      packages: { [path: string]: { optionalDependencies?: { [name: string]: string } } };
    };
    const paths = Object.keys(packages);
    const missing = Object.values(packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !paths.some((path) => path.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });
});
