/** https://docs.aws.amazon.com/sns/latest/api/API_DeleteEndpoint.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  absentEndpoint,
  badEndpointArns,
  createApplication,
  createEndpoint,
  createEventTopic,
  noEndpoint,
} from './platforms.ts';
import { bodies, createTopic, missing, newHarness, subscribe } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const remove = (EndpointArn: string) => harness.call('DeleteEndpoint', { EndpointArn });

describe('DeleteEndpoint serialization', () => {
  const codecs = new Codecs(sns, 'DeleteEndpoint');

  it('reads forms', () => {
    expect(codecs.fromForm('EndpointArn=a')).toEqual({ EndpointArn: 'a' });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('DeleteEndpoint validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('DeleteEndpoint', {})).toEqual(missing('endpointArn'));
  });

  it.each(badEndpointArns)('refuses the ARN %j', async (EndpointArn, error) => {
    expect(await harness.failure('DeleteEndpoint', { EndpointArn })).toEqual(error);
  });
});

describe('DeleteEndpoint behaviour', () => {
  it('is a success for an endpoint that is not there', async () => {
    expect(await remove(absentEndpoint)).toEqual({});
    await createApplication(harness);
    expect(await remove(absentEndpoint)).toEqual({});
  });

  it('removes the endpoint, and leaves nothing of it in the store', async () => {
    const application = await createApplication(harness);
    const EndpointArn = await createEndpoint(harness, application, 'token');
    expect(await remove(EndpointArn)).toEqual({});
    expect(await harness.failure('GetEndpointAttributes', { EndpointArn })).toEqual(noEndpoint);
    const left = await harness.store.transact((tx) =>
      tx.documents.list('sns/platform/', { limit: 10 }),
    );
    expect(left).toEqual([]);
  });

  it('keeps its subscriptions', async () => {
    const application = await createApplication(harness);
    const endpoint = await createEndpoint(harness, application, 'token');
    const topic = await createTopic(harness, 'orders');
    const SubscriptionArn = await subscribe(harness, topic, 'application', endpoint);
    await remove(endpoint);
    expect(await harness.call('ListSubscriptions', {})).toMatchObject({
      Subscriptions: [{ SubscriptionArn, Endpoint: endpoint }],
    });
  });

  it('tells the topic of the application, once', async () => {
    const EventEndpointDeleted = await createEventTopic(harness);
    const application = await createApplication(harness, { EventEndpointDeleted });
    const EndpointArn = await createEndpoint(harness, application, 'token');
    await remove(EndpointArn);
    await remove(EndpointArn);
    const events = (await bodies(harness, 'events')).map((body) => JSON.parse(body));
    expect(events).toEqual([
      {
        EndpointArn,
        EventType: 'EndpointDeleted',
        Resource: application,
        Service: 'SNS',
        Time: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });
});
