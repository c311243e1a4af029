/**
 * Memory, processor time, event-loop delay and the like of this process, by the Prometheus client.
 * Loaded at the first scrape: it costs start-up time that most short-lived servers never use.
 */

let registry: Promise<{ metrics(): Promise<string> }> | undefined;

export async function processMetrics(): Promise<string> {
  registry ??= open();
  // The client writes what it could not measure yet as `Nan`; the text format's word is NaN.
  // https://prometheus.io/docs/instrumenting/exposition_formats/
  return (await (await registry).metrics()).replace(/ Nan$/gm, ' NaN');
}

async function open(): Promise<{ metrics(): Promise<string> }> {
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const opened = new Registry();
  collectDefaultMetrics({ register: opened });
  return opened;
}
