/** Failing requests on disk, byte for byte, and the way to send them again. */
import { readFileSync, writeFileSync } from 'node:fs';
import { answerFault } from './answers.ts';
import type { Batch } from './batches.ts';
import type { Call } from './calls.ts';
import { keepHouse, prepare, prepareWitness } from './household.ts';
import { Lane } from './lane.ts';
import { Subject } from './subject.ts';

export interface Fault {
  readonly what: string;
  readonly seed: number;
  /** Undefined where it is not known which one did it. */
  readonly batch: number | undefined;
  readonly bytes: Buffer | undefined;
  readonly answer: string | undefined;
  /** What was sent, for `--replay`. */
  readonly file: string;
}

const RECENT_MAX = 64;

/** The batches under way and the last ones before them: one of them is to blame for a crash. */
export class Recent {
  readonly #underWay = new Set<Batch>();
  readonly #done: Batch[] = [];

  begin(batch: Batch): void {
    this.#underWay.add(batch);
  }

  end(batch: Batch): void {
    this.#underWay.delete(batch);
    this.#done.push(batch);
    if (this.#done.length > RECENT_MAX) this.#done.shift();
  }

  all(): readonly Batch[] {
    return [...this.#done, ...this.#underWay];
  }
}

/** A batch as a line of JSON. */
interface Line extends Omit<Batch, 'bytes' | 'calls'> {
  readonly base64: string;
  readonly calls: readonly Pick<Call, 'method' | 'protocol' | 'witness' | 'output'>[] | undefined;
}

export function writeFault(file: string, batches: readonly Batch[]): void {
  const lines = batches.map(({ index, calls, bytes, cuts, ending }): Line => {
    const expectations = calls?.map(({ method, protocol, witness, output }) => ({
      method,
      ...(protocol !== undefined && { protocol }),
      ...(witness !== undefined && { witness }),
      ...(output !== undefined && { output }),
    }));
    return { index, cuts, ending, base64: bytes.toString('base64'), calls: expectations };
  });
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function readBatches(file: string): readonly Batch[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((text): Batch => {
    const { base64, calls, ...rest }: Line = JSON.parse(text);
    const unused = { target: '', headers: [], body: Buffer.alloc(0) };
    return {
      ...rest,
      bytes: Buffer.from(base64, 'base64'),
      calls: calls?.map((call) => ({ ...call, ...unused })),
    };
  });
}

/**
 * Sends recorded batches to a new server, each over a connection of its own, and prints what comes
 * back. Resolves with what is wrong.
 */
export async function replay(
  file: string,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const subject = await Subject.start();
  const faults: string[] = [];
  try {
    await prepare(subject);
    await prepareWitness(subject);
    const house = keepHouse(subject);
    for (const batch of readBatches(file)) {
      const lane = new Lane(subject.port);
      const { answers, fault } = await lane.send(batch);
      lane.close();
      print(`> ${JSON.stringify(batch.bytes.toString('latin1', 0, 2_000))}`);
      for (const [i, answer] of answers.entries()) {
        const what = answerFault(answer, batch.calls?.[i] ?? {});
        if (what !== undefined) faults.push(what);
        print(
          `< ${answer.status} ${answer.body.toString('utf8')}${what ? `\n  FAULT: ${what}` : ''}`,
        );
      }
      if (fault !== undefined) faults.push(fault);
    }
    await house.stop().catch((error) => faults.push(String(error)));
    faults.push(...subject.faults);
  } finally {
    await subject.stop();
  }
  return faults;
}
