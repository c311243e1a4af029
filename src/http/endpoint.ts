/**
 * The scheme, host and port by which a client reached us; they go into the URLs that we hand out,
 * so what a client claims is checked before it is repeated.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP, isIPv6, type Socket } from 'node:net';

export interface EndpointRules {
  /** Used for every client where given; without a trailing slash. */
  readonly publicUrl?: string | undefined;
  /** Whether `X-Forwarded-*` headers of this peer count. */
  readonly trustsProxy: (peerAddress: string) => boolean;
}

/** Endpoints by Host header; forgotten as a whole when full. */
const endpoints = new Map<string, string | undefined>();
const ENDPOINTS_MAX = 1000;

export function endpointOf(
  headers: IncomingHttpHeaders,
  socket: Socket,
  rules: EndpointRules,
): string {
  if (rules.publicUrl !== undefined) return rules.publicUrl;
  return forwarded(headers, socket, rules) ?? hostEndpoint(headers.host) ?? localEndpoint(socket);
}

function hostEndpoint(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  if (endpoints.has(host)) return endpoints.get(host);
  const endpoint = isHost(host) ? `http://${host}` : undefined;
  if (endpoints.size >= ENDPOINTS_MAX) endpoints.clear();
  endpoints.set(host, endpoint);
  return endpoint;
}

/** What a trusted proxy says, undefined where none speaks or it makes no sense. */
function forwarded(
  headers: IncomingHttpHeaders,
  socket: Socket,
  rules: EndpointRules,
): string | undefined {
  const protocol = first(headers['x-forwarded-proto'])?.toLowerCase();
  const forwardedHost = first(headers['x-forwarded-host']);
  const port = first(headers['x-forwarded-port']);
  if (protocol === undefined && forwardedHost === undefined && port === undefined) return undefined;
  if (!rules.trustsProxy(socket.remoteAddress ?? '')) return undefined;
  if (protocol !== undefined && protocol !== 'http' && protocol !== 'https') return undefined;
  const host = forwardedHost ?? headers.host;
  if (host === undefined || !isHost(host)) return undefined;
  const scheme = protocol ?? 'http';
  if (port === undefined || hasPort(host) || port === DEFAULT_PORTS[scheme]) {
    return `${scheme}://${host}`;
  }
  return isPort(port) ? `${scheme}://${host}:${port}` : undefined;
}

const DEFAULT_PORTS = { http: '80', https: '443' };

/** A chain of proxies lists the client's own view first. */
function first(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  const value = text?.split(',')[0]?.trim();
  return value === '' ? undefined : value;
}

const HOST = /^(?:[A-Za-z0-9_.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** A name, an IPv4 address or an IPv6 address in brackets, perhaps with a port. */
function isHost(text: string): boolean {
  if (!HOST.test(text)) return false;
  return !text.startsWith('[') || isIPv6(text.slice(1, text.indexOf(']')));
}

function hasPort(host: string): boolean {
  return host.lastIndexOf(':') > host.lastIndexOf(']');
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536;
}

function localEndpoint(socket: Socket): string {
  const address = unmapped(socket.localAddress ?? '127.0.0.1');
  const host = isIPv6(address) ? `[${address}]` : address;
  return `http://${host}:${socket.localPort}`;
}

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, prefix, 'ipv4');
}
privateNetworks.addAddress('::1', 'ipv6');
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addSubnet('fe80::', 10, 'ipv6');

/** Whether an address is loopback, link-local or of a private network: where proxies stand. */
export function isPrivateAddress(address: string): boolean {
  const plain = unmapped(address);
  if (isIP(plain) === 0) return false;
  return privateNetworks.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

const MAPPED_PREFIX = '::ffff:';

/** An IPv4 peer of an IPv6 socket is written `::ffff:10.0.0.1`. */
function unmapped(address: string): string {
  return address.startsWith(MAPPED_PREFIX) && address.includes('.')
    ? address.slice(MAPPED_PREFIX.length)
    : address;
}
