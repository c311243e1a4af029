/** Runs steps on all connections for a while and counts. */
import { type Figure, NotReached } from './plan.ts';

const WARM_UP_SECONDS = 0.5;

/** One request or one cycle; answers how many messages it has moved. */
export type LaneStep = () => Promise<number>;

const pause = (seconds: number) => new Promise((r) => setTimeout(r, seconds * 1_000));

/** The first failure of any lane ends the round. */
export async function runRound(lanes: readonly LaneStep[], seconds: number): Promise<Figure> {
  const latenciesMs: number[] = [];
  let messages = 0;
  let counting = false;
  let stopping = false;
  const run = async (step: LaneStep) => {
    while (!stopping) {
      const beganAt = performance.now();
      const moved = await step();
      if (!counting || moved === 0) continue;
      messages += moved;
      latenciesMs.push(performance.now() - beganAt);
    }
  };
  const running = Promise.all(lanes.map(run));
  try {
    await Promise.race([running, pause(WARM_UP_SECONDS)]);
    counting = true;
    const from = performance.now();
    await Promise.race([running, pause(seconds)]);
    const lasted = (performance.now() - from) / 1_000;
    counting = false;
    stopping = true;
    await running;
    if (latenciesMs.length === 0) throw new NotReached(`nothing was done within ${seconds} s`);
    return figure(messages / lasted, latenciesMs);
  } finally {
    stopping = true;
  }
}

export function figure(perSecond: number, latenciesMs: number[]): Figure {
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number) => latenciesMs[Math.floor((latenciesMs.length - 1) * share)] ?? 0;
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}
