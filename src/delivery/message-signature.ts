/**
 * Signs what subscribers get, and keeps the certificate with which they verify it.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 *
 * Key and certificate are made when the first message is signed, which takes about a tenth of a
 * second once, and are kept in the store. The certificate's name is a hash of it, so a verifier
 * that remembers certificates by their URL never checks with another server's.
 */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { Transaction } from '../storage/port.ts';
import { selfSignedCertificate } from './certificate.ts';

/** 1: RSA with SHA-1, the default of topics; 2: RSA with SHA-256. */
export type SignatureVersion = '1' | '2';

export interface MessageSigner {
  /** Where this server shows the certificate: `/SimpleNotificationService-<hex>.pem`. */
  readonly certificatePath: string;
  /** The signature of a text's UTF-8 bytes, in base64. Takes about a millisecond. */
  sign(stringToSign: string, version: SignatureVersion): string;
}

/** What the paths of certificates begin with. */
export const CERTIFICATE_PATH_START = '/SimpleNotificationService-';

/** What is stored, in PEM. Whoever may read the database may sign; AWS's own key is not here. */
interface SigningKey {
  readonly privateKey: string;
  readonly certificate: string;
}

const SIGNING_KEY = 'sns/signing-key';
const NAME = { commonName: 'sns.amazonaws.com', organization: 'Waystation' };
const DIGESTS = { 1: 'sha1', 2: 'sha256' } as const;

/** The signer of this store; makes its key when there is none yet. */
export async function messageSigner(tx: Transaction): Promise<MessageSigner> {
  const stored = await tx.documents.get<SigningKey>(SIGNING_KEY);
  if (stored !== undefined) return signerOf(stored.value);
  made ??= makeSigningKey();
  await tx.documents.put(SIGNING_KEY, made, { expectedVersion: 0 });
  return signerOf(made);
}

/** Whether the key can sign, and its certificate tells so; true where there is none yet. */
export async function isKeyUsable(tx: Transaction): Promise<boolean> {
  const stored = await tx.documents.get<SigningKey>(SIGNING_KEY);
  if (stored === undefined) return true;
  const { privateKey, certificate } = stored.value;
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}

/** The PEM text of the certificate at this path; undefined where there is none. */
export async function certificateAt(tx: Transaction, path: string): Promise<string | undefined> {
  const stored = (await tx.documents.get<SigningKey>(SIGNING_KEY))?.value;
  return stored !== undefined && certificatePath(stored) === path ? stored.certificate : undefined;
}

/** Stores without a key that are opened in one process, as tests do, share the one made here. */
let made: SigningKey | undefined;
/** The last key and its signer: PEM is read once. */
let lastKey: string | undefined;
let lastSigner: MessageSigner | undefined;

function signerOf(stored: SigningKey): MessageSigner {
  if (lastSigner === undefined || lastKey !== stored.privateKey) {
    const key = createPrivateKey(stored.privateKey);
    lastKey = stored.privateKey;
    lastSigner = { certificatePath: certificatePath(stored), sign: signWith(key) };
  }
  return lastSigner;
}

const signWith =
  (key: KeyObject) =>
  (stringToSign: string, version: SignatureVersion): string =>
    sign(DIGESTS[version], Buffer.from(stringToSign, 'utf8'), key).toString('base64');

function makeSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: selfSignedCertificate(privateKey, publicKey, NAME),
  };
}

function certificatePath({ certificate }: SigningKey): string {
  const hash = createHash('sha256').update(certificate).digest('hex').slice(0, 32);
  return `${CERTIFICATE_PATH_START}${hash}.pem`;
}
