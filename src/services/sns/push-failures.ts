/**
 * What follows from pushes that are given up: an endpoint whose token the push service no longer
 * takes is turned off, and the application's owner is told. Both in the transaction that settles
 * the delivery, so that neither is lost when the process is killed.
 * https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html
 */
import type { Context } from '../../core/context.ts';
import type { DeliveryObserver } from '../../delivery/settlement.ts';
import { findApplication } from './platform-application.ts';
import { type EndpointAddress, endpointAddressOf } from './platform-arn.ts';
import { changeEndpoint, findEndpoint, isEndpointEnabled } from './platform-endpoint.ts';
import { publishEvent } from './platform-events.ts';

export const pushFailures: DeliveryObserver = {
  async gaveUp(context, { target, about }, outcome, attempts) {
    if (target.kind !== 'push') return;
    const address = endpointAddressOf(target.endpointArn);
    if (address === undefined) return;
    const url = target.failureReport?.endpoint;
    if (outcome.addresseeGone) await turnOff(context, address, target.token, url);
    const application = (await findApplication(address, context))?.value;
    // Of an event that cannot be pushed no further event is made: they would never end.
    if (application === undefined || url === undefined) return;
    await publishEvent(context, application, {
      type: 'DeliveryFailure',
      endpointId: address.endpointId,
      details: {
        DeliveryAttempts: attempts,
        FailureMessage: outcome.addresseeGone ? TOKEN_IS_DEAD : outcome.providerResponse,
        FailureType: outcome.failureType ?? 'DeliveryFailedPerm',
        MessageId: about.messageId,
      },
      url,
    });
  },
};

const TOKEN_IS_DEAD = 'Platform token associated with the endpoint is not valid';

/** Unless the endpoint has another token by now. */
async function turnOff(
  context: Context,
  address: EndpointAddress,
  token: string,
  url: string | undefined,
): Promise<void> {
  const found = await findEndpoint(address, context);
  const endpoint = found?.document.value;
  if (found === undefined || endpoint?.attributes.Token !== token) return;
  if (!isEndpointEnabled(endpoint)) return;
  await changeEndpoint(context, found, { ...endpoint.attributes, Enabled: 'false' });
  if (url === undefined) return;
  const { endpointId } = endpoint;
  await publishEvent(context, found.application, { type: 'EndpointUpdated', endpointId, url });
}
