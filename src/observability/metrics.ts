/**
 * What the process counts while it works. Counting is a few map look-ups and an addition; the text
 * that Prometheus reads is made by `exposition.ts` when somebody asks for it.
 */
import type { Count, CountSink } from '../core/context.ts';
import type { StoreStats } from '../storage/port.ts';

export interface RequestObservation {
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  /** From the arrival of the headers until the answer was handed to the socket. */
  readonly seconds: number;
}

/** How values spread over buckets: `counts[i]` were at most `bounds[i]`, the last is the rest. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    this.count++;
  }
}

const SECONDS_BOUNDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20,
];
const BATCH_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/**
 * How many series of resource counters there may be. Names of resources come from clients, so
 * without a limit a client that makes and deletes queues would fill the memory; what is beyond it
 * is counted under OTHER.
 */
const RESOURCE_SERIES_MAX = 100_000;
export const OTHER = '(other)';

type Tree3<T> = Map<string, Map<string, Map<string, T>>>;

interface Cell {
  value: number;
}

export interface ResourceCount extends Omit<Count, 'value'> {
  readonly value: number;
}

export class Metrics implements CountSink {
  readonly commitBatchSize = new Histogram(BATCH_BOUNDS);
  readonly commitSeconds = new Histogram(SECONDS_BOUNDS);
  readonly #requests = new Map<string, Map<string, Map<number, Histogram>>>();
  readonly #resources = new Map<string, Map<string, Tree3<Cell>>>();
  readonly #resourceSeriesMax: number;
  #resourceSeries = 0;

  constructor(resourceSeriesMax: number = RESOURCE_SERIES_MAX) {
    this.#resourceSeriesMax = resourceSeriesMax;
  }

  count(observation: Count): void {
    const { service, name, accountId, region, resource, value } = observation;
    const byAccount = branch(branch(this.#resources, service), name);
    const byResource = branch(branch(byAccount, accountId), region);
    let cell = byResource.get(resource);
    if (cell === undefined) {
      if (this.#resourceSeries >= this.#resourceSeriesMax && resource !== OTHER) {
        this.count({ service, name, accountId: '', region: '', resource: OTHER, value });
        return;
      }
      this.#resourceSeries++;
      cell = { value: 0 };
      byResource.set(resource, cell);
    }
    cell.value += value;
  }

  observeRequest(observation: RequestObservation): void {
    const { service, operation, status } = observation;
    const byStatus = branch(branch(this.#requests, service), operation);
    let seconds = byStatus.get(status);
    if (seconds === undefined) {
      seconds = new Histogram(SECONDS_BOUNDS);
      byStatus.set(status, seconds);
    }
    seconds.observe(observation.seconds);
  }

  observeCommits(stats: StoreStats): void {
    for (const size of stats.commitBatchSizes) this.commitBatchSize.observe(size);
    for (const seconds of stats.commitSeconds) this.commitSeconds.observe(seconds);
  }

  *requests(): Generator<Omit<RequestObservation, 'seconds'> & { readonly seconds: Histogram }> {
    for (const [service, byOperation] of this.#requests) {
      for (const [operation, byStatus] of byOperation) {
        for (const [status, seconds] of byStatus) yield { service, operation, status, seconds };
      }
    }
  }

  /** Grouped by service and name. */
  *resourceCounts(): Generator<ResourceCount> {
    for (const [service, byName] of this.#resources) {
      for (const [name, byAccount] of byName) {
        for (const [accountId, byRegion] of byAccount) {
          for (const [region, byResource] of byRegion) {
            for (const [resource, { value }] of byResource) {
              yield { service, name, accountId, region, resource, value };
            }
          }
        }
      }
    }
  }
}

/** The map below a key, made when it is missing. */
function branch<K, K2, V>(map: Map<K, Map<K2, V>>, key: K): Map<K2, V> {
  let below = map.get(key);
  if (below === undefined) {
    below = new Map();
    map.set(key, below);
  }
  return below;
}
