/**
 * Events of a platform application's endpoints, published to the topics that the application names.
 * https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html
 */
import { parseArn } from '../../core/arn.ts';
import { AwsError } from '../../core/aws-error.ts';
import type { Context } from '../../core/context.ts';
import { timestampOf } from './envelope.ts';
import type { PlatformApplication } from './platform-application.ts';
import { applicationArn } from './platform-arn.ts';
import { arnOfEndpoint } from './platform-endpoint.ts';
import { acceptMessage, publishAll, SUBJECT_CHARACTERS_MAX } from './publishing.ts';
import { findTopic } from './topic.ts';

export type EventType =
  | 'DeliveryFailure'
  | 'EndpointCreated'
  | 'EndpointDeleted'
  | 'EndpointUpdated';

export interface PlatformEvent {
  readonly type: EventType;
  readonly endpointId: string;
  /** Members that only this event has. */
  readonly details?: { readonly [member: string]: string | number };
  /** Scheme, host and port with which addresses in the notification begin. */
  readonly url: string;
}

/**
 * Publishes an event, where the application asks for it. A topic that is gone or takes no such
 * message is no reason to fail what the event tells of.
 */
export async function publishEvent(
  context: Context,
  application: PlatformApplication,
  event: PlatformEvent,
): Promise<void> {
  const arn = parseArn(application.attributes[`Event${event.type}`] ?? '');
  if (arn === undefined) return;
  const address = { accountId: arn.accountId, region: arn.region, name: arn.resource };
  const topic = (await findTopic(address, context))?.value;
  if (topic === undefined) return;
  const Message = messageOf(context, application, event);
  const { platform, name } = application;
  const Subject = `${event.type} event for app ${name} (${platform})`;
  const input = { Message, Subject: Subject.slice(0, SUBJECT_CHARACTERS_MAX) };
  try {
    const accepted = await acceptMessage(context, topic, input);
    const notification = { ...accepted, endpoint: event.url, isEvent: true as const };
    await publishAll(context, topic, [{ notification, bytes: Buffer.byteLength(Message) }]);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

/** Observed: the members of an event stand in alphabetical order. */
function messageOf(
  context: Context,
  application: PlatformApplication,
  { type, endpointId, details }: PlatformEvent,
): string {
  const members: { readonly [member: string]: string | number } = {
    ...details,
    EndpointArn: arnOfEndpoint(application, endpointId),
    EventType: type,
    Resource: applicationArn(application),
    Service: 'SNS',
    Time: timestampOf(context.nowMs),
  };
  return JSON.stringify(members, Object.keys(members).sort());
}
