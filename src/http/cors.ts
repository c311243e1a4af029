/**
 * Cross-origin requests of browsers: the console and SDKs in web pages. Any origin may call, as on
 * AWS; what protects the API is the signature, never a cookie.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */

const EXPOSED =
  'x-amzn-requestid,x-amzn-query-error,x-amzn-errortype,x-amzn-errormessage,x-amzn-trace-id,date';

const ALLOWED_BY_DEFAULT =
  'authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,' +
  'x-amz-target,x-amz-user-agent,x-amzn-query-mode,amz-sdk-invocation-id,amz-sdk-request';

const ALLOWED_NAMES = new Set(['authorization', 'content-type', 'x-amzn-query-mode']);
const ALLOWED_PREFIXES = ['x-amz-', 'x-amzn-', 'amz-sdk-'];

const PREFLIGHT_SECONDS = '172800';

/** Headers, flat, of every answer to a request with an `Origin`. */
export const crossOriginHeaders: readonly string[] = [
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Expose-Headers',
  EXPOSED,
];

/** Headers, flat, of the answer to a preflight that asks for these request headers. */
export function preflightHeaders(requested: string | undefined): readonly string[] {
  return [
    'Access-Control-Allow-Origin',
    '*',
    'Access-Control-Allow-Methods',
    'GET,HEAD,POST,OPTIONS',
    'Access-Control-Allow-Headers',
    requested === undefined ? ALLOWED_BY_DEFAULT : allowedOf(requested),
    'Access-Control-Max-Age',
    PREFLIGHT_SECONDS,
    'Vary',
    'Access-Control-Request-Headers',
  ];
}

/** Of the headers asked for, those that AWS requests carry. */
function allowedOf(requested: string): string {
  return requested
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(
      (name) =>
        ALLOWED_NAMES.has(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix)),
    )
    .join(',');
}
