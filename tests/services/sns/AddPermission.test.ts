/** https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  attributesOf,
  badTopicArns,
  createTopic,
  invalidParameter,
  missing,
  newHarness,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const request = (changes: object) => ({
  TopicArn: arn,
  Label: 'send',
  AWSAccountId: ['111111111111'],
  ActionName: ['Publish'],
  ...changes,
});
const add = (changes: object = {}) => harness.call('AddPermission', request(changes));
const failure = (changes: object) => harness.failure('AddPermission', request(changes));

async function statements(): Promise<unknown[]> {
  const { Policy = '' } = await attributesOf(harness, arn);
  return JSON.parse(Policy).Statement;
}

describe('AddPermission serialization', () => {
  const codecs = new Codecs(sns, 'AddPermission');

  it('reads forms', () => {
    const form =
      'TopicArn=a&Label=send&AWSAccountId.member.1=111111111111' +
      '&AWSAccountId.member.2=222222222222&ActionName.member.1=Publish';
    expect(codecs.fromForm(form)).toEqual({
      TopicArn: 'a',
      Label: 'send',
      AWSAccountId: ['111111111111', '222222222222'],
      ActionName: ['Publish'],
    });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('AddPermission validation', () => {
  it.each([
    ['TopicArn', 'topicArn'],
    ['Label', 'label'],
    ['AWSAccountId', 'aWSAccountId'],
    ['ActionName', 'actionName'],
  ])('asks for %s', async (member, path) => {
    expect(await failure({ [member]: undefined })).toEqual(missing(path));
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await failure({ TopicArn })).toEqual(error);
  });

  it.each([
    [{ Label: '' }, 'Label'],
    [{ AWSAccountId: [] }, 'AWSAccountId'],
    [{ AWSAccountId: ['1'] }, 'AWSAccountId'],
    [{ ActionName: [] }, 'ActionName'],
    [{ ActionName: ['Fly'] }, 'Policy statement action out of service scope!'],
    [{ ActionName: ['Publish', 'SendMessage'] }, 'Policy statement action out of service scope!'],
  ])('refuses %j', async (changes, problem) => {
    expect(await failure(changes)).toEqual(invalidParameter(problem));
  });

  it('refuses a statement beyond what a policy may hold', async () => {
    const AWSAccountId = Array.from({ length: 201 }, (_, i) => String(100_000_000_000 + i));
    expect(await failure({ AWSAccountId })).toEqual(invalidParameter('Policy Error: null'));
    for (let i = 1; i < 100; i++) await add({ Label: `send${i}` });
    expect(await failure({ Label: 'send100' })).toEqual(invalidParameter('Policy Error: null'));
    expect(await statements()).toHaveLength(100);
  });

  it('refuses a label twice', async () => {
    await add();
    expect(await failure({ ActionName: ['Subscribe'] })).toEqual(
      invalidParameter('Statement already exists'),
    );
  });
});

describe('AddPermission behaviour', () => {
  it('adds a statement to the usual policy', async () => {
    expect(await add()).toEqual({});
    expect(await statements()).toEqual([
      expect.objectContaining({ Sid: '__default_statement_ID' }),
      {
        Sid: 'send',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Action: 'SNS:Publish',
        Resource: arn,
      },
    ]);
  });

  it('writes several accounts and actions as lists', async () => {
    await add({ AWSAccountId: ['111111111111', '222222222222'], ActionName: ['*', 'Receive'] });
    expect((await statements())[1]).toMatchObject({
      Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] },
      Action: ['SNS:*', 'SNS:Receive'],
    });
  });

  it('adds to a policy that somebody wrote', async () => {
    const mine = {
      Sid: 'mine',
      Effect: 'Deny',
      Principal: '*',
      Action: 'sns:Publish',
      Resource: arn,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: mine });
    await harness.call('SetTopicAttributes', {
      TopicArn: arn,
      AttributeName: 'Policy',
      AttributeValue: Policy,
    });
    await add();
    expect(await statements()).toMatchObject([mine, { Sid: 'send' }]);
  });
});
