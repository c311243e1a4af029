/** A service's wire forms without a socket: bytes to input, output to bytes. */
import type { Context } from '../../src/core/context.ts';
import { awsJson } from '../../src/protocol/aws-json/index.ts';
import { awsQuery } from '../../src/protocol/aws-query/index.ts';
import type { AnyOperation } from '../../src/schema/operation.ts';
import type { Service } from '../../src/schema/service.ts';

/** How one operation reads and writes. */
export class Codecs {
  readonly #service: Service<Context>;
  readonly #operation: AnyOperation<Context>;

  constructor(service: Service<Context>, operation: string) {
    const row = service.operations.get(operation);
    if (row === undefined) throw new Error(`no operation ${operation}`);
    this.#service = service;
    this.#operation = row;
  }

  /** The input that a JSON body means. Throws AwsError. */
  fromJson(body: object): unknown {
    return this.#decode(awsJson, '/', 'application/x-amz-json-1.0', JSON.stringify(body));
  }

  /** The input that form parameters mean. Throws AwsError. */
  fromForm(parameters: string, path = '/'): unknown {
    return this.#decode(awsQuery, path, 'application/x-www-form-urlencoded', parameters);
  }

  toJson(output: object): unknown {
    return JSON.parse(awsJson.encode(this.#service, this.#operation, output, 'r-1').body);
  }

  /** What stands between the answer's root element and its metadata. */
  toXml(output: object): string {
    const { body } = awsQuery.encode(this.#service, this.#operation, output, 'r-1');
    const start = `<?xml version="1.0"?><${this.#operation.name}Response xmlns="${this.#service.query?.xmlNamespace}">`;
    const end =
      '<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>' +
      `</${this.#operation.name}Response>`;
    if (!body.startsWith(start) || !body.endsWith(end)) throw new Error(`not an answer: ${body}`);
    return body.slice(start.length, -end.length);
  }

  #decode(protocol: typeof awsJson, path: string, contentType: string, body: string): unknown {
    return protocol.decode(this.#service, this.#operation, {
      method: 'POST',
      path,
      query: '',
      contentType,
      target: undefined,
      body: Buffer.from(body),
    });
  }
}
