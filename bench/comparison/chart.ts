/** The comparison's outcome as an SVG: one panel of bars for each workload. */
import { number, type Report, type Result, type Row } from './report.ts';

const PANEL_WIDTH = 470;
const COLUMNS = 2;
const ROW_HEIGHT = 17;
const HEAD_HEIGHT = 30;
const GAP = 18;
const NAME_WIDTH = 175;
const BAR_WIDTH = 190;
const TOP = 46;

const COLOURS = { bare: '#9aa3ad', ours: '#1f6feb', other: '#d1833a', none: '#b3261e' };

export function chart(report: Report): string {
  const columnHeights = Array.from({ length: COLUMNS }, () => TOP);
  const panels = report.results.map((result) => {
    const column = columnHeights.indexOf(Math.min(...columnHeights));
    const y = columnHeights[column] ?? TOP;
    columnHeights[column] = y + HEAD_HEIGHT + result.rows.length * ROW_HEIGHT + GAP;
    return panel(result, GAP + column * (PANEL_WIDTH + GAP), y);
  });
  const width = COLUMNS * (PANEL_WIDTH + GAP) + GAP;
  const height = Math.max(...columnHeights);
  const { machine, date, rounds, seconds } = report;
  const note = `${machine}, ${date}; medians of ${rounds} × ${seconds} s`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(GAP, 26, note, 'font-size="13"'),
    ...panels,
    '</svg>\n',
  ].join('\n');
}

function panel({ title, unit, rows }: Result, x: number, y: number): string {
  const meaning = unit === 'messages/s' ? unit : `${unit}, less is better`;
  const most = Math.max(
    ...rows.map(({ cell }) => (cell.status === 'measured' ? cell.value.median : 0)),
  );
  return [
    text(x, y + 14, title, 'font-weight="600" font-size="12"'),
    text(x + PANEL_WIDTH, y + 14, meaning, 'text-anchor="end" fill="#5c6670"'),
    ...rows.map((row, i) => bar(row, most, x, y + HEAD_HEIGHT + i * ROW_HEIGHT)),
  ].join('\n');
}

function bar({ peer, title, cell }: Row, most: number, x: number, y: number): string {
  const name = text(x + NAME_WIDTH - 6, y + 9, title, 'text-anchor="end"');
  const left = x + NAME_WIDTH;
  if (cell.status !== 'measured') {
    return name + text(left, y + 9, cell.status, `fill="${COLOURS.none}"`);
  }
  const { median, least, most: upper } = cell.value;
  const at = (value: number) => (most === 0 ? 0 : Math.min(value / most, 1.1) * BAR_WIDTH);
  const length = Math.max(1, at(median));
  const end = left + Math.max(length, at(upper)) + 5;
  return [
    name,
    `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="11" fill="${colour(peer)}"/>`,
    `<path d="M${(left + at(least)).toFixed(1)} ${y + 5.5}H${(left + at(upper)).toFixed(1)}" ` +
      'stroke="#22272e"/>',
    text(Number(end.toFixed(1)), y + 9, number(median)),
  ].join('');
}

function colour(peer: string): string {
  if (peer.startsWith('bare')) return COLOURS.bare;
  return peer.startsWith('waystation') ? COLOURS.ours : COLOURS.other;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
