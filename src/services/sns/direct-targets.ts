/**
 * Platform endpoints as targets, of a publish or of a subscription.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import type { Context } from '../../core/context.ts';
import type { Delivery } from '../../delivery/delivery.ts';
import { invalid } from './errors.ts';
import type { Notification } from './notification.ts';
import type { PublishInput } from './shapes.ts';

/** Whether a platform endpoint is there; no operation makes one yet. */
export async function endpointExists(_context: Context, _endpointArn: string): Promise<boolean> {
  return false;
}

/** Hands a topic's message for a platform endpoint to the worker; one that is gone gets nothing. */
export async function deliverToEndpoint(
  _context: Context,
  _endpointArn: string,
  _notification: Notification,
  _delivery: Omit<Delivery, 'target'>,
): Promise<void> {}

/** Throws InvalidParameter or EndpointDisabled. */
export async function publishToEndpoint(
  _context: Context,
  _endpointArn: string,
  _input: PublishInput,
): Promise<{ MessageId: string }> {
  throw invalid('TargetArn Reason: No endpoint found for the target arn specified');
}
