/** The load generator as the bench sees it: a process that takes steps and must answer in time. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Plan, Reply, Step } from '../load/plan.ts';

const GRACE_SECONDS = 60;

export class Generator {
  readonly #child: ChildProcess;
  readonly #plan: Plan;

  constructor(plan: Plan) {
    this.#plan = plan;
    const worker = join(import.meta.dirname, '..', 'load', 'worker.ts');
    this.#child = fork(worker, [JSON.stringify(plan)]);
  }

  /** Never rejects: a generator that hangs or dies has failed. */
  step(step: Step): Promise<Reply> {
    const limitSeconds = this.#limitSeconds(step);
    return new Promise((resolve) => {
      const settle = (reply: Reply) => {
        clearTimeout(late);
        this.#child.removeAllListeners();
        resolve(reply);
      };
      const late = setTimeout(
        () => settle({ status: 'failed', reason: `no end of ${step} in ${limitSeconds} s` }),
        limitSeconds * 1_000,
      );
      this.#child.once('message', (reply: Reply) => settle(reply));
      this.#child.once('exit', () => settle({ status: 'failed', reason: `${step} broke off` }));
      this.#child.once('error', ({ message }) => settle({ status: 'failed', reason: message }));
      this.#child.send(step);
    });
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #limitSeconds(step: Step): number {
    const { seconds, prepareSeconds } = this.#plan;
    return GRACE_SECONDS + (step === 'prepare' ? prepareSeconds : 3 * seconds);
  }
}
