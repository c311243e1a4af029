/** Writes docs/reference/sns.md from the table of SNS operations. */
import { errors } from '../src/services/sns/errors.ts';
import { sns } from '../src/services/sns/index.ts';
import { type Reference, writeReferencePage } from './reference-page.ts';

/** All operations of AWS's model; those that the table lacks are listed as missing. */
const SUMMARIES: { readonly [operation: string]: string } = {
  AddPermission: 'Adds a statement to the policy of a topic.',
  CheckIfPhoneNumberIsOptedOut: 'Answers whether a phone number gets no text messages any more.',
  ConfirmSubscription: 'Confirms a subscription by the token that its endpoint was sent.',
  CreatePlatformApplication: 'Creates an application of a push service, or answers its ARN.',
  CreatePlatformEndpoint: 'Creates the endpoint of a device, or answers its ARN.',
  CreateSMSSandboxPhoneNumber: 'Adds a phone number to the sandbox, and sends it a code.',
  CreateTopic: 'Creates a topic, or answers the ARN of the one that is there.',
  DeleteEndpoint: 'Deletes the endpoint of a device.',
  DeletePlatformApplication: 'Deletes an application of a push service.',
  DeleteSMSSandboxPhoneNumber: 'Removes a phone number from the sandbox.',
  DeleteTopic: 'Deletes a topic and its subscriptions.',
  GetDataProtectionPolicy: 'Answers the data protection policy of a topic.',
  GetEndpointAttributes: 'Answers the attributes of the endpoint of a device.',
  GetPlatformApplicationAttributes: 'Answers the attributes of an application of a push service.',
  GetSMSAttributes: 'Answers the settings for text messages of the account.',
  GetSMSSandboxAccountStatus: 'Answers whether the account is in the sandbox.',
  GetSubscriptionAttributes: 'Answers the attributes of a subscription.',
  GetTopicAttributes: 'Answers the attributes of a topic.',
  ListEndpointsByPlatformApplication: 'Lists the endpoints of an application of a push service.',
  ListOriginationNumbers: 'Lists the numbers that text messages come from.',
  ListPhoneNumbersOptedOut: 'Lists the phone numbers that get no text messages any more.',
  ListPlatformApplications: 'Lists the applications of push services of the account and region.',
  ListSMSSandboxPhoneNumbers: 'Lists the phone numbers in the sandbox.',
  ListSubscriptions: 'Lists the subscriptions of the account and region.',
  ListSubscriptionsByTopic: 'Lists the subscriptions of a topic.',
  ListTagsForResource: 'Answers the tags of a topic.',
  ListTopics: 'Lists the topics of the account and region.',
  OptInPhoneNumber: 'Lets a phone number get text messages again.',
  Publish: 'Sends a message to the subscribers of a topic, to a device or to a phone.',
  PublishBatch: 'Publishes up to ten messages to a topic, each with its own outcome.',
  PutDataProtectionPolicy: 'Gives a topic a data protection policy.',
  RemovePermission: 'Removes a statement from the policy of a topic.',
  SetEndpointAttributes: 'Changes attributes of the endpoint of a device.',
  SetPlatformApplicationAttributes: 'Changes attributes of an application of a push service.',
  SetSMSAttributes: 'Changes the settings for text messages of the account.',
  SetSubscriptionAttributes: 'Changes an attribute of a subscription.',
  SetTopicAttributes: 'Changes an attribute of a topic.',
  Subscribe: 'Subscribes an endpoint to a topic, or asks it to confirm that again.',
  TagResource: 'Adds tags to a topic, or replaces their values.',
  Unsubscribe: 'Ends a subscription.',
  UntagResource: 'Removes tags from a topic.',
  VerifySMSSandboxPhoneNumber: 'Verifies a phone number in the sandbox by the code that it got.',
};

const HEAD = `# Amazon SNS

<!-- Made by \`node scripts/run.ts reference-sns\` from src/services/sns; change that instead. -->

Operations of the API of 2010-03-31, with their members as clients send and read them. What the
members mean is on AWS's pages, which the chapters link. What Waystation decides where AWS is silent
is on [another page](sns-behaviour.md), the numbers are under [limits](../operating/limits.md).

SNS has one protocol, **Query**: form parameters in the query string or in the body, \`Action\`
among them, sent to \`/\`. The answer is XML. In the tables \`list[]\` stands for each item,
\`map.<key>\` for each entry, and \`N\` counts from 1.

`;

const ERRORS = `## Errors

The errors under each operation are those of AWS's model.

`;

export const snsReference: Reference = {
  service: sns,
  errors,
  awsPages: 'https://docs.aws.amazon.com/sns/latest/api/API_',
  summaries: SUMMARIES,
  head: HEAD,
  errorsHead: ERRORS,
};

export async function run(): Promise<void> {
  writeReferencePage(snsReference);
}
