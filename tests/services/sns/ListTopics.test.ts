/** https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import { createTopic, invalidParameter, newHarness, topicArn } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const list = (input: object = {}) => harness.call('ListTopics', input);

describe('ListTopics serialization', () => {
  const codecs = new Codecs(sns, 'ListTopics');

  it('reads forms', () => {
    expect(codecs.fromForm('NextToken=abc')).toEqual({ NextToken: 'abc' });
  });

  it('answers members', () => {
    const output = { Topics: [{ TopicArn: 'a' }, { TopicArn: 'b' }], NextToken: 'n' };
    expect(codecs.toXml(output)).toBe(
      '<ListTopicsResult><Topics><member><TopicArn>a</TopicArn></member><member>' +
        '<TopicArn>b</TopicArn></member></Topics><NextToken>n</NextToken></ListTopicsResult>',
    );
    expect(codecs.toXml({ Topics: [] })).toBe('<ListTopicsResult><Topics/></ListTopicsResult>');
  });
});

describe('ListTopics validation', () => {
  it('refuses a token that it did not make', async () => {
    expect(await harness.failure('ListTopics', { NextToken: 'x' })).toEqual(
      invalidParameter('NextToken Reason: Invalid or expired next token'),
    );
  });
});

describe('ListTopics behaviour', () => {
  it('answers an empty list', async () => {
    expect(await list()).toEqual({ Topics: [] });
    expect(await list({ NextToken: '' })).toEqual({ Topics: [] });
  });

  it("answers the caller's topics in the Region", async () => {
    await createTopic(harness, 'b');
    await createTopic(harness, 'a');
    const caller = { region: 'eu-west-1' };
    await harness.call('CreateTopic', { Name: 'c' }, { caller });
    expect(await list()).toEqual({
      Topics: [{ TopicArn: topicArn('a') }, { TopicArn: topicArn('b') }],
    });
  });

  it('answers a hundred at a time', async () => {
    for (let i = 0; i < 201; i++) await createTopic(harness, `t${i}`);
    const seen: unknown[] = [];
    const sizes: number[] = [];
    let NextToken: unknown;
    do {
      const page = await list(NextToken === undefined ? {} : { NextToken });
      const topics = page.Topics as unknown[];
      seen.push(...topics);
      sizes.push(topics.length);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([100, 100, 1]);
    expect(new Set(seen.map((topic) => JSON.stringify(topic))).size).toBe(201);
  });

  it('needs no second page for exactly a hundred', async () => {
    for (let i = 0; i < 100; i++) await createTopic(harness, `t${i}`);
    expect(await list()).not.toHaveProperty('NextToken');
  });
});
