/** Headers around a call: signatures in all forms, and what else clients and proxies send. */
import type { Random } from '../simulation/random.ts';
import type { Header } from './calls.ts';
import { ACCOUNT, REGION } from './texts.ts';

const credential = (service: string, region = REGION, account = ACCOUNT): string =>
  `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/${service}/aws4_request, ` +
  'SignedHeaders=host;x-amz-date, Signature=00';

export function credentialHeaders(random: Random, service: string): readonly Header[] {
  const draw = random.below(100);
  if (draw < 85) return [['Authorization', credential(service)]];
  if (draw < 88) return [['Authorization', credential(service, 'eu-west-1', '111111111111')]];
  if (draw < 90) return [];
  if (draw < 95) return [['Authorization', random.pick(ODD_CREDENTIALS)]];
  return [['Authorization', changedCredential(random, credential(service))]];
}

const ODD_CREDENTIALS: readonly string[] = [
  '',
  'AWS4-HMAC-SHA256',
  'AWS4-HMAC-SHA256 ',
  'AWS4-HMAC-SHA256 Credential=//////',
  'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request',
  'AWS4-HMAC-SHA256 Credential=a/b/us-east-1/sqs/aws4_request,SignedHeaders=host,Signature=',
  'AWS4-HMAC-SHA256 Signature=00, SignedHeaders=;;;, Credential=a/b/us-east-1/sqs/aws4_request',
  'AWS4-HMAC-SHA256 Credential=a/b/us-east-1/sns/aws4_request,SignedHeaders=host,Signature=zz,',
  `AWS4-HMAC-SHA256 Credential=${'a'.repeat(5_000)}/b/us-east-1/sqs/aws4_request, Signature=0`,
  'AWS4-HMAC-SHA256 Credential=__proto__/b/us-east-1/__proto__/aws4_request, SignedHeaders=a, Signature=0',
  'AWS4-HMAC-SHA256 Credential=a/b/us east/sqs/aws4_request, SignedHeaders=a, Signature=0',
  'AWS4-ECDSA-P256-SHA256 Credential=a/b/sqs/aws4_request, SignedHeaders=host, Signature=00',
  'AWS AKIAIOSFODNN7EXAMPLE:c2lnbmF0dXJl',
  'Basic dXNlcjpwYXNz',
  'Bearer a.b.c',
  ', = , = ,',
];

function changedCredential(random: Random, text: string): string {
  const at = random.below(text.length);
  const cut = random.below(6);
  const noise = random.pick(['', '/', ',', '=', ' ', ';', 'é', 'Credential=', '%00']);
  return (text.slice(0, at) + noise + text.slice(at + cut)).trim();
}

/** The query parameters of a presigned URL, now and then with one missing or twice. */
export function presignedQuery(random: Random, service: string): string {
  const parts = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${ACCOUNT}%2F20260101%2F${REGION}%2F${service}%2Faws4_request`,
    'X-Amz-Date=20260101T000000Z',
    'X-Amz-Expires=300',
    'X-Amz-SignedHeaders=host',
    'X-Amz-Signature=00',
  ];
  if (random.chance(0.2)) parts.splice(random.below(parts.length), 1);
  if (random.chance(0.1)) parts.push(random.pick(parts));
  if (random.chance(0.1)) parts.push('X-Amz-Security-Token=%ff', 'X-Amz-Credential=%');
  return parts.join('&');
}

const NAMES: readonly string[] = [
  'Accept',
  'Access-Control-Request-Headers',
  'Amz-Sdk-Invocation-Id',
  'Authorization',
  'Content-Encoding',
  'Content-MD5',
  'Content-Type',
  'Cookie',
  'Host',
  'If-None-Match',
  'Origin',
  'Range',
  'Upgrade-Insecure-Requests',
  'X-Amz-Content-Sha256',
  'X-Amz-Date',
  'X-Amz-Security-Token',
  'X-Amz-Target',
  'X-Amzn-Query-Mode',
  'X-Amzn-Trace-Id',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  '__proto__',
];

const VALUES: readonly string[] = [
  '',
  '*/*',
  'a, b;c="d',
  '\u00ff\u0080',
  'text/html',
  'gzip',
  'identity',
  'Identity, gzip',
  'application/x-amz-json-1.0',
  'application/x-www-form-urlencoded',
  'AmazonSQS.ListQueues',
  'AmazonSQS.__proto__',
  'AmazonSNS.Publish',
  'http',
  'https, http',
  '99999',
  '[::1',
  'evil.example',
  'a@b:1/c',
  'true',
  'bytes=0-1',
  '<script>',
  'x'.repeat(4_000),
];

export function extraHeaders(random: Random): readonly Header[] {
  if (!random.chance(0.12)) return [];
  return Array.from({ length: 1 + random.below(3) }, () => [
    random.pick(NAMES),
    random.pick(VALUES),
  ]);
}
