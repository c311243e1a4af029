/** boto3's SNS client and resources against the real program; see the scenarios in `python/`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';
import { python, runSteps, titled } from './programs.ts';
import { topicArn } from './sns-client.ts';

const start = serverStarter(afterAll);
type Steps = Awaited<ReturnType<typeof runSteps>>;

/** Runs a scenario against a server of its own. */
async function run(scenario: string): Promise<Steps> {
  const endpoint = await start({ flags: ['--test-clock', '--store', 'memory'] }).ready();
  return runSteps(scenario, endpoint);
}

describe.skipIf(python.missing)(titled('a client of boto3', python), () => {
  let steps: Steps;

  beforeAll(async () => {
    steps = await run('sns_client_scenario.py');
  });

  it('creates, describes and tags topics', () => {
    expect(steps).toMatchObject({
      create_topic: { arn: topicArn('orders'), status: 200, sameId: true },
      get_topic_attributes: { TopicArn: topicArn('orders'), DisplayName: 'Sales' },
      list_tags_for_resource: { Tags: [{ Key: 'b', Value: '2' }] },
      list_topics: { Topics: [{ TopicArn: topicArn('orders') }] },
      add_permission: ['__default_statement_ID', 'partners'],
      remove_permission: [{}, ['__default_statement_ID']],
    });
  });

  it('subscribes, describes and unsubscribes', () => {
    expect(steps).toMatchObject({
      subscribe: true,
      get_subscription_attributes: { size: ['large'] },
      list_subscriptions: [[true], [true]],
      'subscribe by email': { SubscriptionArn: 'pending confirmation' },
      confirm_subscription: true,
      unsubscribe: {},
      delete_topic: {},
      afterwards: 'NotFound',
    });
  });

  it('publishes', () => {
    expect(steps).toMatchObject({
      publish: [['Latte ☕', true, { size: { Type: 'String', Value: 'large' } }]],
      publish_batch: [['e0', 'e1', 'e2'], [], ['sale 0', 'sale 1', 'sale 2']],
      raw: ['raw', [0, 255]],
    });
  });

  it('registers apps and devices, and pushes', () => {
    expect(steps).toMatchObject({
      'platform application': ['arn:aws:sns:us-east-1:000000000000:app/GCM/app', true],
      list_platform_applications: 1,
      get_endpoint_attributes: { Enabled: 'true', Token: 'device', CustomUserData: 'zoe' },
      list_endpoints_by_platform_application: 1,
      push: [true],
      delete_endpoint: {},
      delete_platform_application: {},
    });
  });

  it('sends text messages', () => {
    expect(steps).toMatchObject({
      get_sms_attributes: { attributes: { DefaultSMSType: 'Transactional' } },
      'text message': ['A latte was sold.'],
      check_if_phone_number_is_opted_out: { isOptedOut: false },
      list_phone_numbers_opted_out: { phoneNumbers: ['+15550000001'] },
      opt_in_phone_number: {},
      get_sms_sandbox_account_status: { IsInSandbox: false },
      list_origination_numbers: { PhoneNumbers: [] },
      list_sms_sandbox_phone_numbers: [[{ PhoneNumber: '+15550000001', Status: 'Verified' }]],
      delete_sms_sandbox_phone_number: {},
    });
  });

  it('pages through listings', () => {
    expect(steps).toMatchObject({
      'list_topics in pages': [[100, 5], 105],
      'list_subscriptions in pages': [100, 2],
      'list_subscriptions_by_topic in pages': [100, 2],
    });
  });

  it.each([
    ['NotFound', 'NotFoundException', 404],
    ['ResourceNotFound', 'ResourceNotFoundException', 404],
    ['InvalidParameter', 'InvalidParameterException', 400],
    ['ParameterValueInvalid', 'InvalidParameterValueException', 400],
    ['EmptyBatchRequest', 'EmptyBatchRequestException', 400],
    ['UserError', 'UserErrorException', 400],
    ['VerificationException', 'VerificationException', 400],
  ])('raises the class for %s', (code, name, status) => {
    expect(steps[code]).toMatchObject({
      class: name,
      code,
      type: 'Sender',
      message: expect.any(String),
      status,
      hasRequestId: true,
      retries: 0,
      text: expect.stringMatching(
        `^An error occurred \\(${code}\\) when calling the \\w+ operation: .`,
      ),
    });
  });

  it('catches by class', () => {
    expect(steps['caught by its class']).toBe('NotFound');
  });
});

describe.skipIf(python.missing)(titled('resources of boto3', python), () => {
  it('make topics, subscribe and publish', async () => {
    expect(await run('sns_resource_scenario.py')).toEqual({
      create_topic: [topicArn('jobs'), ''],
      reload: 'Jobs',
      topics: [topicArn('jobs')],
      subscribe: [true, 'sqs'],
      set_attributes: 'true',
      subscriptions: [true],
      'all subscriptions': [true],
      publish: 36,
      platform_applications: ['arn:aws:sns:us-east-1:000000000000:app/GCM/app'],
      endpoints: ['zoe'],
      push: 36,
      receive_messages: ['first'],
      'no subscriptions': [],
      'no topics': [],
    });
  });
});
