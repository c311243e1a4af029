/** Who calls, from what the request says about its signer and its way to us. */
import type { IncomingMessage } from 'node:http';
import { accountOf, type Claim, DEFAULT_ACCOUNT_ID, DEFAULT_REGION } from '../auth/sigv4.ts';
import type { Caller } from '../core/context.ts';
import { type EndpointRules, endpointOf } from './endpoint.ts';

const ANONYMOUS = 'anonymous';

export function callerOf(
  request: IncomingMessage,
  claim: Claim | undefined,
  rules: EndpointRules,
): Caller {
  const { headers } = request;
  const trace = headers['x-amzn-trace-id'];
  const region = claim?.region ?? DEFAULT_REGION;
  const accessKeyId = claim?.accessKeyId ?? ANONYMOUS;
  const principalId = claim === undefined ? ANONYMOUS : principalIdOf(accessKeyId);
  const endpoint = endpointOf(headers, request.socket, rules);
  const agent = headers['user-agent'];
  const last = lastCaller;
  if (
    last !== undefined &&
    trace === undefined &&
    last.accessKeyId === accessKeyId &&
    // A key may be called what an unsigned request goes by.
    last.principalId === principalId &&
    last.region === region &&
    last.endpoint === endpoint &&
    last.headers['user-agent'] === agent
  ) {
    return last;
  }
  const caller = {
    accountId: claim === undefined ? DEFAULT_ACCOUNT_ID : accountOf(accessKeyId),
    region,
    accessKeyId,
    principalId,
    endpoint,
    headers: { 'user-agent': agent, 'x-amzn-trace-id': Array.isArray(trace) ? trace[0] : trace },
  };
  if (trace === undefined) lastCaller = caller;
  return caller;
}

/** The last without a trace: one client calls again and again, and parked calls keep theirs. */
let lastCaller: Caller | undefined;

const PRINCIPAL_ID_LENGTH = 21;
const USER_PREFIX = 'AIDA';

let lastAccessKeyId = '';
let lastPrincipalId = '';

/**
 * A unique id in the form of AWS's user ids, `AIDA` and 17 letters or digits, made of the access
 * key alone so that one key is always the same principal. A key that is an account id stands for
 * the account itself, whose unique id on AWS is its number.
 */
export function principalIdOf(accessKeyId: string): string {
  if (accessKeyId === lastAccessKeyId) return lastPrincipalId;
  lastAccessKeyId = accessKeyId;
  lastPrincipalId = makePrincipalId(accessKeyId);
  return lastPrincipalId;
}

function makePrincipalId(accessKeyId: string): string {
  if (accountOf(accessKeyId) === accessKeyId) return accessKeyId;
  const letters = accessKeyId
    .toUpperCase()
    .replace(/^(?:AKIA|ASIA)/, '')
    .replace(/[^A-Z0-9]/g, '');
  return (USER_PREFIX + letters).padEnd(PRINCIPAL_ID_LENGTH, 'A').slice(0, PRINCIPAL_ID_LENGTH);
}
