/** A strict reader of XML without DTDs: says what is wrong with a document, and nothing else. */

const TOKEN =
  /<\?xml version="1\.0"(?: encoding="UTF-8")?\?>\n?|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^<"]*"|'[^<']*'))*)\s*(\/?)>|([^<]+)/y;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#(\d{1,7})|#x([\da-fA-F]{1,6}));/g;
const ATTRIBUTE = /\s([\w.:-]+)\s*=/g;

/** https://www.w3.org/TR/xml/#charsets; text that was decoded strictly has no lone surrogate. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return (
    code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
  );
}

/** What is wrong with a document; undefined when it is well-formed. */
export function xmlFault(xml: string): string | undefined {
  const open: string[] = [];
  let roots = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < xml.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(xml);
    if (token === null) return `no XML at ${at}: ${xml.slice(at, at + 40)}`;
    const [whole, closed, opened, attributes = '', slash, text] = token;
    if (text !== undefined) {
      const fault = textFault(text, open.length === 0);
      if (fault !== undefined) return fault;
    } else if (opened !== undefined) {
      if (open.length === 0 && ++roots > 1) return 'two roots';
      const names = [...attributes.matchAll(ATTRIBUTE)].map(([, name]) => name);
      if (new Set(names).size < names.length) return `an attribute twice in ${whole}`;
      const fault = textFault(attributes, false);
      if (fault !== undefined) return fault;
      if (slash === '') open.push(opened);
    } else if (closed !== undefined) {
      const last = open.pop();
      if (last !== closed) return `</${closed}> closes <${last}>`;
    } else if (at > 0) {
      return 'a declaration in the middle';
    }
  }
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  return roots === 1 ? undefined : 'no root';
}

function textFault(text: string, isOutside: boolean): string | undefined {
  if (isOutside && /\S/.test(text)) return `text outside of the root: ${text.slice(0, 40)}`;
  if (text.includes(']]>')) return ']]> in text';
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++;
    if (!isCharacter(code)) return `the character ${code.toString(16)}`;
  }
  const rest = text.replace(REFERENCE, (_, decimal, hex) => {
    const code = hex === undefined ? Number(decimal ?? 0x20) : Number.parseInt(hex, 16);
    return isCharacter(code) ? '' : '&';
  });
  return rest.includes('&') ? `a reference that is none: ${text.slice(0, 60)}` : undefined;
}
