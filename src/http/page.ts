/** Calls that a person makes by opening a link in a browser: a page in place of XML. */
import type { IncomingMessage } from 'node:http';
import type { Context } from '../core/context.ts';
import type { Protocol, WireAnswer } from '../protocol/protocol.ts';
import type { Selection } from '../protocol/select.ts';
import type { AnyOperation, OperationPage } from '../schema/operation.ts';
import type { Page } from '../schema/page.ts';

/**
 * Whether a browser asks. Programs accept anything, or XML; Java's own client alone says that it
 * prefers HTML without being a browser.
 */
export function asksForPage({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' || headers.accept === undefined) return false;
  const isJava = headers['user-agent']?.startsWith('Java/') ?? false;
  return !isJava && /(?:^|,)\s*text\/html\s*(?:[,;]|$)/i.test(headers.accept);
}

/** The call as a browser makes it; what has no page stays as it is. */
export function inBrowser(
  protocol: Protocol,
  selection: Selection<Context>,
): { readonly protocol: Protocol; readonly selection: Selection<Context> } {
  const { service, operation } = selection;
  const { page } = operation;
  if (page === undefined) return { protocol, selection };
  return {
    protocol: pageProtocol(protocol, page),
    selection: { service, operation: withPage(operation) },
  };
}

/** The operation as it tells of itself on a page, where it has one. */
export function withPage(operation: AnyOperation<Context>): AnyOperation<Context> {
  const { page } = operation;
  return page === undefined ? operation : { ...operation, handler: page.show };
}

export const tellsOnPage = ({ handler, page }: AnyOperation<Context>): boolean =>
  handler === page?.show;

function pageProtocol(protocol: Protocol, { refusals }: OperationPage<Context, never>): Protocol {
  return {
    name: protocol.name,
    decode: (service, operation, request) => protocol.decode(service, operation, request),
    encode: (_service, _operation, output) => htmlAnswer(200, output as Page),
    encodeError: (_service, error, requestId) =>
      htmlAnswer(error.row.status, {
        title: 'That did not work',
        paragraphs: [refusals[error.code] ?? error.message],
        facts: [
          ['Error', `${error.queryCode}: ${error.message}`],
          ['Request', requestId],
        ],
      }),
  };
}

/** Nothing may be loaded from anywhere, and nobody learns the address, which may hold a token. */
const HEADERS: readonly string[] = [
  'Cache-Control',
  'no-store',
  'Content-Security-Policy',
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'Referrer-Policy',
  'no-referrer',
  'X-Content-Type-Options',
  'nosniff',
];

function htmlAnswer(status: number, { title, paragraphs, facts, link }: Page): WireAnswer {
  const rows = facts.map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt>\n<dd>${escapeHtml(value)}</dd>\n`,
  );
  const action =
    link === undefined
      ? ''
      : `<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.text)}</a></p>\n`;
  const body =
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    '<meta name="viewport" content="width=device-width">\n' +
    `<title>${escapeHtml(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n` +
    `<h1>${escapeHtml(title)}</h1>\n` +
    paragraphs.map((text) => `<p>${escapeHtml(text)}</p>\n`).join('') +
    `<dl>\n${rows.join('')}</dl>\n${action}</body>\n</html>\n`;
  return { status, contentType: 'text/html; charset=utf-8', headers: HEADERS, body };
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}' +
  'dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere}';

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
