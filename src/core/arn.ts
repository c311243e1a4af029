/** Amazon Resource Names: `arn:partition:service:region:account:resource`. */

export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

const FIELDS_BEFORE_RESOURCE = 5;

/** The parts of an ARN, or undefined where the text is none. The resource may hold colons. */
export function parseArn(text: string): Arn | undefined {
  const fields = text.split(':');
  if (fields.length <= FIELDS_BEFORE_RESOURCE || fields[0] !== 'arn') return undefined;
  const [, partition = '', service = '', region = '', accountId = ''] = fields;
  const resource = fields.slice(FIELDS_BEFORE_RESOURCE).join(':');
  if (partition === '' || service === '' || resource === '') return undefined;
  return { partition, service, region, accountId, resource };
}

export function formatArn(arn: Omit<Arn, 'partition'>): string {
  return `arn:aws:${arn.service}:${arn.region}:${arn.accountId}:${arn.resource}`;
}

const ROLE_ARN = /^arn:[^:]+:iam::\d{12}:role\/.+$/;

/** Whether a text is the ARN of an IAM role. */
export const isRoleArn = (text: string): boolean => ROLE_ARN.test(text);
