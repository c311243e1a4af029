/**
 * What finding the patterns that match an event costs, and how that grows with their number:
 * `node bench/matching.ts [--milliseconds 400]`. Each pattern has three keys, each event twenty
 * fields; times are CPU time of the thread, medians of nine rounds, without parsing JSON.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Attribute } from '../src/matching/event.ts';
import { parsePattern } from '../src/matching/parse-pattern.ts';
import { PatternIndex } from '../src/matching/pattern-index.ts';
import { snsBodyDialect } from '../src/matching/sns-dialect.ts';

const { values } = parseArgs({ options: { milliseconds: { type: 'string', default: '400' } } });
const MILLISECONDS = Number(values.milliseconds);
const COUNTS = [10, 100, 1_000, 10_000, 100_000];
const ROUNDS = 9;
const EVENTS = 200;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

type Fields = { [name: string]: string | number };

interface Workload {
  readonly name: string;
  pattern(n: number): unknown;
  /** Fields that have to do with pattern number `n`. */
  fields(n: number): Fields;
  readonly attributes?: boolean;
}

const exact = {
  pattern: (n: number) => ({
    type: [`type ${n % 5}`],
    status: [`status ${n % 100}`, 'any'],
    order: [`order ${n}`],
  }),
  fields: (n: number) => ({
    type: `type ${n % 5}`,
    status: `status ${n % 100}`,
    order: `order ${n}`,
  }),
};

/** One operator each, with two exact keys of which others have the same values. */
const OPERATORS: readonly ((n: number) => unknown)[] = [
  (n) => ({ prefix: `path ${n} ` }),
  (n) => ({ suffix: ` ${n} end` }),
  (n) => ({ wildcard: `path*${n}*end` }),
  (n) => ({ 'equals-ignore-case': `PATH ${n} END` }),
  (n) => ({ 'anything-but': [`path ${n}`] }),
  (n) => ({ 'anything-but': { prefix: `other ${n}` } }),
];

const mixed = {
  pattern: (n: number) => ({
    customer: [`customer ${n % 1_000}`],
    price: [{ numeric: ['>=', n % 997, '<', (n % 997) + 20] }],
    ...(n % 7 === 6
      ? { missing: [{ exists: false }], address: [{ cidr: `10.${n % 256}.0.0/16` }] }
      : { path: [OPERATORS[n % 7]?.(n)] }),
  }),
  fields: (n: number) => ({
    customer: `customer ${n % 1_000}`,
    price: (n % 997) + 10,
    path: `path ${n} end`,
    address: `10.${n % 256}.7.7`,
  }),
};

/** Nothing to look up by but operators: no key has an exact value. */
const operators = {
  pattern: (n: number) => ({
    price: [{ numeric: ['>=', n, '<', n + 2] }],
    path: [{ prefix: `path ${n}` }],
    address: [{ cidr: `10.${n % 256}.0.0/16` }],
  }),
  fields: (n: number) => ({ price: n + 1, path: `path ${n} end`, address: `10.${n % 256}.7.7` }),
};

const workloads: readonly Workload[] = [
  { name: 'exact values', ...exact },
  { name: 'exact values, attributes', ...exact, attributes: true },
  { name: 'exact values and operators', ...mixed },
  { name: 'operators only', ...operators },
];

function eventFor(workload: Workload, n: number): Fields {
  const event: Fields = workload.fields(n);
  for (let field = Object.keys(event).length; field < 20; field++) {
    event[`field ${field}`] = `value ${n}`;
  }
  return event;
}

const toAttributes = (event: Fields): [string, Attribute][] =>
  Object.entries(event).map(([name, value]) => [name, { type: 'String', value: `${value}` }]);

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** CPU time that this thread has had, so that others on the machine matter less. */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** Median microseconds that a call takes; every call gets the next of the inputs. */
function microseconds<T>(inputs: readonly T[], call: (input: T) => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const began = cpuUs();
    let calls = 0;
    let elapsedUs = 0;
    while (elapsedUs < (MILLISECONDS * 1_000) / ROUNDS) {
      for (const input of inputs) call(input);
      calls += inputs.length;
      elapsedUs = cpuUs() - began;
    }
    return elapsedUs / calls;
  });
  return median(rounds);
}

interface Result {
  readonly addUs: number;
  readonly matchUs: number;
  readonly matches: number;
  readonly bytesPerPattern: number;
}

function measure(workload: Workload, count: number): Result {
  const before = heapBytes();
  const index = new PatternIndex<number>();
  const began = cpuUs();
  for (let n = 0; n < count; n++) {
    index.add(n, parsePattern(JSON.stringify(workload.pattern(n)), snsBodyDialect));
  }
  const addUs = (cpuUs() - began) / count;
  const bytesPerPattern = (heapBytes() - before) / count;
  const chosen = Array.from({ length: EVENTS }, (_, n) => Math.floor((n * count) / EVENTS));
  const events = chosen.map((n) => eventFor(workload, n));
  const found = events.map((event) => index.matchJson(event).length);
  const matches = found.reduce((sum, one) => sum + one, 0) / EVENTS;
  const matchUs = workload.attributes
    ? microseconds(events.map(toAttributes), (event) => index.matchAttributes(event))
    : microseconds(events, (event) => index.matchJson(event));
  return { addUs, matchUs, matches, bytesPerPattern };
}

for (const workload of workloads) {
  console.log(`\n${workload.name}`);
  console.log('patterns   µs/event   matches   bytes/pattern   µs to parse and add');
  const times = new Map<number, number>();
  for (const count of COUNTS) {
    const { addUs, matchUs, matches, bytesPerPattern } = measure(workload, count);
    times.set(count, matchUs);
    const columns = [
      `${count}`.padStart(8),
      matchUs.toFixed(2).padStart(9),
      matches.toFixed(1).padStart(9),
      (count < 1_000 ? '-' : bytesPerPattern.toFixed(0)).padStart(15),
      addUs.toFixed(1).padStart(21),
    ];
    console.log(columns.join(' '));
  }
  const ratio = (times.get(10_000) ?? 0) / (times.get(10) ?? 1);
  console.log(`10,000 patterns cost ${ratio.toFixed(2)} times what 10 do`);
}
