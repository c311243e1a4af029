/** Messages on their way to many subscriptions: see `fan-out.ts` for what is kept of them. */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import { allDocuments } from '../../../core/read-all.ts';
import type { Transaction } from '../../../storage/port.ts';
import {
  fanOutTimerKey,
  type Progress,
  stepKey,
  UNDERWAY_PREFIX,
  type Underway,
  underwayKey,
} from '../fan-out.ts';
import { topicArn } from '../topic.ts';

export async function checkFanOuts(tx: Transaction): Promise<Problem[]> {
  const problems: Problem[] = [];
  const lost = new Set<string>();
  for await (const { key, value } of allDocuments<Underway>(tx, UNDERWAY_PREFIX)) {
    const [messageId = '', step] = key.slice(UNDERWAY_PREFIX.length).split('/');
    if (step !== undefined) {
      if ((await tx.documents.get(underwayKey(messageId))) === undefined) lost.add(messageId);
    } else if (!(await goesOn(tx, messageId, value))) {
      problems.push(stuck(messageId, topicArn(value)));
    }
  }
  for (const messageId of lost) problems.push(gone(messageId));
  return problems;
}

/** Whether somebody makes the next step, and each step that is left knows whom it serves. */
async function goesOn(tx: Transaction, messageId: string, { steps }: Underway): Promise<boolean> {
  const timer = await tx.timers.get(fanOutTimerKey(messageId));
  if (timer === undefined) return false;
  const { step: next } = timer.payload as unknown as Progress; // as fan-out.ts wrote it
  for (let step = next; step < steps; step++) {
    if ((await tx.documents.get(stepKey({ messageId, step }))) === undefined) return false;
  }
  return true;
}

const REMEDY = `${RESTORE_REMEDY} Or send the message again to those who miss it.`;

const stuck = (messageId: string, arn: string): Problem => ({
  what: `The message ${messageId} of the topic ${arn} is stuck on its way to its subscriptions.`,
  meaning: 'Some of them have it, and others never get it.',
  remedy: REMEDY,
});

const gone = (messageId: string): Problem => ({
  what: `The message ${messageId} was on its way to subscriptions, and is not there any more.`,
  meaning: 'Some of them have it, and others never get it.',
  remedy: REMEDY,
});
