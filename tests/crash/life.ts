/** The life of a message in a crash run, for whoever must understand what went wrong. */
import type { Checker } from './checker.ts';
import type { Call } from './history.ts';
import type { Message } from './model.ts';

const LINES_MAX = 60;

/**
 * The calls about a message, those about its queues that may have touched it, and the deaths of the
 * server between them: a line each.
 */
export function tellLife(
  checker: Checker,
  message: Message | undefined,
  calls: readonly Call[],
): string {
  const own = new Set([...(message?.calls ?? []), ...calls]);
  const firstMs = Math.min(...[...own].map(({ beginMs }) => beginMs));
  for (const name of message?.home.reach ?? []) {
    for (const call of checker.queue(name).calls) {
      const isRelevant = call.operation === 'purge' || call.operation === 'drop';
      if (isRelevant && call.endMs >= firstMs) own.add(call);
    }
  }
  const tokens = new Set(message?.attempts.map(({ token }) => token));
  const lines = [...own].map((call): [number, string] => [
    call.beginMs,
    line(call, firstMs, tokens),
  ]);
  const lastMs = Math.max(...[...own].map(({ endMs }) => endMs));
  for (const deathMs of checker.deaths) {
    if (deathMs < firstMs || deathMs > lastMs) continue;
    lines.push([deathMs, `${instant(deathMs, firstMs)}  the server is killed`]);
  }
  return lines
    .sort(([a], [b]) => a - b)
    .slice(-LINES_MAX)
    .map(([, text]) => text)
    .join('\n');
}

const instant = (ms: number, firstMs: number): string => (ms - firstMs).toFixed(1).padStart(10);

function line(call: Call, firstMs: number, tokens: ReadonlySet<string>): string {
  const span = `${instant(call.beginMs, firstMs)} to ${instant(call.endMs, firstMs)}`;
  const lost = call.aborted ? 'cut off by the client' : 'no answer';
  const result = call.outcome === 'unknown' ? lost : (call.code ?? 'done');
  const words = `${span}  client ${call.client}: ${call.operation} ${call.queue}`;
  return `${words} ${details(call, tokens)} -> ${result}`.replace(/ {2,}-/, ' -');
}

function details(call: Call, tokens: ReadonlySet<string>): string {
  const isOwn = ({ token }: { readonly token: string | undefined }): boolean =>
    tokens.size === 0 || (token !== undefined && tokens.has(token));
  switch (call.operation) {
    case 'send':
      return call.entries
        .filter(isOwn)
        .map(({ token, group, deduplicationId, id, sequence }) =>
          words({ token, group, deduplicationId, id, sequence }),
        )
        .join('; ');
    case 'receive': {
      const { visibilitySeconds, attempt } = call;
      const seen = call.messages
        .filter(isOwn)
        .map(({ token, id, count, sequence, handle }) =>
          words({ token, id, count, sequence, handle: handle.slice(-12) }),
        );
      return `${words({ visibilitySeconds, attempt })}: ${seen.join('; ') || 'nothing of it'}`;
    }
    case 'delete':
    case 'change': {
      const used = call.entries
        .filter(isOwn)
        .map(({ token, handle, code }) => words({ token, handle: handle.slice(-12), code }));
      return `${call.operation === 'change' ? `to ${call.seconds} s ` : ''}${used.join('; ')}`;
    }
    case 'write':
      return `${call.name} = ${call.value ?? 'nothing'}`;
    case 'read':
      return words(call.values);
    default:
      return '';
  }
}

function words(members: { readonly [name: string]: string | number | undefined }): string {
  return Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`)
    .join(' ');
}
