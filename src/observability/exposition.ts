/**
 * The text that Prometheus scrapes.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
import type { StoreStats } from '../storage/port.ts';
import type { Histogram, Metrics } from './metrics.ts';

export const EXPOSITION_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The state of a resource at the time of a scrape, such as the number of visible messages. */
export interface Gauge {
  readonly service: string;
  /** AWS's metric name. */
  readonly name: string;
  readonly resource: string;
  readonly accountId: string;
  readonly region: string;
  readonly value: number;
}

/** What is read at the time of a scrape rather than counted. */
export interface Readings {
  readonly store: StoreStats;
  readonly waiterCount: number;
  readonly gauges: readonly Gauge[];
  /** Whether there were more resources than a scrape looks at. */
  readonly gaugesTruncated: boolean;
}

type Labels = { readonly [name: string]: string | number };

interface Sample {
  /** `_bucket`, `_sum` or `_count` of a histogram. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

/** Everything that Waystation itself counts, in Prometheus' text form. */
export function exposition(metrics: Metrics, readings: Readings): string {
  const requests = [...metrics.requests()];
  return [
    family(
      'waystation_requests_total',
      'counter',
      'Answered requests.',
      requests.map(({ seconds, ...labels }) => ({ labels, value: seconds.count })),
    ),
    family(
      'waystation_request_seconds',
      'histogram',
      'Requests and how long they took, long polls included.',
      requests.flatMap(({ seconds, ...labels }) => histogram(seconds, labels)),
    ),
    family(
      'waystation_storage_commit_seconds',
      'histogram',
      'Commits and how long they took until they were durable.',
      histogram(metrics.commitSeconds),
    ),
    family(
      'waystation_storage_commit_callers',
      'histogram',
      'Calls that one commit served.',
      histogram(metrics.commitBatchSize),
    ),
    family('waystation_storage_bytes', 'gauge', 'Bytes of the database on disk.', [
      { value: readings.store.databaseBytes },
    ]),
    family('waystation_parked_calls', 'gauge', 'Long polls that wait for something to arrive.', [
      { value: readings.waiterCount },
    ]),
    family(
      'waystation_gauges_truncated',
      'gauge',
      '1 when there are more resources than a scrape shows gauges of.',
      [{ value: Number(readings.gaugesTruncated) }],
    ),
    ...resourceFamilies(metrics.resourceCounts(), 'counter'),
    ...resourceFamilies(readings.gauges, 'gauge'),
  ].join('\n');
}

/** What the resources of a service are. */
const RESOURCE_LABELS: { readonly [service: string]: string } = { sns: 'topic', sqs: 'queue' };

/** `NumberOfMessagesSent` of SQS becomes `waystation_sqs_number_of_messages_sent_total`. */
function resourceFamilies(readings: Iterable<Gauge>, type: 'counter' | 'gauge'): string[] {
  const families = new Map<string, { readonly title: string; readonly samples: Sample[] }>();
  for (const { service, name, resource, accountId, region, value } of readings) {
    const words = name.replace(/-?([A-Z])/g, (_, letter) => `_${letter.toLowerCase()}`);
    const full = `waystation_${service}${words}${type === 'counter' ? '_total' : ''}`;
    let found = families.get(full);
    if (found === undefined) {
      found = { title: `CloudWatch's ${name} of ${service.toUpperCase()}.`, samples: [] };
      families.set(full, found);
    }
    const label = RESOURCE_LABELS[service] ?? 'resource';
    found.samples.push({ labels: { [label]: resource, account: accountId, region }, value });
  }
  return [...families].map(([name, { title, samples }]) => family(name, type, title, samples));
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  for (const { suffix = '', labels = {}, value } of samples) {
    lines.push(`${name}${suffix}${labelText(labels)} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Cumulative buckets: each counts everything up to its bound. */
function histogram(values: Histogram, labels: Labels = {}): Sample[] {
  let upToHere = 0;
  const samples: Sample[] = values.counts.map((inBucket, index) => {
    upToHere += inBucket;
    const le = values.bounds[index] ?? '+Inf';
    return { suffix: '_bucket', labels: { ...labels, le }, value: upToHere };
  });
  samples.push({ suffix: '_sum', labels, value: values.sum });
  samples.push({ suffix: '_count', labels, value: values.count });
  return samples;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(String(value))}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
