/**
 * Mail, through the relay that the operator names or into the inbox.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html
 */
import type { SendMailOptions, Transporter } from 'nodemailer';
import type { EmailTarget } from '../delivery.ts';
import { keptInInbox, noAnswer, type Outcome, refused } from '../outcome.ts';
import { describe } from './http.ts';

const CONNECTIONS_MAX = 5;
/** How long the relay may keep silent. */
const SILENCE_MS_MAX = 20_000;

export class Mailer {
  readonly #relayUrl: string | undefined;
  #transporter: Promise<Transporter> | undefined;

  /** `relayUrl` is `smtp://user:password@host:port` or `smtps://…`; without one, mail is kept. */
  constructor(relayUrl: string | undefined) {
    this.#relayUrl = relayUrl;
  }

  async deliver(target: EmailTarget, signal: AbortSignal): Promise<Outcome> {
    const { to, from, subject, text } = target;
    if (this.#relayUrl === undefined)
      return keptInInbox({ kind: 'email', to, from, subject, text });
    this.#transporter ??= openTransporter(this.#relayUrl);
    const mail = { to: { name: '', address: to }, from, subject, text };
    return withinTime(send(await this.#transporter, mail), signal);
  }

  /** Hangs up. */
  async close(): Promise<void> {
    (await this.#transporter)?.close();
  }
}

async function openTransporter(url: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url,
    pool: true,
    maxConnections: CONNECTIONS_MAX,
    connectionTimeout: SILENCE_MS_MAX,
    greetingTimeout: SILENCE_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

async function send(transporter: Transporter, mail: SendMailOptions): Promise<Outcome> {
  try {
    const { response = '' } = await transporter.sendMail(mail);
    return { result: 'delivered', ...statusOf(response), providerResponse: response };
  } catch (error) {
    const outcome = isFinal(error) ? refused(describe(error)) : noAnswer(describe(error));
    return { ...outcome, ...statusOf(answerIn(error)) };
  }
}

/**
 * Relays answer 5xx to a mail that they will never take. A 5xx to user and password is something
 * that the operator can put right, so the mail waits for that.
 */
function isFinal(error: unknown): boolean {
  const isAboutMail =
    error instanceof Error &&
    'code' in error &&
    ['EENVELOPE', 'EMESSAGE'].includes(`${error.code}`);
  return isAboutMail && (statusOf(answerIn(error)).statusCode ?? 0) >= 500;
}

const answerIn = (error: unknown): string =>
  error instanceof Error && 'response' in error ? String(error.response) : '';

/** The three digits that an answer begins with. */
function statusOf(answer: string): { readonly statusCode?: number } {
  return /^\d{3}/.test(answer) ? { statusCode: Number(answer.slice(0, 3)) } : {};
}

/** A mail cannot be taken back, so one that takes too long may still arrive, and then twice. */
function withinTime(sending: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  const tooLate = new Promise<Outcome>((resolve) => {
    const giveUp = () => resolve(noAnswer(describe(signal.reason)));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  return Promise.race([sending, tooLate]);
}
