/**
 * Shapes that several SNS operations use.
 * https://docs.aws.amazon.com/sns/latest/api/API_Types.html
 */
import {
  blob,
  type Infer,
  list,
  type Members,
  map,
  required,
  string,
  structure,
} from '../../schema/shapes.ts';

/** Attributes of topics, subscriptions and the like. */
export const attributeMap = map(string());

export const tag = structure({ Key: required(string()), Value: required(string()) });
export const tagList = list(tag);
export type Tag = Infer<typeof tag>;

/** Of the SMS sandbox. */
export const sandboxPhoneNumber = string({ max: 20, pattern: /^(\+[0-9]{8,}|[0-9]{0,9})$/ });

export const messageAttributeValue = structure({
  DataType: required(string()),
  StringValue: string(),
  BinaryValue: blob(),
});

export type MessageAttributeValue = Infer<typeof messageAttributeValue>;

export const messageAttributes = map(messageAttributeValue, {
  keyName: 'Name',
  valueName: 'Value',
});

/** What Publish takes beside its target, and each entry of PublishBatch beside its Id. */
export const publishMembers = {
  Message: required(string()),
  Subject: string(),
  MessageStructure: string(),
  MessageAttributes: messageAttributes,
  MessageDeduplicationId: string(),
  MessageGroupId: string(),
} as const satisfies Members;

const publishInput = structure(publishMembers);
export type PublishInput = Infer<typeof publishInput>;

export const subscription = structure({
  SubscriptionArn: string(),
  Owner: string(),
  Protocol: string(),
  Endpoint: string(),
  TopicArn: string(),
});
