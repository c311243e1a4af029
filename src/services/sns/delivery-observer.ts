/** What SNS hears of its deliveries, and is asked about them. */
import { parseArn } from '../../core/arn.ts';
import type { DeliveryObserver } from '../../delivery/settlement.ts';
import { findApplication } from './platform-application.ts';
import { pushFailures } from './push-failures.ts';
import { findTopic } from './topic.ts';

export const deliveryObserver: DeliveryObserver = {
  ...pushFailures,

  /** The log goes with its topic or platform application. */
  async hasLog(context, text) {
    const arn = parseArn(text);
    if (arn === undefined) return true;
    const { accountId, region, resource } = arn;
    const [kind, platform, name] = resource.split('/');
    if (kind !== 'app' || platform === undefined || name === undefined) {
      return (await findTopic({ accountId, region, name: resource }, context)) !== undefined;
    }
    const address = { accountId, region, platform, name };
    return (await findApplication(address, context)) !== undefined;
  },
};
