/**
 * The load generator's process: takes a Plan as its argument, then runs the steps it is told over
 * IPC, each answered by a Reply.
 */
import { Cycles } from './cycles.ts';
import { OneByOne } from './one-by-one.ts';
import { type Load, NotReached, type Plan, type Reply, type Step, WrongAnswer } from './plan.ts';
import { Polls } from './polls.ts';
import { Queues } from './queues.ts';
import { BareSends, Sends } from './sends.ts';

function open(plan: Plan): Load {
  switch (plan.kind) {
    case 'bare':
      return new BareSends(plan);
    case 'send':
    case 'batch':
      return new Sends(plan);
    case 'one-by-one':
      return new OneByOne(plan);
    case 'cycle':
    case 'drain':
      return new Cycles(plan);
    case 'polls':
      return new Polls(plan);
    case 'queues':
      return new Queues(plan);
  }
}

const load = open(JSON.parse(process.argv[2] ?? '') as Plan);

async function reply(step: Step): Promise<Reply> {
  try {
    if (step === 'measure') return { status: 'done', figure: await load.measure() };
    await load[step]();
    return { status: 'done' };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof WrongAnswer) return { status: 'wrong', reason };
    if (error instanceof NotReached) return { status: 'not reached', reason };
    return { status: 'failed', reason };
  }
}

process.on('message', async (step: Step) => {
  process.send?.(await reply(step));
});
process.on('disconnect', () => process.exit(0));
