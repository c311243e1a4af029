/** https://docs.aws.amazon.com/sns/latest/api/API_DeletePlatformApplication.html */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptLog, readAttempts } from '../../../src/delivery/attempt-log.ts';
import { sns } from '../../../src/services/sns/index.ts';
import { Codecs } from '../../support/codecs.ts';
import type { ServiceHarness } from '../../support/service.ts';
import {
  applicationArn,
  badApplicationArns,
  createApplication,
  createEndpoint,
  noApplication,
  noEndpoint,
} from './platforms.ts';
import { missing, newHarness } from './topics.ts';

let harness: ServiceHarness;

beforeEach(() => {
  harness = newHarness();
});

afterEach(() => harness.close());

const remove = (PlatformApplicationArn: string) =>
  harness.call('DeletePlatformApplication', { PlatformApplicationArn });

describe('DeletePlatformApplication serialization', () => {
  const codecs = new Codecs(sns, 'DeletePlatformApplication');

  it('reads forms', () => {
    expect(codecs.fromForm('PlatformApplicationArn=a')).toEqual({ PlatformApplicationArn: 'a' });
  });

  it('answers nothing', () => {
    expect(codecs.toXml({})).toBe('');
  });
});

describe('DeletePlatformApplication validation', () => {
  it('asks for an ARN', async () => {
    expect(await harness.failure('DeletePlatformApplication', {})).toEqual(
      missing('platformApplicationArn'),
    );
  });

  it.each(badApplicationArns)('refuses the ARN %j', async (PlatformApplicationArn, error) => {
    const input = { PlatformApplicationArn };
    expect(await harness.failure('DeletePlatformApplication', input)).toEqual(error);
  });
});

describe('DeletePlatformApplication behaviour', () => {
  it('is a success for an application that is not there', async () => {
    expect(await remove(applicationArn())).toEqual({});
  });

  it('removes the application and its endpoints', async () => {
    const application = await createApplication(harness);
    const EndpointArn = await createEndpoint(harness, application, 'token');
    expect(await remove(application)).toEqual({});
    const input = { PlatformApplicationArn: application };
    expect(await harness.failure('GetPlatformApplicationAttributes', input)).toEqual(noApplication);
    expect(await harness.failure('GetEndpointAttributes', { EndpointArn })).toEqual(noEndpoint);
    expect(await harness.call('ListPlatformApplications', {})).toEqual({
      PlatformApplications: [],
    });
  });

  it('leaves an application that is made anew without endpoints', async () => {
    const application = await createApplication(harness);
    const EndpointArn = await createEndpoint(harness, application, 'token');
    await remove(application);
    await createApplication(harness);
    const input = { PlatformApplicationArn: application };
    expect(await harness.call('ListEndpointsByPlatformApplication', input)).toEqual({
      Endpoints: [],
    });
    expect(await harness.failure('GetEndpointAttributes', { EndpointArn })).toEqual(noEndpoint);
  });

  it('leaves nothing of many endpoints in the store, and those of others untouched', async () => {
    const application = await createApplication(harness);
    const other = await createApplication(harness, {}, 'GCM', 'other');
    await createEndpoint(harness, other, 'token');
    for (let i = 0; i < 450; i++) await createEndpoint(harness, application, `token ${i}`);
    await remove(application);
    await harness.advance(0);
    const left = await harness.store.transact((tx) =>
      tx.documents.list('sns/platform/', { limit: 1_000 }),
    );
    expect(left).toHaveLength(2);
    expect(await harness.store.transact((tx) => tx.timers.nextDueAtMs())).toBeUndefined();
  });

  it('removes its log of attempts, and leaves that of one that is made anew', async () => {
    const application = await createApplication(harness);
    const attempts = async () => (await readAttempts(harness.store, application, 1_000)).length;
    const log = attemptLog(application) ?? '';
    const record = (count: number) =>
      harness.store.transact((tx) => tx.logs.append(log, new Array(count).fill('{}')));
    await record(700);
    await harness.scheduler.stop();
    await remove(application);
    await createApplication(harness);
    await record(2);
    await harness.scheduler.tick();
    expect(await attempts()).toBe(202);
    await harness.scheduler.tick();
    expect(await attempts()).toBe(2);
    expect(await harness.store.transact((tx) => tx.timers.nextDueAtMs())).toBeUndefined();
  });
});
