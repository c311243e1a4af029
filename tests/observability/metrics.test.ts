/** What is counted, and the text in which Prometheus reads it. */
import { describe, expect, it } from 'vitest';
import { exposition, type Readings } from '../../src/observability/exposition.ts';
import { Histogram, Metrics, OTHER } from '../../src/observability/metrics.ts';

const nothing: Readings = {
  store: { engine: 'memory', databaseBytes: 0, commitBatchSizes: [], commitSeconds: [] },
  waiterCount: 0,
  gauges: [],
  gaugesTruncated: false,
};

const sent = {
  service: 'sqs',
  name: 'NumberOfMessagesSent',
  resource: 'orders',
  accountId: '000000000000',
  region: 'us-east-1',
};

function samples(text: string, name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('a histogram', () => {
  it('counts a value in the first bucket that holds it', () => {
    const histogram = new Histogram([1, 2]);
    for (const value of [0, 1, 1.5, 2, 3, 4]) histogram.observe(value);
    expect(histogram.counts).toEqual([2, 2, 2]);
    expect([histogram.count, histogram.sum]).toEqual([6, 11.5]);
  });
});

describe('requests', () => {
  it('are counted by service, operation and status', () => {
    const metrics = new Metrics();
    const row = { service: 'sqs', operation: 'SendMessage', seconds: 0.002 };
    metrics.observeRequest({ ...row, status: 200 });
    metrics.observeRequest({ ...row, status: 200, seconds: 30 });
    metrics.observeRequest({ ...row, status: 400 });
    const text = exposition(metrics, nothing);
    expect(samples(text, 'waystation_requests_total')).toEqual([
      'waystation_requests_total{service="sqs",operation="SendMessage",status="200"} 2',
      'waystation_requests_total{service="sqs",operation="SendMessage",status="400"} 1',
    ]);
    const labels = 'service="sqs",operation="SendMessage",status="200"';
    expect(samples(text, `waystation_request_seconds_bucket{${labels},le="0.001"`)).toEqual([
      `waystation_request_seconds_bucket{${labels},le="0.001"} 0`,
    ]);
    expect(text).toContain(`waystation_request_seconds_bucket{${labels},le="0.0025"} 1\n`);
    expect(text).toContain(`waystation_request_seconds_bucket{${labels},le="20"} 1\n`);
    expect(text).toContain(`waystation_request_seconds_bucket{${labels},le="+Inf"} 2\n`);
    expect(text).toContain(`waystation_request_seconds_sum{${labels}} 30.002\n`);
    expect(text).toContain(`waystation_request_seconds_count{${labels}} 2\n`);
  });
});

describe('counters of a resource', () => {
  it('carry the name that CloudWatch gives them, and who owns the queue', () => {
    const metrics = new Metrics();
    metrics.count({ ...sent, value: 1 });
    metrics.count({ ...sent, value: 9 });
    metrics.count({ ...sent, region: 'eu-west-1', value: 3 });
    const text = exposition(metrics, nothing);
    const name = 'waystation_sqs_number_of_messages_sent_total';
    expect(samples(text, name)).toEqual([
      `${name}{queue="orders",account="000000000000",region="us-east-1"} 10`,
      `${name}{queue="orders",account="000000000000",region="eu-west-1"} 3`,
    ]);
    expect(text).toContain(`# HELP ${name} CloudWatch's NumberOfMessagesSent of SQS.\n`);
    expect(text).toContain(`# TYPE ${name} counter\n`);
  });

  it('name the resource, and hold no hyphen', () => {
    const metrics = new Metrics();
    const name = 'NumberOfNotificationsFilteredOut-MessageBody';
    metrics.count({ ...sent, service: 'sns', name, value: 1 });
    const full = 'waystation_sns_number_of_notifications_filtered_out_message_body_total';
    expect(samples(exposition(metrics, nothing), full)).toEqual([
      `${full}{topic="orders",account="000000000000",region="us-east-1"} 1`,
    ]);
  });

  it('are summed up under one name once there are too many', () => {
    const metrics = new Metrics(2);
    for (const resource of ['a', 'b', 'c', 'd']) metrics.count({ ...sent, resource, value: 1 });
    metrics.count({ ...sent, resource: 'a', value: 1 });
    const counts = [...metrics.resourceCounts()].map(({ resource, value }) => [resource, value]);
    expect(counts).toEqual([
      ['a', 2],
      ['b', 1],
      [OTHER, 2],
    ]);
  });

  it('escape what would end a label', () => {
    const metrics = new Metrics();
    metrics.count({ ...sent, resource: 'a"b\\c\nd', value: 1 });
    expect(exposition(metrics, nothing)).toContain('{queue="a\\"b\\\\c\\nd",account=');
  });
});

describe('readings', () => {
  it('show the state at the time of the scrape', () => {
    const metrics = new Metrics();
    metrics.observeCommits({
      engine: 'sqlite',
      databaseBytes: 4096,
      commitBatchSizes: [1, 30],
      commitSeconds: [0.001, 0.004],
    });
    const text = exposition(metrics, {
      store: { ...nothing.store, databaseBytes: 4096 },
      waiterCount: 7,
      gauges: [{ ...sent, name: 'ApproximateNumberOfMessagesVisible', value: 5 }],
      gaugesTruncated: true,
    });
    expect(text).toContain('\nwaystation_storage_bytes 4096\n');
    expect(text).toContain('\nwaystation_parked_calls 7\n');
    expect(text).toContain('\nwaystation_gauges_truncated 1\n');
    expect(text).toContain('\nwaystation_storage_commit_callers_bucket{le="16"} 1\n');
    expect(text).toContain('\nwaystation_storage_commit_callers_count 2\n');
    expect(text).toContain('\nwaystation_storage_commit_seconds_sum 0.005\n');
    expect(samples(text, 'waystation_sqs_approximate_number_of_messages_visible')).toEqual([
      'waystation_sqs_approximate_number_of_messages_visible' +
        '{queue="orders",account="000000000000",region="us-east-1"} 5',
    ]);
  });
});
