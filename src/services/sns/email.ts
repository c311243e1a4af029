/**
 * The parts of mail that are not the message.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
 */
import type { Topic } from './topic.ts';

const ADDRESS = 'no-reply@sns.amazonaws.com';
const DEFAULT_NAME = 'AWS Notifications';
const DEFAULT_SUBJECT = 'AWS Notification Message';

/** The topic's display name is the sender's name. Quotes would end it early. */
export function emailFrom(topic: Topic): string {
  const name = topic.attributes.DisplayName || DEFAULT_NAME;
  return `"${name.replace(/["\\\r\n]/g, ' ')}" <${ADDRESS}>`;
}

export const emailSubject = (subject: string | undefined): string => subject ?? DEFAULT_SUBJECT;

export const unsubscribeFooter = (url: string): string =>
  '\n\n--\nIf you wish to stop receiving notifications from this topic, please click or visit ' +
  `the link below to unsubscribe:\n${url}\n`;
