/**
 * Form parameters as a tree: `Tag.1.Key=a` stands at Tag, 1, Key. Parameters of the query string
 * and of a form body count alike; the body's win.
 */
import { isUtf8 } from 'node:buffer';
import { failCommon } from '../../core/aws-error.ts';
import type { WireRequest } from '../protocol.ts';

export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode> | undefined;
}

/** No AWS shape nests deeper; a longer name is no parameter that we know. */
const NAME_PARTS_MAX = 16;

/** Far more than the largest batch needs; keeps a body of nothing but `&a` from filling memory. */
const PARAMETERS_MAX = 100_000;

const FORM_TYPE = 'application/x-www-form-urlencoded';

const forms = new WeakMap<WireRequest, FormNode>();

/** The request's parameters, read once. Throws MalformedQueryString. */
export function formOf(request: WireRequest): FormNode {
  const known = forms.get(request);
  if (known !== undefined) return known;
  const root: FormNode = { value: undefined, children: undefined };
  let room = addParameters(root, request.query, PARAMETERS_MAX);
  if (hasFormBody(request)) room = addParameters(root, textOf(request.body), room);
  forms.set(request, root);
  return root;
}

/** The value of a parameter whose name has no dots. */
export function parameter(root: FormNode, name: string): string | undefined {
  return root.children?.get(name)?.value;
}

function hasFormBody(request: WireRequest): boolean {
  if (request.method !== 'POST' || request.body.length === 0) return false;
  return request.contentType === '' || request.contentType.toLowerCase().startsWith(FORM_TYPE);
}

function textOf(body: Buffer): string {
  if (!isUtf8(body)) {
    throw failCommon('MalformedQueryString', 'The request body is not valid UTF-8.');
  }
  return body.toString('utf8');
}

/** Returns how many more parameters there may be. */
function addParameters(root: FormNode, text: string, room: number): number {
  let left = room;
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('&', start);
    if (end === -1) end = text.length;
    if (end > start) {
      if (left-- === 0) {
        throw failCommon('MalformedQueryString', 'The request has too many parameters.');
      }
      addParameter(root, text.slice(start, end));
    }
    start = end + 1;
  }
  return left;
}

function addParameter(root: FormNode, pair: string): void {
  const equals = pair.indexOf('=');
  const name = unescapeForm(equals === -1 ? pair : pair.slice(0, equals));
  const value = equals === -1 ? '' : unescapeForm(pair.slice(equals + 1));
  if (!name.includes('.')) {
    childOf(root, name).value = value;
    return;
  }
  const parts = name.split('.', NAME_PARTS_MAX + 1);
  if (parts.length > NAME_PARTS_MAX) return;
  let node = root;
  for (const part of parts) node = childOf(node, part);
  node.value = value;
}

function childOf(node: FormNode, name: string): FormNode {
  node.children ??= new Map();
  let child = node.children.get(name);
  if (child === undefined) {
    child = { value: undefined, children: undefined };
    node.children.set(name, child);
  }
  return child;
}

function unescapeForm(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw failCommon('MalformedQueryString', 'The query string contains a malformed escape.');
  }
}
