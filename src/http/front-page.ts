/** What somebody sees who opens the server's address in a browser. */
import type { WireAnswer, WireService } from '../protocol/protocol.ts';
import { plainAnswer } from './answer.ts';
import type { OwnEndpoint } from './own-endpoint.ts';

export function frontPage(
  services: readonly WireService[],
  ownEndpoints: readonly OwnEndpoint[],
): WireAnswer {
  const lines = [
    'Waystation: queues, topics, event buses and streams that speak AWS, on your own machine.',
    '',
    'This address answers API calls of AWS SDKs and the AWS CLI:',
    '  export AWS_ENDPOINT_URL=<this address>',
    `Services: ${services.map(({ name }) => name).join(', ')}`,
    '',
    'Its own endpoints:',
    ...ownEndpoints.map(
      ({ method, path, isPrefix }) => `  ${method} ${path}${isPrefix ? '…' : ''}`,
    ),
  ];
  return plainAnswer(200, `${lines.join('\n')}\n`);
}
