/** What every server is asked to do. Bodies have 1 KB unless a workload says otherwise. */
import type { Plan } from '../load/plan.ts';

type LoadPlan = Omit<Plan, 'port' | 'seconds' | 'prepareSeconds'>;

export type Measure =
  | { readonly kind: 'load'; readonly plan: LoadPlan; readonly prepareSeconds?: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'memory'; readonly waiting: number };

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Messages per second are the more the better; the others the fewer. */
  readonly unit: 'messages/s' | 'ms' | 'MB';
  readonly measure: Measure;
  /** Whether the bare server can take it as well. */
  readonly bare?: boolean;
  /** Left out by `--quick`. */
  readonly long?: boolean;
  /** Left out without `--huge`. */
  readonly huge?: boolean;
  /** A workload with less of the same: who cannot do that is not asked for more. */
  readonly after?: string;
}

const KB = 1_024;
const count = (number: number) => number.toLocaleString('en');

function load(
  name: string,
  title: string,
  plan: Omit<LoadPlan, 'bodyBytes'> & { readonly bodyBytes?: number },
  rest: Partial<Workload> & { readonly prepareSeconds?: number } = {},
): Workload {
  const { prepareSeconds, ...more } = rest;
  const measure: Measure = {
    kind: 'load',
    plan: { bodyBytes: KB, ...plan },
    ...(prepareSeconds !== undefined && { prepareSeconds }),
  };
  return { name, title, unit: 'messages/s', measure, ...more };
}

const sends = [1, 16, 64, 256].map((connections) =>
  load(
    `send-${connections}`,
    `SendMessage, ${connections} connection${connections === 1 ? '' : 's'}`,
    { kind: 'send', connections },
    { bare: true },
  ),
);

const backlogs: readonly (Partial<Workload> & { waiting: number; prepareSeconds?: number })[] = [
  { waiting: 1_000 },
  { waiting: 100_000 },
  { waiting: 1_000_000, after: 'waiting-100000', long: true, prepareSeconds: 180 },
  { waiting: 10_000_000, after: 'waiting-1000000', long: true, huge: true, prepareSeconds: 900 },
];

const receives = backlogs.map(({ waiting, ...rest }) =>
  load(
    `waiting-${waiting}`,
    `send, receive, delete 10; ${count(waiting)} waiting`,
    { kind: 'cycle', connections: 16, waiting },
    rest,
  ),
);

/** As many wait as there are groups, and 1,000 at least. */
const fifos = [1, 100, 100_000].map((groups) =>
  load(
    `fifo-${groups}`,
    `send, receive, delete 10; FIFO, ${count(groups)} group${groups === 1 ? '' : 's'}`,
    {
      kind: 'cycle',
      connections: 16,
      groups,
      waiting: Math.max(groups, 1_000),
    },
  ),
);

export const workloads: readonly Workload[] = [
  ...sends,
  load(
    'send-query-64',
    'SendMessage, Query protocol, 64 connections',
    { kind: 'send', connections: 64, protocol: 'query' },
    { bare: true },
  ),
  load(
    'batch-64',
    'SendMessageBatch of 10, 64 connections',
    { kind: 'batch', connections: 64 },
    { bare: true },
  ),
  load('drain-64', 'receive 10 and delete them, 64 connections', {
    kind: 'drain',
    connections: 64,
    waiting: 100_000,
  }),
  load('one-16', 'send, receive, delete 1; 16 connections', {
    kind: 'one-by-one',
    connections: 16,
  }),
  load('one-query-16', 'send, receive, delete 1; Query protocol, 16 connections', {
    kind: 'one-by-one',
    connections: 16,
    protocol: 'query',
  }),
  load('body-64k', 'send, receive, delete 1; 64 KB, 16 connections', {
    kind: 'one-by-one',
    connections: 16,
    bodyBytes: 64 * KB,
  }),
  load('body-1m', 'send, receive, delete 1; 1 MB, 4 connections', {
    kind: 'one-by-one',
    connections: 4,
    bodyBytes: KB * KB,
  }),
  ...receives,
  ...fifos,
  load('queues-10000', 'SendMessage to 10,000 queues, 16 connections', {
    kind: 'queues',
    connections: 16,
    queues: 10_000,
  }),
  load(
    'polls-1000',
    '1,000 long polls, send to receive',
    { kind: 'polls', connections: 1_000 },
    { unit: 'ms' },
  ),
  { name: 'start', title: 'start-up to first answer', unit: 'ms', measure: { kind: 'start' } },
  {
    name: 'memory-idle',
    title: 'resident memory, idle',
    unit: 'MB',
    measure: { kind: 'memory', waiting: 0 },
  },
  {
    name: 'memory-100000',
    title: 'resident memory, 100,000 waiting',
    unit: 'MB',
    measure: { kind: 'memory', waiting: 100_000 },
    after: 'waiting-100000',
  },
];
