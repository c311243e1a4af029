/**
 * Sends: that they succeed, that a deduplication id means one message for five minutes, that
 * sequence numbers grow.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
import type { Checker } from './checker.ts';
import type { SendCall, SendEntry } from './history.ts';
import type { Message } from './model.ts';

export function checkSends(checker: Checker, calls: readonly SendCall[]): void {
  for (const call of calls) {
    for (const entry of call.entries) {
      if (entry.outcome !== 'done') continue;
      const message = checker.messageOf(entry.token);
      if (message !== undefined) checkAnswer(checker, call, entry, message);
    }
  }
  checkSequences(checker, calls);
}

function checkAnswer(checker: Checker, call: SendCall, entry: SendEntry, message: Message): void {
  if (entry.id === undefined) checker.breach(`a send of ${entry.token} answers no id`, message);
  message.id ??= entry.id;
  if (message.id !== entry.id) {
    checker.breach(`${entry.token} has the id ${message.id}, a send answers ${entry.id}`, message);
  }
  if (!message.home.fifo) return;
  message.sequence ??= entry.sequence;
  if (message.sequence !== entry.sequence) {
    const what = `${entry.token} has the sequence ${message.sequence}, a send answers ${entry.sequence}`;
    checker.breach(what, message);
  }
  noteSequence(checker, message, call.queue, entry.id ?? '', entry.sequence);
}

/** A copy of a message keeps its sequence number. */
export function noteSequence(
  checker: Checker,
  message: Message,
  queue: string,
  id: string,
  sequence: string | undefined,
): void {
  if (sequence === undefined) return;
  const key = `${queue} ${id}`;
  const known = message.sequences.get(key);
  if (known === undefined) message.sequences.set(key, sequence);
  else if (known !== sequence) {
    const what = `${message.token ?? id} in ${queue} has the sequences ${known} and ${sequence}`;
    checker.breach(what, message);
  }
}

/** What was sent after an answer comes after what was answered. */
function checkSequences(checker: Checker, calls: readonly SendCall[]): void {
  for (const call of calls) {
    const queue = checker.queue(call.queue);
    if (!queue.spec.fifo) continue;
    for (const { token, sequence } of call.entries) {
      const message = checker.messageOf(token);
      // A repetition has the place of the first.
      if (sequence === undefined || message?.firstMs !== call.beginMs) continue;
      const later = queue.answered.find(
        (answer) => answer.endMs < call.beginMs && answer.sequence >= sequence,
      );
      if (later === undefined) continue;
      const what = `${token} got the sequence ${sequence} after ${later.sequence} had been answered`;
      checker.breach(what, message);
    }
    const sequences = call.entries.flatMap(({ sequence }) => sequence ?? []);
    const highest = sequences.sort().at(-1);
    if (highest !== undefined) queue.answered.push({ endMs: call.endMs, sequence: highest });
  }
  forgetAnswers(checker, calls);
}

/** No call of this life is under way any more: of all answers the highest is enough. */
function forgetAnswers(checker: Checker, calls: readonly SendCall[]): void {
  for (const name of new Set(calls.map(({ queue }) => queue))) {
    const queue = checker.queue(name);
    queue.answered = queue.answered
      .toSorted((a, b) => (a.sequence < b.sequence ? 1 : -1))
      .slice(0, 1);
  }
}
