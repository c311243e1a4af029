/**
 * What a platform application leaves behind when it is deleted. Its endpoints cannot be reached
 * without it; what is stored of them, and its log, are removed in chunks of a durable timer.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeletePlatformApplication.html
 */
import type { Context } from '../../core/context.ts';
import { attemptLog } from '../../delivery/attempt-log.ts';
import { everythingIn, type Forgotten, forget } from '../../delivery/log-tail.ts';
import { afterRestMs } from '../../scheduler/pace.ts';
import type { Task } from '../../scheduler/task.ts';
import type { Document } from '../../storage/port.ts';
import type { PlatformApplication } from './platform-application.ts';
import { applicationArn } from './platform-arn.ts';
import { endpointsPrefix } from './platform-endpoint.ts';

const REMOVE_KIND = 'sns.remove-endpoints';
/** Documents that one run removes: a few milliseconds' work. */
const DOCUMENTS_PER_RUN = 400;

interface Progress {
  readonly applicationId: string;
  /** What an application of the same name logs later is not among it. */
  readonly logs?: readonly Forgotten[];
}

export const endpointRemovalTimerKey = (applicationId: string): string =>
  `sns/remove-endpoints/${applicationId}`;

export async function deleteApplication(
  context: Context,
  { key, value }: Document<PlatformApplication>,
): Promise<void> {
  await context.tx.documents.delete(key);
  const log = attemptLog(applicationArn(value));
  const logs = log === undefined ? [] : await everythingIn(context.tx, [log]);
  await goOn(context, { applicationId: value.applicationId, logs });
}

async function goOn(context: Context, progress: Progress): Promise<void> {
  await context.schedule({
    key: endpointRemovalTimerKey(progress.applicationId),
    kind: REMOVE_KIND,
    dueAtMs: afterRestMs(context),
    payload: { ...progress },
  });
}

export const removeEndpointsTask: Task = {
  kind: REMOVE_KIND,
  async run(timer, context) {
    const progress = timer.payload as unknown as Progress; // as goOn wrote it
    const { applicationId } = progress;
    const { documents } = context.tx;
    const limit = DOCUMENTS_PER_RUN;
    const found = await documents.list(endpointsPrefix(applicationId), { limit });
    for (const { key } of found) await documents.delete(key);
    const logs = await forget(context.tx, progress.logs ?? []);
    if (found.length < limit && logs.length === 0) await context.tx.timers.cancel(timer.key);
    else await goOn(context, { applicationId, logs });
  },
};
