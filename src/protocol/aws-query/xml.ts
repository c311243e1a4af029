/** Text inside XML elements. https://www.w3.org/TR/xml/#charsets */

const REPLACEMENT = '\uFFFD';

/**
 * Escapes text. A carriage return must be a reference, because parsers turn a raw one into a line
 * feed and the client's MD5 check then fails. What XML 1.0 cannot hold at all becomes U+FFFD, since
 * an answer that no parser reads helps nobody.
 */
export function escapeXml(text: string): string {
  let escaped = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0xd800 && code <= 0xdbff && isLowSurrogate(text.charCodeAt(i + 1))) {
      i++;
      continue;
    }
    const replacement = replacementOf(code);
    if (replacement === undefined) continue;
    escaped += text.slice(copied, i) + replacement;
    copied = i + 1;
  }
  return copied === 0 ? text : escaped + text.slice(copied);
}

function replacementOf(code: number): string | undefined {
  if (code > 0x3e) return code < 0xd800 ? undefined : replacementOfHigh(code);
  switch (code) {
    case 0x22:
      return '&quot;';
    case 0x26:
      return '&amp;';
    case 0x3c:
      return '&lt;';
    case 0x3e:
      return '&gt;';
    case 0x0d:
      return '&#xD;';
    case 0x09:
    case 0x0a:
      return undefined;
    default:
      return code < 0x20 ? REPLACEMENT : undefined;
  }
}

/** Half a surrogate pair and the two noncharacters are no characters of XML. */
function replacementOfHigh(code: number): string | undefined {
  return code <= 0xdfff || code >= 0xfffe ? REPLACEMENT : undefined;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
