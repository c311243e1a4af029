/** https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  createTopic,
  invalidParameter,
  managed,
  missing,
  newHarness,
  notFound,
  protectionPolicy,
  protectionStatement,
  topicArn,
} from './topics.ts';

let harness: ServiceHarness;
let arn: string;

beforeEach(async () => {
  harness = newHarness();
  arn = await createTopic(harness, 'orders');
});

afterEach(() => harness.close());

const put = (DataProtectionPolicy: string, ResourceArn = arn) =>
  harness.call('PutDataProtectionPolicy', { ResourceArn, DataProtectionPolicy });
const failure = (DataProtectionPolicy: string, ResourceArn = arn) =>
  harness.failure('PutDataProtectionPolicy', { ResourceArn, DataProtectionPolicy });
const refused = (reason: string) => invalidParameter(`DataProtectionPolicy Reason: ${reason}`);

const statement = protectionStatement;
const whole = (changes: object) =>
  JSON.stringify({ ...JSON.parse(protectionPolicy(statement())), ...changes });
const withOperation = (Operation: unknown) => protectionPolicy(statement({ Operation }));
const audit = (changes: object = {}) => ({
  Audit: { SampleRate: '99', FindingsDestination: { S3: { Bucket: 'findings' } }, ...changes },
});
const mask = (MaskWithCharacter: unknown) => ({
  Deidentify: { MaskConfig: { MaskWithCharacter } },
});
const custom = (...CustomDataIdentifier: unknown[]) =>
  whole({ Configuration: { CustomDataIdentifier } });
const employee = { Name: 'EmployeeId', Regex: 'EID-\\d{9}-US' };

describe('PutDataProtectionPolicy serialization', () => {
  const codecs = new Codecs(sns, 'PutDataProtectionPolicy');

  it('reads forms', () => {
    expect(codecs.fromForm('ResourceArn=a&DataProtectionPolicy=%7B%7D')).toEqual({
      ResourceArn: 'a',
      DataProtectionPolicy: '{}',
    });
    expect(codecs.fromForm('ResourceArn=a&DataProtectionPolicy=')).toEqual({
      ResourceArn: 'a',
      DataProtectionPolicy: '',
    });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('PutDataProtectionPolicy validation', () => {
  it('asks for an ARN and a policy', async () => {
    const ResourceArn = arn;
    expect(await harness.failure('PutDataProtectionPolicy', { ResourceArn })).toEqual(
      missing('dataProtectionPolicy'),
    );
    const DataProtectionPolicy = '';
    expect(await harness.failure('PutDataProtectionPolicy', { DataProtectionPolicy })).toEqual(
      missing('resourceArn'),
    );
  });

  it('asks for the ARN of a standard topic that is there', async () => {
    expect(await failure('', topicArn('absent'))).toEqual(notFound('Topic does not exist'));
    expect(await failure('', 'arn:aws:sqs:us-east-1:000000000000:orders')).toEqual(
      invalidParameter('ResourceArn'),
    );
    const fifo = await createTopic(harness, 'orders.fifo');
    expect(await failure(protectionPolicy(statement()), fifo)).toEqual(
      refused('only standard topics have a data protection policy'),
    );
  });

  it.each([
    ['{', 'it is no JSON object'],
    ['[]', 'it is no JSON object'],
    [' '.repeat(30_700) + protectionPolicy(), 'it is longer than 30720 characters'],
    ['{"Name":"x","Version":"2021-06-01"}', 'the policy has no Statement'],
    [whole({ Name: undefined }), 'the policy has no Name'],
    [whole({ Name: '' }), 'Name must be a string'],
    [whole({ Description: 1 }), 'Description must be a string'],
    [whole({ Version: '2012-10-17' }), 'Version must be 2021-06-01'],
    [whole({ Id: 'x' }), 'the policy has an unknown member Id'],
    [protectionPolicy(), 'Statement must be a list of at least one statement'],
    [whole({ Statement: {} }), 'Statement must be a list of at least one statement'],
    [whole({ Statement: ['x'] }), 'a statement must be an object'],
    [protectionPolicy(statement({ Sid: 1 })), 'Sid must be a string'],
    [protectionPolicy(statement({ Effect: 'Deny' })), 'a statement has an unknown member Effect'],
    [protectionPolicy(statement({ DataDirection: undefined })), 'a statement has no DataDirection'],
    [
      protectionPolicy(statement({ DataDirection: 'Sideways' })),
      'DataDirection must be Inbound or Outbound',
    ],
    [
      protectionPolicy(statement({ Principal: '*' })),
      'Principal must be a list of at least one string',
    ],
    [
      protectionPolicy(statement({ Principal: [] })),
      'Principal must be a list of at least one string',
    ],
    [protectionPolicy(statement({ Principal: ['me'] })), 'the Principal me is none'],
    [
      protectionPolicy(statement({ DataIdentifier: [] })),
      'DataIdentifier must be a list of at least one string',
    ],
    [
      protectionPolicy(statement({ DataIdentifier: ['EmailAddress'] })),
      'the DataIdentifier EmailAddress is neither an ARN nor a custom Name',
    ],
    [
      protectionPolicy(statement({ DataIdentifier: [managed('ShoeSize')] })),
      `there is no DataIdentifier ${managed('ShoeSize')}`,
    ],
    [
      protectionPolicy(statement({ DataIdentifier: [managed('Name')] })),
      `Waystation does not support the DataIdentifier ${managed('Name')}`,
    ],
  ])('refuses %.60j', async (policy, reason) => {
    expect(await failure(policy)).toEqual(refused(reason));
  });

  it.each([
    [{}, 'Operation must have one of Audit, Deidentify and Deny'],
    [{ Deny: {}, ...audit() }, 'Operation must have one of Audit, Deidentify and Deny'],
    [{ Allow: {} }, 'Operation has an unknown member Allow'],
    [{ Deny: { hard: true } }, 'Deny has an unknown member hard'],
    [{ Deidentify: {} }, 'Deidentify must have one of MaskConfig and RedactConfig'],
    [
      { Deidentify: { MaskConfig: { MaskWithCharacter: '#' }, RedactConfig: {} } },
      'Deidentify must have one of MaskConfig and RedactConfig',
    ],
    [{ Deidentify: { MaskConfig: {} } }, 'MaskConfig has no MaskWithCharacter'],
    [{ Deidentify: { RedactConfig: 1 } }, 'RedactConfig must be an object'],
    [mask('##'), 'MaskWithCharacter must be one supported character'],
    [mask('"'), 'MaskWithCharacter must be one supported character'],
    [mask('ä'), 'MaskWithCharacter must be one supported character'],
    [mask(7), 'MaskWithCharacter must be one supported character'],
    [audit({ SampleRate: undefined }), 'Audit has no SampleRate'],
    [audit({ SampleRate: '100' }), 'SampleRate must be 0 to 99'],
    [audit({ SampleRate: -1 }), 'SampleRate must be 0 to 99'],
    [audit({ SampleRate: 1.5 }), 'SampleRate must be 0 to 99'],
    [
      audit({ FindingsDestination: undefined }),
      'Audit must have FindingsDestination or NoFindingsDestination',
    ],
    [audit({ FindingsDestination: { SQS: {} } }), 'FindingsDestination has an unknown member SQS'],
    [audit({ FindingsDestination: { S3: {} } }), 'S3 has no Bucket'],
    [audit({ FindingsDestination: { S3: { Bucket: 1 } } }), 'Bucket must be a string'],
    [
      audit({ NoFindingsDestination: { CloudWatchLogs: { LogGroup: '/mine' } } }),
      'LogGroup must begin with /aws/vendedlogs/',
    ],
  ])('refuses the operation %.60j', async (operation, reason) => {
    expect(await failure(withOperation(operation))).toEqual(refused(reason));
  });

  it('takes one audit, of what is published', async () => {
    const audited = statement({ Operation: audit() });
    expect(await failure(protectionPolicy(audited, audited))).toEqual(
      refused('only one statement may have the operation Audit'),
    );
    const outbound = statement({ Operation: audit(), DataDirection: 'Outbound' });
    expect(await failure(protectionPolicy(outbound))).toEqual(
      refused('Audit is for the direction Inbound alone'),
    );
  });

  it.each([
    [whole({ Configuration: [] }), 'Configuration must be an object'],
    [whole({ Configuration: {} }), 'Configuration has no CustomDataIdentifier'],
    [custom(1), 'CustomDataIdentifier must be an object'],
    [custom({ Name: 'x' }), 'CustomDataIdentifier has no Regex'],
    [custom({ ...employee, Name: 'a b' }), 'a custom Name has 1 to 128 letters, digits, _ and -'],
    [
      custom({ ...employee, Name: 'x'.repeat(129) }),
      'a custom Name has 1 to 128 letters, digits, _ and -',
    ],
    [
      custom({ ...employee, Name: 'Ssn-US' }),
      'the custom Name Ssn-US is that of a managed data identifier',
    ],
    [custom(employee, employee), 'the custom Name EmployeeId comes twice'],
    [
      custom(...Array.from({ length: 11 }, (_, i) => ({ ...employee, Name: `E${i}` }))),
      'there are more than 10 custom identifiers',
    ],
    [custom({ ...employee, Regex: '' }), 'the Regex of EmployeeId has 1 to 200 characters'],
    [
      custom({ ...employee, Regex: 'x'.repeat(201) }),
      'the Regex of EmployeeId has 1 to 200 characters',
    ],
    [
      custom({ ...employee, Regex: '(a+)+' }),
      'the Regex of EmployeeId cannot be used: it has a character that is not supported',
    ],
    [
      custom({ ...employee, Regex: '.{999}' }),
      'the Regex of EmployeeId cannot be used: it is too complicated: more than 256 items',
    ],
    [
      custom(...Array.from({ length: 3 }, (_, i) => ({ Name: `E${i}`, Regex: '.{200}' }))),
      'the custom expressions together are too complicated',
    ],
  ])('refuses %.90j', async (policy, reason) => {
    expect(await failure(policy)).toEqual(refused(reason));
  });
});

describe('PutDataProtectionPolicy behaviour', () => {
  const current = async () =>
    (await harness.call('GetDataProtectionPolicy', { ResourceArn: arn })).DataProtectionPolicy;

  it.each([
    ['with all members', whole({ Description: 'd', Configuration: { CustomDataIdentifier: [] } })],
    ['that names accounts', protectionPolicy(statement({ Sid: 's', Principal: ['123456789012'] }))],
    [
      'that names roles and users',
      protectionPolicy(
        statement({
          Principal: ['arn:aws:iam::123456789012:role/R', 'arn:aws:iam::123456789012:user/U'],
        }),
      ),
    ],
    ['that audits', withOperation(audit({ SampleRate: 0, NoFindingsDestination: {} }))],
    [
      'that audits to a log group and a stream',
      withOperation(
        audit({
          FindingsDestination: {
            CloudWatchLogs: { LogGroup: '/aws/vendedlogs/x' },
            Firehose: { DeliveryStream: 'x' },
          },
        }),
      ),
    ],
    ['that masks', withOperation(mask(' '))],
    ['that redacts', withOperation({ Deidentify: { RedactConfig: {} } })],
  ])('keeps a policy %s', async (_, policy) => {
    expect(await put(policy)).toEqual({});
    expect(await current()).toBe(policy);
  });

  it('replaces the policy', async () => {
    await put(withOperation(mask('*')));
    await put(withOperation(mask('#')));
    expect(await current()).toBe(withOperation(mask('#')));
  });

  it.each(['', '{}', '""'])('takes the policy away with %j', async (nothing) => {
    await put(withOperation(mask('*')));
    await put(nothing);
    expect(await current()).toBeUndefined();
  });

  it('leaves the policy as it was when it refuses another', async () => {
    await put(withOperation(mask('*')));
    await failure('x');
    expect(await current()).toBe(withOperation(mask('*')));
  });
});
