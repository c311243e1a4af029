/** Mail through a real relay, and into the inbox where there is none. */
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { EmailTarget } from '../../src/delivery/delivery.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { Mailer } from '../../src/delivery/targets/email.ts';
import { deadPort, RawEndpoint } from './endpoints.ts';
import { MailRelay, type ReceivedMail } from './mail-relay.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function relay(
  options: SMTPServerOptions = {},
): Promise<{ url: string; mails: ReceivedMail[] }> {
  const opened = new MailRelay(options);
  closing.push(() => opened.close());
  return { url: await opened.open(), mails: opened.mails };
}

const mail: EmailTarget = {
  kind: 'email',
  to: 'reader@example.test',
  from: 'Orders <no-reply@sns.test>',
  subject: 'Grüße',
  text: 'first line\nsécond line',
};

function send(
  url: string | undefined,
  changes: Partial<EmailTarget> = {},
  signal = new AbortController().signal,
): Promise<Outcome> {
  const mailer = new Mailer(url);
  // Before the relay goes away.
  closing.unshift(() => mailer.close());
  return mailer.deliver({ ...mail, ...changes }, signal);
}

function refuseWith(responseCode: number): Error {
  return Object.assign(new Error('not you'), { responseCode });
}

describe('a relay', () => {
  it('gets the mail', async () => {
    const { url, mails } = await relay();
    expect(await send(url)).toMatchObject({ result: 'delivered', statusCode: 250 });
    const [received] = mails;
    expect(received).toMatchObject({ from: 'no-reply@sns.test', to: ['reader@example.test'] });
    expect(received?.source).toContain('From: Orders <no-reply@sns.test>\r\n');
    expect(received?.source).toContain('To: reader@example.test\r\n');
    expect(received?.source).toMatch(/^Subject: =\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?=/m);
    expect(received?.source).toContain('first line\r\ns=C3=A9cond line');
  });

  it('gets user and password', async () => {
    let seen: unknown;
    const { url } = await relay({
      authOptional: false,
      onAuth({ username, password }, _session, callback) {
        seen = [username, password];
        callback(null, { user: username });
      },
    });
    const outcome = await send(url.replace('//', '//us%40er:pass%3Aword@'));
    expect([outcome.result, seen]).toEqual(['delivered', ['us@er', 'pass:word']]);
  });

  it('that does not take user and password may take them once they are put right', async () => {
    const { url } = await relay({
      authOptional: false,
      onAuth: (_auth, _session, callback) => callback(new Error('wrong')),
    });
    const outcome = await send(url.replace('//', '//user:wrong@'));
    expect(outcome).toMatchObject({ result: 'failed', statusCode: 535 });
  });

  it.each([
    [550, 'refused'],
    [553, 'refused'],
    [450, 'failed'],
    [452, 'failed'],
  ])('that answers %d to the recipient means %s', async (code, result) => {
    const { url } = await relay({
      onRcptTo: (_address, _session, callback) => callback(refuseWith(code)),
    });
    expect(await send(url)).toMatchObject({ result, statusCode: code });
  });

  it.each([
    [554, 'refused'],
    [451, 'failed'],
  ])('that answers %d to the mail means %s', async (code, result) => {
    const { url } = await relay({
      onData(stream, _session, callback) {
        stream.resume();
        stream.on('end', () => callback(refuseWith(code)));
      },
    });
    expect(await send(url)).toMatchObject({ result, statusCode: code });
  });

  it('that wants nobody at the moment is asked again later', async () => {
    const { url } = await relay({
      onConnect: (_session, callback) => callback(refuseWith(421)),
    });
    expect((await send(url)).result).toBe('failed');
  });

  it('that is not there is asked again later', async () => {
    expect(await send(`smtp://127.0.0.1:${await deadPort()}`)).toMatchObject({
      result: 'failed',
      providerResponse: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('that says nothing is left when the time is over', async () => {
    const silent = new RawEndpoint(() => {});
    const url = (await silent.open()).replace('http:', 'smtp:');
    closing.push(() => silent.close());
    const controller = new AbortController();
    const sending = send(url, {}, controller.signal);
    controller.abort(new Error('no answer within 30 seconds'));
    expect(await sending).toMatchObject({
      result: 'failed',
      providerResponse: 'Error: no answer within 30 seconds',
    });
  });

  it('sends many mails over few connections', async () => {
    const { url, mails } = await relay();
    const mailer = new Mailer(url);
    closing.unshift(() => mailer.close());
    const { signal } = new AbortController();
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => mailer.deliver({ ...mail, to: `r${i}@x.test` }, signal)),
    );
    expect(new Set(mails.flatMap(({ to }) => to)).size).toBe(30);
  });
});

describe('what a mail says', () => {
  it('cannot add headers or recipients', async () => {
    const { url, mails } = await relay();
    await send(url, {
      subject: 'x\r\nBcc: victim@example.test',
      to: 'reader@example.test,victim@example.test',
    });
    await send(url, { subject: 'y\nX-Added: 1', text: '.\r\nMAIL FROM:<x@y>\r\n.' });
    for (const { to, source } of mails) {
      expect(to).not.toContain('victim@example.test');
      expect(source).not.toMatch(/^(Bcc|X-Added):/im);
    }
    expect(mails).toHaveLength(1);
  });

  it('cannot name files of this machine', async () => {
    const { url, mails } = await relay();
    await send(url, { text: '{"path":"/etc/passwd"}' });
    expect(mails[0]?.source).not.toContain('root:');
  });
});

describe('without a relay', () => {
  it('the mail is kept', async () => {
    const { kind: _, ...kept } = mail;
    expect(await send(undefined)).toEqual({
      result: 'delivered',
      providerResponse: 'kept in the inbox of this server',
      kept: { kind: 'email', ...kept },
    });
  });
});
