/**
 * Platform endpoints as targets of a message: what is pushed to them, and whether it can be.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
 */
import type { Context } from '../../core/context.ts';
import { type Delivery, enqueueDelivery, type PushTarget } from '../../delivery/delivery.ts';
import type { MessageVariants } from './message-structure.ts';
import type { Notification } from './notification.ts';
import { findApplication, isApplicationEnabled } from './platform-application.ts';
import { applicationSampleRate } from './platform-application-attributes.ts';
import {
  applicationArn,
  type EndpointAddress,
  endpointAddressOf,
  endpointArn,
} from './platform-arn.ts';
import { type FoundEndpoint, findEndpoint, isEndpointEnabled } from './platform-endpoint.ts';
import { problemOfPayload } from './platforms.ts';
import { pushOptions } from './push-attributes.ts';

/** Whether a platform endpoint is there. */
export async function endpointExists(context: Context, arn: string): Promise<boolean> {
  const address = endpointAddressOf(arn);
  return address !== undefined && (await findEndpoint(address, context)) !== undefined;
}

/**
 * The text for a platform: its own, or that for every subscriber. Nothing is wrapped around a text
 * that is the same for all; that is left to the gateway.
 */
export function payloadFor(
  platform: string,
  { message, variants }: Pick<Notification, 'message' | 'variants'>,
): string | undefined {
  if (variants === undefined) return message;
  // Older editions of AWS's guide call Google's service by its new name.
  const names = [platform, ...(platform === 'GCM' ? ['FCM'] : []), 'application', 'default'];
  const name = names.find((each) => Object.hasOwn(variants, each));
  return variants[(name ?? '') as keyof MessageVariants];
}

/** A push of a text to an endpoint. */
export function pushTo(
  { application, document: { value: endpoint } }: FoundEndpoint,
  notification: Notification,
  payload: string,
): PushTarget {
  const { platform } = application;
  return {
    ...pushAt({ ...application, endpointId: endpoint.endpointId }, notification),
    token: endpoint.attributes.Token,
    payload,
    ...pushOptions(platform, notification.attributes),
    successSampleRate: applicationSampleRate(application),
  };
}

const pushAt = (address: EndpointAddress, { isEvent, endpoint }: Notification): PushTarget => ({
  kind: 'push',
  platform: address.platform,
  token: '',
  payload: '',
  endpointArn: endpointArn(address),
  applicationArn: applicationArn(address),
  ...(!isEvent && { failureReport: { endpoint } }),
});

/**
 * Hands a topic's message for a platform endpoint to the worker. One that cannot get it is handed
 * over all the same, so that its failure is logged, reported and dead-lettered like any other.
 */
export async function deliverToEndpoint(
  context: Context,
  arn: string,
  notification: Notification,
  delivery: Omit<Delivery, 'target'>,
): Promise<void> {
  const address = endpointAddressOf(arn);
  if (address === undefined) return;
  const target = await targetAt(context, address, notification);
  await enqueueDelivery(context, { ...delivery, target });
}

async function targetAt(
  context: Context,
  address: EndpointAddress,
  notification: Notification,
): Promise<PushTarget> {
  const found = await findEndpoint(address, context);
  if (found === undefined) {
    const application = (await findApplication(address, context))?.value;
    const undeliverable = { failureType: 'EndpointNotFound', reason: 'Endpoint was not found' };
    return {
      ...pushAt(address, notification),
      undeliverable,
      ...(application && { successSampleRate: applicationSampleRate(application) }),
    };
  }
  const payload = payloadFor(address.platform, notification) ?? notification.message;
  const undeliverable = obstacleOf(found, payload);
  return { ...pushTo(found, notification, payload), ...(undeliverable && { undeliverable }) };
}

function obstacleOf(
  { application, document }: FoundEndpoint,
  payload: string,
): PushTarget['undeliverable'] {
  if (!isApplicationEnabled(application)) {
    return {
      failureType: 'PlatformApplicationDisabled',
      reason: 'Platform application is disabled',
    };
  }
  if (!isEndpointEnabled(document.value)) {
    return { failureType: 'EndpointDisabled', reason: 'Endpoint is disabled' };
  }
  const reason = problemOfPayload(application.platform, payload);
  return reason === undefined ? undefined : { failureType: 'DeliveryFailedPerm', reason };
}
