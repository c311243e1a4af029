/** The signing key, its certificate, and verifiers that know nothing of us. */
import { createVerify, X509Certificate } from 'node:crypto';
import https from 'node:https';
import { PassThrough } from 'node:stream';
import MessageValidator from 'sns-validator';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '../../src/core/environment.ts';
import { certificateAt, messageSigner } from '../../src/delivery/message-signature.ts';
import { openMemoryStore } from '../../src/storage/memory/index.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';
import { removeTemporaryFolders, temporaryFolder } from '../support/server.ts';

const clock = new TestClock();

afterEach(() => {
  vi.restoreAllMocks();
  removeTemporaryFolders();
});

async function signed() {
  const store = openMemoryStore({ clock });
  return store.transact(async (tx) => {
    const signer = await messageSigner(tx);
    const certificate = await certificateAt(tx, signer.certificatePath);
    if (certificate === undefined) throw new Error('no certificate');
    return { signer, certificate };
  });
}

describe('the certificate', () => {
  it('is one that Node reads and that its own key signed', async () => {
    const { certificate } = await signed();
    const read = new X509Certificate(certificate);
    expect(read.subject).toBe('O=Waystation\nCN=sns.amazonaws.com');
    expect(read.issuer).toBe(read.subject);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect([read.validFromDate.getUTCFullYear(), read.validToDate.getUTCFullYear()]).toEqual([
      2020, 2049,
    ]);
    expect(read.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(read.ca).toBe(false);
    expect(read.toString()).toBe(certificate);
  });

  it('stands at a path of its own, as on AWS, and at no other', async () => {
    const store = openMemoryStore({ clock });
    await store.transact(async (tx) => {
      const path = '/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem';
      expect(await certificateAt(tx, path)).toBeUndefined();
      const { certificatePath } = await messageSigner(tx);
      expect(certificatePath).toMatch(/^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/);
      expect(await certificateAt(tx, path)).toBeUndefined();
      expect(await certificateAt(tx, certificatePath)).toContain('BEGIN CERTIFICATE');
    });
  });
});

describe('the key', () => {
  it('is kept: a server that starts again signs with the same one', async () => {
    const folder = temporaryFolder();
    const paths: string[] = [];
    for (let start = 0; start < 2; start++) {
      vi.resetModules();
      const fresh = await import('../../src/delivery/message-signature.ts');
      const store = await openSqliteStore({ folder, clock, durability: 'full' });
      paths.push((await store.transact((tx) => fresh.messageSigner(tx))).certificatePath);
      await store.close();
    }
    expect(paths[1]).toBe(paths[0]);
  });
});

describe('signatures', () => {
  it.each([
    ['1', 'RSA-SHA1'],
    ['2', 'RSA-SHA256'],
  ] as const)('of version %s are %s', async (version, algorithm) => {
    const { signer, certificate } = await signed();
    const text = 'Message\ngrüße 😀\nType\nNotification\n';
    const signature = signer.sign(text, version);
    const verify = (what: string) =>
      createVerify(algorithm).update(what, 'utf8').verify(certificate, signature, 'base64');
    expect([verify(text), verify(`${text} `)]).toEqual([true, false]);
  });

  it.each(['1', '2'] as const)('of version %s satisfy AWS’s verifier', async (version) => {
    const { signer, certificate } = await signed();
    const fields = {
      Message: 'grüße\n"quoted"',
      MessageId: '00000000-0000-4000-8000-000000000001',
      Subject: 'a subject',
      Timestamp: '2026-01-01T00:00:00.000Z',
      TopicArn: 'arn:aws:sns:us-east-1:000000000000:t',
      Type: 'Notification',
    };
    const stringToSign = Object.entries(fields)
      .map(([key, value]) => `${key}\n${value}\n`)
      .join('');
    const message = {
      ...fields,
      SignatureVersion: version,
      Signature: signer.sign(stringToSign, version),
      SigningCertURL: `https://sns.test:1${signer.certificatePath}`,
    };
    serve(certificate);
    expect(await validate(message)).toBeUndefined();
    const forged = { ...message, Message: 'forged' };
    expect(await validate(forged)).toMatchObject({ message: 'The message signature is invalid.' });
  });
});

/** What the verifier fetches; it insists on HTTPS, which a test has no trusted certificate for. */
function serve(certificate: string): void {
  vi.spyOn(https, 'get').mockImplementation(((_url: string, answer: (body: unknown) => void) => {
    const body = Object.assign(new PassThrough(), { statusCode: 200 });
    answer(body);
    body.end(certificate);
    return body;
    // The verifier uses one of the many forms of `get`.
  }) as unknown as typeof https.get);
}

function validate(message: object): Promise<Error | undefined> {
  const validator = new MessageValidator(/^sns\.test:1$/);
  return new Promise((resolve) => {
    validator.validate({ ...message }, (error) => resolve(error ?? undefined));
  });
}
