/**
 * The push services that an application can belong to, and what sets them apart.
 * https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html
 */
import { invalid } from './errors.ts';

interface Platform {
  /** It takes a PlatformPrincipal beside the PlatformCredential. */
  readonly hasPrincipal: boolean;
  readonly isApple: boolean;
  /** Of a notification, where the service limits it. */
  readonly payloadBytesMax?: number;
  /** A time to live of 0 means something to it: now or never. */
  readonly takesZeroTtl: boolean;
  /** Its names in message attributes, the one that counts most first. */
  readonly attributeNames: readonly string[];
  /** The same for a time to live. */
  readonly ttlNames: readonly string[];
  /** Endpoint attributes that only it has. */
  readonly endpointAttributes: readonly string[];
}

const APPLE_BYTES_MAX = 4_096;
const VOIP_BYTES_MAX = 5_120;

const platform = (name: string, traits: Partial<Platform> = {}): [string, Platform] => [
  name,
  {
    hasPrincipal: true,
    isApple: false,
    takesZeroTtl: false,
    attributeNames: [name],
    ttlNames: [name],
    endpointAttributes: [],
    ...traits,
  },
];

const apple = (name: string, payloadBytesMax = APPLE_BYTES_MAX): [string, Platform] =>
  platform(name, {
    isApple: true,
    payloadBytesMax,
    takesZeroTtl: true,
    attributeNames: [...new Set([name, 'APNS'])],
  });

const platforms: ReadonlyMap<string, Platform> = new Map([
  platform('ADM', { payloadBytesMax: 6_144 }),
  apple('APNS'),
  apple('APNS_SANDBOX'),
  apple('APNS_VOIP', VOIP_BYTES_MAX),
  apple('APNS_VOIP_SANDBOX', VOIP_BYTES_MAX),
  platform('BAIDU', { endpointAttributes: ['ChannelId', 'UserId'] }),
  platform('GCM', {
    hasPrincipal: false,
    payloadBytesMax: 4_096,
    takesZeroTtl: true,
    attributeNames: ['FCM', 'GCM'],
    ttlNames: ['FCM', 'GCM'],
  }),
  apple('MACOS'),
  apple('MACOS_SANDBOX'),
  platform('MPNS'),
  platform('WNS'),
]);

/** Throws InvalidParameter. AWS documents that it refuses other platforms; the text is assumed. */
export function readPlatform(name: string): Platform {
  const found = platforms.get(name);
  if (found === undefined) throw invalid(`Platform Reason: ${name} is not supported`);
  return found;
}

/** What is wrong with a notification, in the words that stand behind `Message Reason: `. */
export function problemOfPayload(name: string, payload: string): string | undefined {
  const { payloadBytesMax } = readPlatform(name);
  if (payloadBytesMax === undefined || Buffer.byteLength(payload) <= payloadBytesMax) {
    return undefined;
  }
  // Observed: each service has a text of its own.
  const problem =
    name === 'GCM' ? 'Notification data is larger than allowed limit' : 'Notification is too long';
  return `Invalid notification for protocol ${name}: ${problem}`;
}
