/** All ways out: which one a delivery takes, and how long it may. */
import type { Environment } from '../../core/environment.ts';
import type { Delivery } from '../delivery.ts';
import type { Outcome } from '../outcome.ts';
import { Mailer } from './email.ts';
import {
  deliverPush,
  deliverSms,
  deliverToFirehose,
  deliverToFunction,
  postWith,
} from './gateway.ts';
import { deliverByHttp, HttpClient } from './http.ts';

/** Where the operator wants things to go; what is undefined has no way out. */
export interface Gateways {
  readonly smtpUrl?: string | undefined;
  readonly smsUrl?: string | undefined;
  readonly pushUrl?: string | undefined;
  readonly functionsUrl?: string | undefined;
  readonly firehoseUrl?: string | undefined;
}

export interface Targets {
  /** One attempt. Resolves soon after the signal is aborted; never rejects but for a bug. */
  attempt(delivery: Delivery, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

/** AWS gives an HTTP endpoint 15 seconds. A mail relay may look into the mail before it answers. */
export const attemptMsMax = ({ target }: Delivery): number =>
  target.kind === 'email' ? 30_000 : 15_000;

/** The longest of them. */
export const ATTEMPT_MS_MAX = 30_000;

export function createTargets(
  gateways: Gateways,
  env: Pick<Environment, 'clock' | 'uuid'>,
): Targets {
  const client = new HttpClient(() => env.uuid());
  const mailer = new Mailer(gateways.smtpUrl);
  return {
    async attempt({ target, about }, signal) {
      const post = postWith(client, signal);
      switch (target.kind) {
        case 'http':
          return deliverByHttp(client, target, signal);
        case 'email':
          return mailer.deliver(target, signal);
        case 'sms':
          return deliverSms(post, gateways.smsUrl, target, about);
        case 'push':
          return deliverPush(post, gateways.pushUrl, target, about, env.clock.nowMs());
        case 'function':
          return deliverToFunction(post, gateways.functionsUrl, target);
        case 'firehose':
          return deliverToFirehose(post, gateways.firehoseUrl, target);
      }
    },
    async close() {
      client.close();
      await mailer.close();
    },
  };
}
