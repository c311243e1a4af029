/**
 * The least that a durable server does: `node:http` that appends each body to a file and answers
 * when the file is synced; one sync serves all that came since the last. Takes port and folder.
 */
import { fdatasync, openSync, writev } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';

const answer = '{"MessageId":"00000000-0000-4000-8000-000000000000","MD5OfMessageBody":"0"}';
const headers = {
  'Content-Type': 'application/x-amz-json-1.0',
  'Content-Length': Buffer.byteLength(answer),
};
const [port, folder = '.'] = process.argv.slice(2);
const file = openSync(join(folder, 'log'), 'a');
let chunks: Buffer[] = [];
let waiting: ServerResponse[] = [];
let busy = false;

function save(): void {
  if (busy || waiting.length === 0) return;
  busy = true;
  const [written, served] = [chunks, waiting];
  chunks = [];
  waiting = [];
  writev(file, written, (failure) => {
    if (failure) throw failure;
    fdatasync(file, (error) => {
      if (error) throw error;
      busy = false;
      for (const response of served) {
        response.writeHead(200, headers);
        response.end(answer);
      }
      save();
    });
  });
}

const server = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    waiting.push(response);
    setImmediate(save);
  });
});
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
