/** boto3's client and resources against the real program; see the scenarios in `python/`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { python, runSteps, titled } from './programs.ts';

const start = serverStarter(afterAll);
let endpoint: string;

beforeAll(async () => {
  endpoint = await start({ flags: ['--test-clock'] }).ready();
});

const urlOf = (name: string): string => `${endpoint}/000000000000/${name}`;

/** What each step of a scenario saw. */
type Steps = Awaited<ReturnType<typeof runSteps>>;

describe.skipIf(python.missing)(titled('a client of boto3', python), () => {
  let steps: Steps;

  beforeAll(async () => {
    steps = await runSteps('client_scenario.py', endpoint);
  });

  it('creates, finds, describes and tags queues', () => {
    expect(steps).toMatchObject({
      create_queue: { url: urlOf('orders'), status: 200 },
      get_queue_url: { QueueUrl: urlOf('orders') },
      list_queue_tags: { Tags: { a: '1' } },
      'tag_queue and untag_queue': { Tags: { b: '2' } },
      get_queue_attributes: { VisibilityTimeout: '30', DelaySeconds: '0' },
      list_queues: [['paged-0', 'paged-1'], ['paged-2', 'paged-3'], ['paged-4']],
    });
    expect([steps['no attributes'], steps['no queues']]).toEqual([{}, {}]);
  });

  it('sends, receives, hides and deletes messages', () => {
    expect(steps).toMatchObject({
      send_message: {
        names: ['MD5OfMessageAttributes', 'MD5OfMessageBody', 'MessageId'],
        md5: true,
      },
      receive_message: {
        body: true,
        md5: true,
        id: true,
        attributes: true,
        attributesMd5: true,
        system: [
          'ApproximateFirstReceiveTimestamp',
          'ApproximateReceiveCount',
          'SenderId',
          'SentTimestamp',
        ],
        receives: '1',
      },
      change_message_visibility: { ApproximateReceiveCount: '2' },
    });
    expect([steps.delete_message, steps['receive_message of nothing']]).toEqual([{}, {}]);
  });

  it('learns of each entry of a batch what became of it', () => {
    const invalidHandle = { Id: 'bad', SenderFault: true, Code: 'ReceiptHandleIsInvalid' };
    expect(steps).toMatchObject({
      send_message_batch: {
        good: ['good'],
        failed: [{ Id: 'late', SenderFault: true, Code: 'InvalidParameterValue' }],
      },
      change_message_visibility_batch: { good: ['good'], failed: [invalidHandle] },
      delete_message_batch: { good: ['good'], failed: [invalidHandle] },
    });
  });

  it('grants and revokes permissions, and purges', () => {
    expect(steps.add_permission).toEqual({ AWS: 'arn:aws:iam::111122223333:root' });
    expect([steps.remove_permission, steps.purge_queue]).toEqual([{}, {}]);
  });

  it('works with dead letters and moves them', () => {
    expect(steps).toMatchObject({
      list_dead_letter_source_queues: { queueUrls: [urlOf('source')] },
      'dead letters': {
        ids: true,
        source: { DeadLetterQueueSourceArn: 'arn:aws:sqs:us-east-1:000000000000:source' },
      },
      list_message_move_tasks: {
        handle: true,
        started: true,
        results: [
          {
            Status: 'RUNNING',
            SourceArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
            MaxNumberOfMessagesPerSecond: 1,
            ApproximateNumberOfMessagesToMove: 3,
          },
        ],
      },
      cancel_message_move_task: ['ApproximateNumberOfMessagesMoved'],
    });
  });

  const legacy = (name: string): string => `AWS.SimpleQueueService.${name}`;
  it.each([
    ['QueueDoesNotExist', legacy('NonExistentQueue'), 400, 'SendMessage'],
    ['QueueNameExists', 'QueueAlreadyExists', 400, 'CreateQueue'],
    ['PurgeQueueInProgress', legacy('PurgeQueueInProgress'), 403, 'PurgeQueue'],
    ['ReceiptHandleIsInvalid', 'ReceiptHandleIsInvalid', 404, 'DeleteMessage'],
    ['EmptyBatchRequest', legacy('EmptyBatchRequest'), 400, 'SendMessageBatch'],
    ['ResourceNotFoundException', 'ResourceNotFoundException', 404, 'StartMessageMoveTask'],
    ['QueueDeletedRecently', legacy('QueueDeletedRecently'), 400, 'CreateQueue'],
  ])('raises %s', (name, code, status, operation) => {
    expect(steps[name]).toMatchObject({
      class: name,
      caught: true,
      error: { Code: code, QueryErrorCode: name, Type: 'Sender', Message: expect.any(String) },
      status,
      hasRequestId: true,
      retries: 0,
      operation,
      text: expect.stringMatching(
        `^An error occurred \\(${code}\\) when calling the ${operation} operation: .`,
      ),
    });
  });

  it('raises ClientError for what has no class', () => {
    expect(steps.unmodelled).toMatchObject({
      class: 'ClientError',
      error: { Code: 'InvalidParameterValue' },
      status: 400,
    });
  });

  it('catches by class and compares by code', () => {
    expect(steps['caught by its class']).toBe('AWS.SimpleQueueService.NonExistentQueue');
    expect(steps.delete_queue).toBe('AWS.SimpleQueueService.NonExistentQueue');
  });
});

describe.skipIf(python.missing)(titled('resources of boto3', python), () => {
  let steps: Steps;

  beforeAll(async () => {
    steps = await runSteps('resource_scenario.py', endpoint);
  });

  it('find queues', () => {
    expect(steps).toMatchObject({
      create_queue: [urlOf('jobs'), 'arn:aws:sqs:us-east-1:000000000000:jobs', '60'],
      get_queue_by_name: urlOf('jobs'),
      queues: [urlOf('jobs')],
      dead_letter_source_queues: [urlOf('jobs')],
      delete: 'AWS.SimpleQueueService.NonExistentQueue',
    });
  });

  it('send, receive and delete messages', () => {
    const jobs = Array.from({ length: 9 }, (_, number) => `job ${number}`);
    expect(steps).toMatchObject({
      send_messages: [9, []],
      receive_messages: ['first', ...jobs],
      message: {
        id: true,
        attributes: { n: { DataType: 'Number', StringValue: '1' } },
        system: { ApproximateReceiveCount: '1' },
        queue: urlOf('jobs'),
      },
      change_visibility: ['first', '2'],
      delete_messages: [9, []],
      reload: ['0', '0'],
    });
  });
});
