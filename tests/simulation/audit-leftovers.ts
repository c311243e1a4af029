/** What may be stored of topics when nothing is under way: what belongs to those that are there. */
import type { Document } from '../../src/storage/port.ts';
import type { World } from './expected.ts';
import { topicArn } from './expected-topics.ts';

/** All documents of topics begin with this. */
export const TOPIC_DOCUMENTS = 'sns/';

/** Answers what is wrong with them. */
export function auditLeftovers(world: World, documents: readonly Document[]): readonly string[] {
  const faults: string[] = [];
  const topics = world.topics.all;
  const subscriptions = topics.flatMap(({ subscribers }) => subscribers.map(({ arn }) => arn));
  const idOf = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1);

  /** Compares what is stored under a prefix, as `name` makes it of each document. */
  function expect(prefix: string, name: (document: Document) => string, expected: string[]): void {
    const found = documents.filter(({ key }) => key.startsWith(`sns/${prefix}/`)).map(name);
    const isRight = found.sort().join() === expected.sort().join();
    if (!isRight) faults.push(`sns/${prefix}/ holds ${found.join()}, not ${expected.join()}`);
  }

  const lastPart = ({ key }: Document) => key.slice(key.lastIndexOf('/') + 1);
  expect('fan-out', ({ key }) => key, []);
  expect(
    'topic',
    (document) => topicArn(lastPart(document)),
    topics.map(({ name }) => topicArn(name)),
  );
  expect('subscription', lastPart, subscriptions.map(idOf));
  expect('endpoint', ({ value }) => String(value), subscriptions.map(idOf));
  expect('subscriptions-of', lastPart, [...subscriptions]);
  const topicIds = documents
    .filter(({ key }) => key.startsWith('sns/topic/'))
    .map(({ value }) => (value as { readonly topicId: string }).topicId);
  for (const document of documents) {
    const isOfTopic = /^sns\/(subscription-changes|sequence)\//.test(document.key);
    if (isOfTopic && !topicIds.includes(lastPart(document))) faults.push(`${document.key} is left`);
  }
  return faults;
}
