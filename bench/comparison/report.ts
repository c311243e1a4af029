/** The comparison's outcome as text; the same object is written as JSON. */
import type { Workload } from '../workloads/table.ts';
import type { Cell } from './cell.ts';

export interface Row {
  readonly peer: string;
  readonly title: string;
  readonly cell: Cell;
  /** Its median by that of Waystation with SQLite and full durability. */
  readonly perWaystation?: number;
}

export interface Result {
  readonly workload: string;
  readonly title: string;
  readonly unit: Workload['unit'];
  readonly rows: readonly Row[];
}

export interface Report {
  readonly machine: string;
  readonly date: string;
  readonly seconds: number;
  readonly rounds: number;
  /** Requests per second that the generator gets from the bare server, by connections. */
  readonly ceiling: Readonly<Record<string, number>>;
  readonly compared: readonly { readonly title: string; readonly version: string }[];
  readonly absent: readonly { readonly title: string; readonly reason: string }[];
  /** Workloads that this run left out. */
  readonly leftOut: readonly string[];
  readonly results: readonly Result[];
}

export function resultText({ title, unit, rows }: Result): string {
  const lines = rows.map(({ title: name, cell, perWaystation }) => {
    if (cell.status !== 'measured') return [name, cell.status, cell.reason];
    const { value, perBareRequest: bare, p99Ms } = cell;
    return [
      name,
      number(value.median),
      `${number(value.least)}–${number(value.most)}`,
      bare ? `${ratio(bare.median)} (${ratio(bare.least)}–${ratio(bare.most)})` : '',
      perWaystation === undefined ? '' : ratio(perWaystation),
      p99Ms === undefined ? '' : number(p99Ms),
    ];
  });
  const head = ['', unit, 'spread', 'per bare request', 'per Waystation', 'p99 ms'];
  return `\n${title}\n${aligned([head, ...lines])}`;
}

export function reportText(report: Report): string {
  const ceiling = Object.entries(report.ceiling).map(([c, rps]) => `${c}: ${number(rps)}`);
  return [
    `${report.machine}, ${report.date}; ${report.rounds} × ${report.seconds} s`,
    `bare requests/s at the generator's most, by connections: ${ceiling.join(', ')}`,
    ...report.results.map(resultText),
    '',
    ...report.compared.map(({ title, version }) => `compared: ${title} ${version}`.trimEnd()),
    ...report.absent.map(({ title, reason }) => `absent: ${title}: ${reason}`),
    ...report.leftOut.map((title) => `left out: ${title}`),
  ].join('\n');
}

/** Three digits that count. */
export function number(value: number): string {
  if (value >= 1_000) return Math.round(Number(value.toPrecision(3))).toLocaleString('en');
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

const ratio = (value: number) => value.toFixed(value < 0.1 ? 3 : 2);

/** The first column to the left, figures to the right, and reasons as they are. */
function aligned(lines: readonly (readonly string[])[]): string {
  const figures = lines.filter((line) => line.length > 3);
  const widths = lines[0]?.map((_, i) =>
    Math.max(...(i < 2 ? lines : figures).map((line) => line[i]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((text, i) => {
          if (line.length === 3 && i === 2) return text;
          const width = widths?.[i] ?? 0;
          return i === 0 ? text.padEnd(width) : text.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
