/** The verifier's own types, which it does not ship. */
declare module 'sns-validator' {
  export default class MessageValidator {
    constructor(hostPattern?: RegExp, encoding?: string);
    validate(message: object | string, callback: (error: Error | null) => void): void;
  }
}
