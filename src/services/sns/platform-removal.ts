/**
 * What a platform application leaves behind when it is deleted. Its endpoints cannot be reached
 * without it; what is stored of them is removed in chunks of a durable timer.
 * https://docs.aws.amazon.com/sns/latest/api/API_DeletePlatformApplication.html
 */
import type { Context } from '../../core/context.ts';
import type { Task } from '../../scheduler/task.ts';
import type { Document } from '../../storage/port.ts';
import type { PlatformApplication } from './platform-application.ts';
import { endpointsPrefix } from './platform-endpoint.ts';

const REMOVE_KIND = 'sns.remove-endpoints';
/** Documents that one run removes: a few milliseconds' work. */
const DOCUMENTS_PER_RUN = 400;

export async function deleteApplication(
  context: Context,
  { key, value }: Document<PlatformApplication>,
): Promise<void> {
  await context.tx.documents.delete(key);
  await goOn(context, value.applicationId);
}

async function goOn(context: Context, applicationId: string): Promise<void> {
  await context.schedule({
    key: `sns/remove-endpoints/${applicationId}`,
    kind: REMOVE_KIND,
    dueAtMs: context.nowMs,
    payload: { applicationId },
  });
}

export const removeEndpointsTask: Task = {
  kind: REMOVE_KIND,
  async run(timer, context) {
    const { applicationId } = timer.payload as { readonly applicationId: string };
    const { documents } = context.tx;
    const limit = DOCUMENTS_PER_RUN;
    const found = await documents.list(endpointsPrefix(applicationId), { limit });
    for (const { key } of found) await documents.delete(key);
    if (found.length < limit) await context.tx.timers.cancel(timer.key);
    else await goOn(context, applicationId);
  },
};
