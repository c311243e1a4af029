/** What is said in one turn of the event loop goes together, but not too much of it. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Outbox } from '../../../src/http/threads/outbox.ts';

function outbox() {
  const sent: (readonly number[])[] = [];
  return { sent, box: new Outbox<number>((items) => sent.push(items)) };
}

it('sends what is added in a turn as one message, when the turn is over', async () => {
  const { sent, box } = outbox();
  for (const item of [1, 2, 3]) box.add(item);
  expect(sent).toEqual([]);
  await turn();
  expect(sent).toEqual([[1, 2, 3]]);
  box.add(4);
  await turn();
  expect(sent).toEqual([[1, 2, 3], [4]]);
});

it('sends eight without waiting for more', async () => {
  const { sent, box } = outbox();
  for (let item = 1; item <= 20; item++) box.add(item);
  expect(sent.map(({ length }) => length)).toEqual([8, 8]);
  await turn();
  expect(sent.flat()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(sent).toHaveLength(3);
});

it('sends what there is at once when asked to, and nothing twice', async () => {
  const { sent, box } = outbox();
  box.flush();
  box.add(1);
  box.flush();
  box.flush();
  await turn();
  expect(sent).toEqual([[1]]);
});
