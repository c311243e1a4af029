/** The phone numbers of SMS sandboxes. */
import { type Problem, RESTORE_REMEDY } from '../../../core/problem.ts';
import { allDocuments } from '../../../core/read-all.ts';
import type { Transaction } from '../../../storage/port.ts';
import { withPlus } from '../phone-number.ts';
import { NUMBER_PREFIX, type SandboxNumber } from '../sandbox.ts';

export async function checkNumbers(tx: Transaction): Promise<Problem[]> {
  const problems: Problem[] = [];
  for await (const { key, value } of allDocuments<SandboxNumber>(tx, NUMBER_PREFIX)) {
    const [accountId = '', region = '', number] = key.slice(NUMBER_PREFIX.length).split('/');
    const { phoneNumber } = value;
    if (number !== withPlus(phoneNumber)) problems.push(misfiled(phoneNumber, accountId, region));
  }
  return problems;
}

const misfiled = (phoneNumber: string, accountId: string, region: string): Problem => ({
  what:
    `The number ${phoneNumber} in the SMS sandbox of the account ${accountId} in ${region} is ` +
    'stored under another.',
  meaning: 'In the sandbox texts to it are refused, and texts to the other are not.',
  remedy: RESTORE_REMEDY,
});
