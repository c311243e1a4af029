/**
 * Where a topic's data protection policy looks at what is published.
 * https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
 */
import type { Context } from '../../core/context.ts';
import type { Topic } from './topic.ts';

/** The message as the topic's subscribers may see it; without a policy it is as published. */
export async function protectInbound(
  _context: Context,
  _topic: Topic,
  message: string,
): Promise<string> {
  return message;
}
