/** Reads the project's own source as syntax trees: imports, calls, functions and their sizes. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  /** From its first line to its last, without the functions inside it. */
  readonly lines: number;
}

export interface SourceFile {
  /** From the project's folder, such as `src/core/invoke.ts`. */
  readonly path: string;
  readonly lines: readonly string[];
  /** Files of ours, by path, and packages by the name in the import. */
  readonly imports: readonly string[];
  /** Every member access and called name, such as `Date.now`, with its line. */
  readonly mentions: readonly { readonly name: string; readonly line: number }[];
  readonly functions: readonly FunctionSize[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

export function readSources(pattern: string): readonly SourceFile[] {
  const paths = globSync(pattern, { cwd: projectFolder, exclude: ['**/node_modules/**'] });
  return paths.map((path) => parse(normalize(path))).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function parse(path: string): SourceFile {
  const text = readFileSync(join(projectFolder, path), 'utf8');
  const found = new Findings(path, text);
  found.visit(parseAst(text, { lang: 'ts' }) as unknown as Node, undefined);
  return { path, lines: text.split('\n'), ...found.result };
}

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
const IMPORTS = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'];

class Findings {
  readonly #path: string;
  readonly #lineStarts: readonly number[];
  readonly result = {
    imports: [] as string[],
    mentions: [] as { name: string; line: number }[],
    functions: [] as FunctionSize[],
  };
  /** Lines of the functions inside the one that is being visited. */
  #inner = 0;

  constructor(path: string, text: string) {
    this.#path = path;
    const starts = [0];
    for (const match of text.matchAll(/\n/g)) starts.push(match.index + 1);
    this.#lineStarts = starts;
  }

  visit(node: Node, parent: Node | undefined): void {
    if (FUNCTIONS.includes(node.type)) {
      this.#visitFunction(node, parent);
      return;
    }
    if (IMPORTS.includes(node.type) || node.type === 'ImportExpression') this.#addImport(node);
    const mention = mentionOf(node);
    if (mention !== undefined) {
      this.result.mentions.push({ name: mention, line: this.#lineOf(node.start) });
    }
    this.#visitChildren(node);
  }

  #visitChildren(node: Node): void {
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) this.visit(child, node);
      }
    }
  }

  #visitFunction(node: Node, parent: Node | undefined): void {
    const around = this.#inner;
    this.#inner = 0;
    this.#visitChildren(node);
    const line = this.#lineOf(node.start);
    const span = this.#lineOf(node.end) - line + 1;
    const name = nameOf(node.id) ?? nameOf(parent?.id) ?? nameOf(parent?.key) ?? 'a function';
    this.result.functions.push({ name, line, lines: span - this.#inner });
    this.#inner = around + (span > 1 ? span - 1 : 0);
  }

  #addImport(node: Node): void {
    const { source } = node;
    const specifier = isNode(source) ? source.value : undefined;
    if (typeof specifier !== 'string') return;
    const isOurs = specifier.startsWith('.');
    const path = isOurs ? normalize(join(dirname(this.#path), specifier)) : specifier;
    this.result.imports.push(path);
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && typeof node.name === 'string' ? node.name : undefined;
}

/** `Date.now` of an access, `randomUUID` of a call, `new Date` of one without arguments. */
function mentionOf(node: Node): string | undefined {
  if (node.type === 'MemberExpression' && node.computed !== true) {
    const object = nameOf(node.object);
    return object === undefined ? undefined : `${object}.${nameOf(node.property)}`;
  }
  if (node.type === 'CallExpression') return nameOf(node.callee);
  if (node.type === 'NewExpression' && Array.isArray(node.arguments)) {
    return node.arguments.length === 0 ? `new ${nameOf(node.callee)}` : undefined;
  }
  return undefined;
}
