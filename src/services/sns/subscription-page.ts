/** What the pages behind the links in messages say of a subscription. */
import { withoutCredentials } from '../../delivery/attempt-log.ts';
import type { Page } from '../../schema/page.ts';
import type { Subscription } from './subscription.ts';

export const factsOf = ({ topicArn, protocol, endpoint, arn }: Subscription): Page['facts'] => [
  ['Topic', topicArn],
  ['Endpoint', `${withoutCredentials(endpoint)} (${protocol})`],
  ['Subscription', arn],
];
