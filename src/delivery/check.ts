/** What `waystation check` asks about deliveries: see `outlet.ts` for what belongs together. */
import { type Problem, RESTORE_REMEDY } from '../core/problem.ts';
import type { QueueRef, Transaction } from '../storage/port.ts';
import { isKeyUsable } from './message-signature.ts';
import { type Outlet, outletKey, outletOfKey, TOKENS } from './outlet.ts';

/** Outlets with deliveries that no worker will ever look at, and the key that signs messages. */
export async function checkDeliveries(
  tx: Transaction,
  keys: { queues(): readonly QueueRef[] },
): Promise<Problem[]> {
  const problems: Problem[] = (await isKeyUsable(tx)) ? [] : [brokenKey];
  for (const queue of keys.queues()) {
    const name = outletOfKey(queue.key);
    if (name === undefined) continue;
    if ((await tx.queues.peek(queue, { limit: 1 })).length === 0) continue;
    const outlet = (await tx.documents.get<Outlet>(outletKey(name)))?.value;
    const token = outlet && (await tx.queues.find(TOKENS, outlet.token));
    if (token !== undefined) continue;
    problems.push({
      what: `Deliveries to ${name} wait, and nothing says that they do.`,
      meaning: 'They are not delivered, nor is what comes after them.',
      remedy: RESTORE_REMEDY,
    });
  }
  return problems;
}

const brokenKey: Problem = {
  what: 'The key that signs messages to subscribers cannot be used.',
  meaning:
    'It, or its certificate, is damaged: publishes fail, or subscribers refuse what they get.',
  remedy: RESTORE_REMEDY,
};
