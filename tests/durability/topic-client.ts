/** Calls a server's topics by the Query protocol, and says plainly when an answer never came. */

export interface TopicAnswer {
  readonly status: number;
  readonly text: string;
}

/** Calls an operation of SNS; undefined when no answer came. */
export async function callTopics(
  endpoint: string,
  operation: string,
  parameters: { readonly [name: string]: string },
): Promise<TopicAnswer | undefined> {
  const body = new URLSearchParams({ Action: operation, Version: '2010-03-31', ...parameters });
  try {
    const response = await fetch(endpoint, { method: 'POST', body });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}

/** The text of an element of an answer that must be a success. */
export function elementOf(answer: TopicAnswer | undefined, name: string): string {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer?.text ?? '') ?? [];
  if (answer?.status === 200 && text !== undefined) return text;
  throw new Error(`no ${name} in ${JSON.stringify(answer)}`);
}

/** Moves the clock of a server with --test-clock; false when no answer came. */
export async function advanceClock(endpoint: string, byMs: number): Promise<boolean> {
  try {
    const { ok } = await fetch(`${endpoint}/_waystation/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advanceMs: byMs }),
    });
    return ok;
  } catch {
    return false;
  }
}
