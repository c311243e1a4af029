/**
 * The measure of all ratios: `node:http` reading a request and answering a fixed body. Takes the
 * port, or none for any.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = '{"MessageId":"00000000-0000-4000-8000-000000000000","MD5OfMessageBody":"0"}';
const headers = {
  'Content-Type': 'application/x-amz-json-1.0',
  'Content-Length': Buffer.byteLength(body),
};

const server = createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => {
    response.writeHead(200, headers);
    response.end(body);
  });
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('SIGTERM', () => process.exit(0));
