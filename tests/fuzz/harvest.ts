/**
 * What answers brought: handles, tokens and ARNs, without which most operations are only refused,
 * and calls that were accepted, which later ones are made of by damaging them.
 */
import type { Random } from '../simulation/random.ts';
import type { Call } from './calls.ts';

const NAMES = [
  'EndpointArn',
  'NextToken',
  'PlatformApplicationArn',
  'ReceiptHandle',
  'SubscriptionArn',
  'TaskHandle',
  'Token',
];
const IN_JSON = new RegExp(`"(${NAMES.join('|')})":"([^"\\\\]{1,1024})"`, 'g');
const IN_XML = new RegExp(`<(${NAMES.join('|')})>([^<&]{1,1024})</`, 'g');

const VALUES_MAX = 16;
const CALLS_MAX = 500;
const BODY_LENGTH_MAX = 20_000;

export class Harvest {
  readonly #values = new Map<string, string[]>();
  readonly #calls: Call[] = [];
  #taken = 0;

  /** A value that some answer had under this name. */
  value(random: Random, name: string): string | undefined {
    const values = this.#values.get(name);
    return values === undefined ? undefined : random.pick(values);
  }

  /** A call that was accepted. */
  call(random: Random): Call | undefined {
    return this.#calls.length === 0 ? undefined : random.pick(this.#calls);
  }

  takeAnswer(body: string): void {
    if (body.length > BODY_LENGTH_MAX) return;
    for (const [, name = '', value = ''] of body.matchAll(body[0] === '<' ? IN_XML : IN_JSON)) {
      this.#takeValue(name, value);
    }
  }

  takeCall(call: Call): void {
    if (call.body.length > BODY_LENGTH_MAX) return;
    this.#calls[this.#taken++ % CALLS_MAX] = call;
  }

  #takeValue(name: string, value: string): void {
    const values = this.#values.get(name) ?? [];
    this.#values.set(name, values);
    values.push(value);
    if (values.length > VALUES_MAX) values.shift();
  }
}
