/** Loaded into the server under test: tells its parent, when asked, what it holds in memory. */

export interface Held {
  /** After collection: objects, and buffers beside them, in bytes. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Members that somebody's input added to every object. */
  readonly pollution: readonly string[];
}

declare const gc: () => void;

const COLLECTIONS = 6;

async function look(): Promise<Held> {
  for (let i = 0; i < COLLECTIONS; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    heapBytes: heapUsed + external,
    residentBytes: rss,
    pollution: Object.keys(Object.prototype),
  };
}

process.on('message', () => {
  void look().then((held) => process.send?.(held));
});
// Whoever stops the fuzzing by force leaves no server behind.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
