import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { keepLine, keptLines } from './kept-lines.ts';

const deadLetterSchema = z.strictObject({
  /** The input that could not be delivered, JSON text. */
  body: z.string(),
  /** AWS's message attributes, such as `RULE_ARN`, `TARGET_ARN`, `ERROR_CODE`, `ERROR_MESSAGE`. */
  attributes: z.record(z.string(), z.string()),
});

/** One message in a dead-letter queue. */
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** Queues kept as JSON lines, one file per queue. Messages stay until the files are removed. */
export interface Queues {
  send(queueArn: string, letter: DeadLetter): Promise<void>;
  read(queueArn: string): Promise<readonly DeadLetter[]>;
}

/** Opens the queues kept in a directory, creating it where needed. */
export async function openQueues(directory: string): Promise<Queues> {
  await mkdir(directory, { recursive: true });
  const fileOf = (arn: string) => join(directory, `${arn.split(':').at(-1)}.jsonl`);
  return {
    send: (queueArn, letter) => keepLine(fileOf(queueArn), letter),
    async read(queueArn) {
      return (await keptLines(fileOf(queueArn))).map((value) => deadLetterSchema.parse(value));
    },
  };
}
