/** The endpoints and options about deliveries, asked of the real program. */
import { afterAll, describe, expect, it } from 'vitest';
import { serverStarter } from '../support/server.ts';

const start = serverStarter(afterAll);

describe('a server', () => {
  it('shows its inbox, its attempts and its certificate', async () => {
    const endpoint = await start({ flags: ['--store', 'memory'] }).ready();
    const get = async (path: string, method = 'GET') => {
      const answer = await fetch(endpoint + path, { method });
      return [answer.status, await answer.text()];
    };
    expect(await get('/_waystation/inbox')).toEqual([200, '{"items":[]}\n']);
    expect(await get('/_waystation/inbox?kind=fax')).toEqual([400, expect.any(String)]);
    const topic = 'arn:aws:sns:us-east-1:000000000000:none';
    expect(await get(`/_waystation/deliveries?topic=${topic}`)).toEqual([200, '{"attempts":[]}\n']);
    const certificate = '/SimpleNotificationService-00.pem';
    expect(await get(certificate)).toEqual([404, '{"message":"There is no such certificate."}\n']);
    expect((await get(certificate, 'POST'))[0]).toBe(405);
    expect((await get('/SimpleNotification'))[0]).toBe(404);
  });

  it('starts with relays and gateways that are not there', async () => {
    const nowhere = 'http://user:secret@nowhere.invalid/x';
    const flags = ['sms', 'push', 'functions', 'firehose'].map(
      (name) => `--${name}-url=${nowhere}`,
    );
    const relay = '--smtp-url=smtp://user:secret@nowhere.invalid:587';
    const server = start({ flags: ['--store', 'memory', relay, ...flags] });
    await server.ready();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['--smtp-url', 'http://relay.test', 'smtp:// or smtps://'],
    ['--smtp-url', 'relay.test:25', 'smtp:// or smtps://'],
    ['--sms-url', 'smtp://gateway.test', 'http:// or https://'],
    ['--push-url', 'gateway', 'http:// or https://'],
    ['--functions-url', 'http://', 'http:// or https://'],
    ['--firehose-url', 'file:///x', 'http:// or https://'],
  ])('refuses %s %s', async (flag, value, expected) => {
    const server = start({ flags: [flag, value] });
    expect((await server.exit).code).toBe(1);
    expect(server.stderr).toContain(`${flag} must be a URL that begins with ${expected}`);
  });
});
