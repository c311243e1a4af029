/**
 * Memory, processor time, event-loop delay and the like of this process, by the Prometheus client.
 * Loaded at the first scrape: it costs start-up time that most short-lived servers never use.
 */

let registry: Promise<{ metrics(): Promise<string> }> | undefined;

export async function processMetrics(): Promise<string> {
  registry ??= open();
  return (await registry).metrics();
}

async function open(): Promise<{ metrics(): Promise<string> }> {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const opened = new Registry();
  collectDefaultMetrics({ register: opened });
  return opened;
}
