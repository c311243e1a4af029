/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqs } from '../../../src/services/sqs/index.ts';
import { sqsTasks } from '../../../src/services/sqs/tasks.ts';
import { Codecs } from '../../support/codecs.ts';
import { ServiceHarness } from '../../support/service.ts';
import { arn, attributesOf, createQueue, missingParameter, noSuchQueue, url } from './queues.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = new ServiceHarness(sqs, sqsTasks);
});

afterEach(() => harness.close());

const request = (changes: object = {}) => ({
  QueueUrl: url('orders'),
  Label: 'send',
  AWSAccountIds: ['111111111111'],
  Actions: ['SendMessage'],
  ...changes,
});

const add = (changes: object = {}) => harness.call('AddPermission', request(changes));

const failure = (changes: object) => harness.failure('AddPermission', request(changes));

async function policy(): Promise<unknown> {
  const { Policy = 'null' } = await attributesOf(harness, 'orders');
  return JSON.parse(Policy);
}

describe('AddPermission serialization', () => {
  const codecs = new Codecs(sqs, 'AddPermission');
  const input = {
    QueueUrl: '/000000000000/orders',
    Label: 'send',
    AWSAccountIds: ['111111111111', '222222222222'],
    Actions: ['SendMessage'],
  };

  it('reads JSON and forms', () => {
    expect(codecs.fromJson({ ...input, Colour: 'red' })).toEqual(input);
    const form =
      'Label=send&AWSAccountId.1=111111111111&AWSAccountId.2=222222222222&ActionName.1=SendMessage';
    expect(codecs.fromForm(form, '/000000000000/orders')).toEqual(input);
  });

  it('answers nothing', () => {
    expect(codecs.toJson({})).toEqual({});
    expect(codecs.toXml({})).toBe('');
  });
});

describe('AddPermission validation', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it.each(['QueueUrl', 'Label', 'AWSAccountIds', 'Actions'])('asks for %s', async (name) => {
    expect(await failure({ [name]: undefined })).toEqual(missingParameter(name));
  });

  it('asks for a queue that is there, for accounts and for actions', async () => {
    expect(await failure({ QueueUrl: url('absent') })).toEqual(noSuchQueue);
    expect(await failure({ AWSAccountIds: [] })).toEqual(missingParameter('AWSAccountIds'));
    expect(await failure({ Actions: [] })).toEqual(missingParameter('Actions'));
  });

  const label =
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.';
  const owner = 'Only the queue owner is allowed to invoke this action.';
  const wsdl = 'Please refer to the appropriate WSDL for a list of valid actions.';
  it.each([
    [{ Label: 'a b' }, 'a b', 'Label', label],
    [{ Label: '' }, '', 'Label', label],
    [{ Label: 'x'.repeat(81) }, 'x'.repeat(81), 'Label', label],
    [{ AWSAccountIds: ['1'] }, '[1]', 'PrincipalId', 'Unable to verify.'],
    [{ Actions: ['CreateQueue'] }, 'SQS:CreateQueue', 'ActionName', owner],
    [{ Actions: ['SendMessage', 'TagQueue'] }, 'SQS:TagQueue', 'ActionName', owner],
    [{ Actions: ['SendMessageBatch'] }, 'SQS:SendMessageBatch', 'ActionName', wsdl],
    [{ Actions: ['Fly'] }, 'SQS:Fly', 'ActionName', wsdl],
  ])('refuses %j', async (changes, value, parameter, reason) => {
    expect(await failure(changes)).toMatchObject({
      code: 'InvalidParameterValue',
      message: `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
    });
  });

  it('refuses an eighth action', async () => {
    expect(await failure({ Actions: Array(8).fill('SendMessage') })).toEqual({
      code: 'OverLimit',
      queryCode: 'OverLimit',
      status: 403,
      message: '8 Actions were found, maximum allowed is 7.',
    });
  });

  it('refuses a label twice', async () => {
    await add();
    expect(await failure({ Actions: ['ReceiveMessage'] })).toMatchObject({
      code: 'InvalidParameterValue',
      message: 'Value send for parameter Label is invalid. Reason: Already exists.',
    });
  });

  it('refuses a 21st statement', async () => {
    for (let i = 0; i < 20; i++) await add({ Label: `l${i}` });
    expect(await failure({ Label: 'l20' })).toMatchObject({ code: 'OverLimit', status: 403 });
  });
});

describe('AddPermission behaviour', () => {
  beforeEach(() => createQueue(harness, 'orders'));

  it('makes a policy', async () => {
    expect(await add()).toEqual({});
    expect(await policy()).toEqual({
      Version: '2008-10-17',
      Id: `${arn('orders')}/SQSDefaultPolicy`,
      Statement: [
        {
          Sid: 'send',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111111111111:root' },
          Action: 'SQS:SendMessage',
          Resource: arn('orders'),
        },
      ],
    });
  });

  it('writes several accounts and actions as lists', async () => {
    await add({ AWSAccountIds: ['111111111111', '222222222222'], Actions: ['*', 'GetQueueUrl'] });
    expect(await policy()).toMatchObject({
      Statement: [
        {
          Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] },
          Action: ['SQS:*', 'SQS:GetQueueUrl'],
        },
      ],
    });
  });

  it('adds to a policy that somebody wrote', async () => {
    const statement = { Sid: 'mine', Effect: 'Deny', Principal: '*', Action: 'sqs:*' };
    const Policy = JSON.stringify({ Version: '2012-10-17', Id: 'mine', Statement: statement });
    await harness.call('SetQueueAttributes', { QueueUrl: url('orders'), Attributes: { Policy } });
    await add();
    expect(await policy()).toMatchObject({
      Version: '2012-10-17',
      Id: 'mine',
      Statement: [statement, { Sid: 'send' }],
    });
  });
});
