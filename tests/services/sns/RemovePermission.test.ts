/** https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { attributesOf, badTopicArns, createTopic, missing, newHarness } from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const remove = (Label: string) => harness.call('RemovePermission', { TopicArn: arn, Label });

async function labels(): Promise<string[]> {
  const { Policy = '' } = await attributesOf(harness, arn);
  return JSON.parse(Policy).Statement.map(({ Sid }: { Sid: string }) => Sid);
}

describe('RemovePermission serialization', () => {
  const codecs = new Codecs(sns, 'RemovePermission');

  it('reads forms', () => {
    expect(codecs.fromForm('TopicArn=a&Label=send')).toEqual({ TopicArn: 'a', Label: 'send' });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('RemovePermission validation', () => {
  it('asks for an ARN and a label', async () => {
    expect(await harness.failure('RemovePermission', { Label: 'x' })).toEqual(missing('topicArn'));
    expect(await harness.failure('RemovePermission', { TopicArn: arn })).toEqual(missing('label'));
  });

  it.each(badTopicArns)('refuses the ARN %j', async (TopicArn, error) => {
    expect(await harness.failure('RemovePermission', { TopicArn, Label: 'x' })).toEqual(error);
  });
});

describe('RemovePermission behaviour', () => {
  it('removes the statement and leaves the others', async () => {
    for (const Label of ['a', 'b']) {
      await harness.call('AddPermission', {
        TopicArn: arn,
        Label,
        AWSAccountId: ['111111111111'],
        ActionName: ['Publish'],
      });
    }
    expect(await remove('a')).toEqual({});
    expect(await labels()).toEqual(['__default_statement_ID', 'b']);
  });

  it('succeeds for a label that is not there', async () => {
    expect(await remove('absent')).toEqual({});
    expect(await labels()).toEqual(['__default_statement_ID']);
  });
});
