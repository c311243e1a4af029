/** Reference pages made from the table of a service: members, errors, and what is missing. */
import { writeFileSync } from 'node:fs';
import { commonErrors, type ErrorTable } from '../src/core/aws-error.ts';
import type { Context } from '../src/core/context.ts';
import type { AnyOperation } from '../src/schema/operation.ts';
import type { Service } from '../src/schema/service.ts';
import type { ListShape, MapShape, Shape, StructureShape } from '../src/schema/shapes.ts';

/** What a page says that the table does not. */
export interface Reference {
  readonly service: Service<Context>;
  readonly errors: ErrorTable;
  /** What the address of AWS's page about an operation begins with. */
  readonly awsPages: string;
  /** One sentence for each operation that AWS has. */
  readonly summaries: { readonly [operation: string]: string };
  readonly head: string;
  readonly errorsHead: string;
}

/** One line of a table: a member of a request or an answer, however deep it stands. */
interface Row {
  readonly member: string;
  readonly type: string;
  readonly required: boolean;
  readonly query: string;
}

/** Where a member stands: its path in JSON, and its parameter or element in Query. */
interface Place {
  readonly member: string;
  readonly query: string;
}

/** How a side of the wire writes what a list or a map holds. */
interface QueryForm {
  join(outer: string, inner: string): string;
  /** The name of one entry of a list or map. */
  entry(name: string, shape: ListShape | MapShape): string;
}

/** What stands around the entries of a list or map that is not flattened. */
const wrapperOf = (shape: ListShape | MapShape): string =>
  shape.type === 'map' ? 'entry' : (shape.member.xmlName ?? 'member');

const parameters: QueryForm = {
  join: (outer, inner) => (outer === '' ? inner : `${outer}.${inner}`),
  entry: (name, shape) => (shape.flattened ? `${name}.N` : `${name}.${wrapperOf(shape)}.N`),
};

const elements: QueryForm = {
  join: (outer, inner) => (outer === '' ? inner : `${outer}/${inner}`),
  entry: (name, shape) => (shape.flattened ? name : `${name}/${wrapperOf(shape)}`),
};

function rowsOf(shape: StructureShape, form: QueryForm, outer: Place): Row[] {
  return Object.entries(shape.members).flatMap(([name, member]) =>
    rowsOfMember(member, form, {
      member: outer.member === '' ? name : `${outer.member}.${name}`,
      query: form.join(outer.query, member.xmlName ?? name),
    }),
  );
}

function rowsOfMember(shape: Shape, form: QueryForm, place: Place): Row[] {
  const own = { member: place.member, required: shape.required === true, type: typeOf(shape) };
  if (shape.type === 'list') {
    const query = form.entry(place.query, shape);
    const rows = insideOf(shape.member, form, { member: `${place.member}[]`, query });
    return [{ ...own, query: `\`${query}\`` }, ...rows];
  }
  if (shape.type === 'map') {
    const entry = form.entry(place.query, shape);
    const key = form.join(entry, shape.keyName ?? 'key');
    const query = form.join(entry, shape.valueName ?? 'value');
    const rows = insideOf(shape.value, form, { member: `${place.member}.<key>`, query });
    return [{ ...own, query: `\`${key}\`, \`${query}\`` }, ...rows];
  }
  return [{ ...own, query: `\`${place.query}\`` }, ...insideOf(shape, form, place)];
}

function insideOf(shape: Shape, form: QueryForm, place: Place): Row[] {
  return shape.type === 'structure' ? rowsOf(shape, form, place) : [];
}

function typeOf(shape: Shape): string {
  if (shape.type === 'list') return `list of ${typeOf(shape.member)}`;
  if (shape.type === 'map') return `map to ${typeOf(shape.value)}`;
  return shape.type;
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, head.map(() => '---'), ...lines];
  return all.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function operationChapter(operation: AnyOperation<never>, reference: Reference): string {
  const { name, input, output } = operation;
  const asked = rowsOf(input, parameters, { member: '', query: '' });
  const answered = rowsOf(output, elements, { member: '', query: '' });
  const request = table(
    ['Request', 'Type', 'Required', 'Query parameter'],
    asked.map(({ member, type, required, query }) => [
      `\`${member}\``,
      type,
      required ? 'yes' : '',
      query,
    ]),
  );
  const answer = table(
    ['Answer', 'Type', 'Query element'],
    answered.map(({ member, type, query }) => [`\`${member}\``, type, query]),
  );
  return [
    `## ${name}\n`,
    `${summaryOf(name, reference)}\n`,
    asked.length === 0 ? 'The request has no members.\n' : request,
    answered.length === 0 ? 'The answer is empty.\n' : answer,
    `Errors: ${operation.errors.map((code) => `\`${code}\``).join(', ')}.\n`,
  ].join('\n');
}

function summaryOf(name: string, { summaries, awsPages }: Reference): string {
  const summary = summaries[name];
  if (summary === undefined) throw new Error(`no sentence for ${name}`);
  return `${summary} [AWS](${awsPages}${name}.html)`;
}

/** Operations that AWS has and the table has not. */
function missingChapter(reference: Reference): string {
  const missing = Object.keys(reference.summaries).filter(
    (name) => !reference.service.operations.has(name),
  );
  if (missing.length === 0) return '';
  const lines = missing.map((name) => `- \`${name}\`: ${summaryOf(name, reference)}\n`);
  const text = 'They get the error `InvalidAction`.';
  return `## Missing operations\n\n${text}\n\n${lines.join('')}\n`;
}

function errorTable(rows: ErrorTable, { service }: Reference): string {
  const speaksJson = service.protocols.includes('aws-json');
  const lines = Object.entries(rows).map(
    ([code, { status, queryCode = code, jsonType = code }]) => [
      `\`${speaksJson ? jsonType.split('#').at(-1) : code}\``,
      `\`${queryCode}\``,
      String(status),
    ],
  );
  const first = speaksJson ? 'In JSON' : 'In the model';
  return table([first, 'In Query, and the code that SDKs show', 'HTTP status'], lines);
}

const COMMON_ERRORS = '\nThese come with any operation:\n\n';

/** The page of a service. */
export function referencePage(reference: Reference): string {
  const operations = [...reference.service.operations.values()];
  const missing = missingChapter(reference);
  const names = [
    ...operations.map(({ name }) => name),
    ...(missing === '' ? [] : ['Missing operations']),
    'Errors',
  ];
  const contents = names
    .map((name) => `[${name}](#${name.toLowerCase().replaceAll(' ', '-')})`)
    .join(' · ');
  const chapters = operations.map((row) => operationChapter(row, reference)).join('\n');
  const own = errorTable(reference.errors, reference);
  const tables = reference.errorsHead + own + COMMON_ERRORS + errorTable(commonErrors, reference);
  return `${reference.head}${contents}\n\n${chapters}\n${missing}${tables}`;
}

/** Writes docs/reference/<service>.md. */
export function writeReferencePage(reference: Reference): void {
  const page = new URL(`../docs/reference/${reference.service.name}.md`, import.meta.url);
  writeFileSync(page, referencePage(reference));
}
