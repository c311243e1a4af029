/** Request bodies, within a limit. */
import type { IncomingMessage } from 'node:http';

const NO_BODY = Buffer.alloc(0);
const nothing = (): void => {};

/**
 * Calls `done` with the whole body, or `tooLarge` as soon as there is more than `bytesMax`; neither
 * when the client goes away before the end. What comes after the limit is read and forgotten.
 */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  done: (body: Buffer) => void,
  tooLarge: () => void,
): void {
  let receive = done;
  let refuse = tooLarge;
  let only: Buffer = NO_BODY;
  let chunks: Buffer[] | undefined;
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    const before = size;
    size += chunk.length;
    if (size > bytesMax) {
      chunks = undefined;
      only = NO_BODY;
      if (before <= bytesMax) refuse();
    } else if (before === 0) {
      only = chunk;
    } else if (chunks === undefined) {
      chunks = [only, chunk];
    } else {
      chunks.push(chunk);
    }
  });
  request.on('end', () => {
    if (size > bytesMax) return;
    const body = chunks === undefined ? only : Buffer.concat(chunks, size);
    receive(body);
    // The listeners last as long as the request, which a parked call keeps.
    only = NO_BODY;
    chunks = undefined;
    receive = nothing;
    refuse = nothing;
  });
}

/** What the `Content-Length` header announces; undefined where there is none. */
export function announcedLength(request: IncomingMessage): number | undefined {
  const length = request.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
