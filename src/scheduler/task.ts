/** Background work: what runs when a durable timer comes due. */
import type { Context } from '../core/context.ts';
import type { Timer } from '../storage/port.ts';

export interface Task {
  /** The timer kind that it serves, such as `sqs.expire-messages`. */
  readonly kind: string;
  /**
   * Runs in a transaction, a few milliseconds at most, and in that same transaction sets its timer
   * anew or cancels it. Running it twice must be harmless: a timer whose run failed comes due again
   * when its lease ends.
   */
  run(timer: Timer, context: Context): Promise<void>;
}
