/**
 * A process with a SQLite store and a delivery worker, to be killed: stores deliveries, says each
 * number on stdout once it is durable, and delivers meanwhile. With nothing to store it delivers
 * what is left, says how many dead letters there are, and ends.
 *
 * Arguments: folder, endpoint, first number, how many. Its clock stands still, in every process at
 * the same instant, so no lease ever ends.
 */
import { systemEnvironment, TestClock } from '../../src/core/environment.ts';
import { createInvoker } from '../../src/core/invoke.ts';
import { httpRetryPolicy } from '../../src/delivery/backoff.ts';
import { enqueueDelivery } from '../../src/delivery/delivery.ts';
import { createTargets } from '../../src/delivery/targets/index.ts';
import { DeliveryWorker } from '../../src/delivery/worker.ts';
import { Alarms } from '../../src/scheduler/alarms.ts';
import { Scheduler } from '../../src/scheduler/scheduler.ts';
import { Waiters } from '../../src/scheduler/waiters.ts';
import { sqs } from '../../src/services/index.ts';
import { openSqliteStore } from '../../src/storage/sqlite/index.ts';

const [folder = '', url = '', first = '', count = ''] = process.argv.slice(2);
const NOW_MS = Date.UTC(2026, 0, 1);
const QUEUE = 'dead';
const owner = {
  accountId: '000000000000',
  region: 'us-east-1',
  accessKeyId: '',
  principalId: '',
  endpoint: '',
  headers: {},
};

const clock = new TestClock(NOW_MS);
const env = systemEnvironment(clock);
const store = await openSqliteStore({ folder, clock, durability: 'full' });
const alarms = new Alarms();
const waiters = new Waiters(alarms);
const onError = (what: string, error: unknown) => process.stderr.write(`${what}: ${error}\n`);
const invoker = createInvoker({
  store,
  env,
  waiters: {
    join: (wait, deadlineMs) => waiters.join(wait, deadlineMs),
    endWaits: (key) => waiters.endWaits(key),
    wake: (news) => {
      worker.hear(news);
    },
  },
  counts: { count: () => {} },
  onTimer: (dueAtMs) => scheduler.expectTimer(dueAtMs),
  services: [sqs],
});
const scheduler = new Scheduler({ clock, store, alarms, invoker, tasks: [], onError });
const targets = createTargets({}, env);
const worker = new DeliveryWorker({
  ...{ invoker, env, alarms, targets, onError },
  ownsStore: true,
  jitter: true,
});

const callSqs = (operation: string, input: object) =>
  invoker.run(owner, (context) => context.invoke('sqs', operation, input, owner));

await callSqs('CreateQueue', { QueueName: QUEUE });
scheduler.start();
worker.start();
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  await invoker.run(owner, (context) =>
    enqueueDelivery(context, {
      deliveryId: env.uuid(),
      target: { kind: 'http', url: `${url}/${number}`, headers: [], body: `${number}` },
      retry: { ...httpRetryPolicy, numNoDelayRetries: httpRetryPolicy.numRetries },
      deadLetter: {
        queueArn: `arn:aws:sqs:us-east-1:000000000000:${QUEUE}`,
        input: { MessageBody: `${number}` },
      },
      about: {
        messageId: `${number}`,
        accountId: owner.accountId,
        region: owner.region,
        publishedAtMs: clock.nowMs(),
      },
    }),
  );
  process.stdout.write(`${number}\n`);
}
if (Number(count) === 0) await finish();

async function finish(): Promise<void> {
  await worker.quiet(60_000);
  const dead: string[] = [];
  for (;;) {
    const input = { QueueUrl: QUEUE, MaxNumberOfMessages: 10, VisibilityTimeout: 3_600 };
    const { Messages = [] } = (await callSqs('ReceiveMessage', input)) as {
      readonly Messages?: readonly { readonly Body: string }[];
    };
    if (Messages.length === 0) break;
    dead.push(...Messages.map(({ Body }) => Body));
  }
  process.stdout.write(`${JSON.stringify({ dead })}\n`);
  await worker.stop(0);
  await targets.close();
  await scheduler.stop();
  await store.close();
}
