import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const deadLetterSchema = z.strictObject({
  /** The input that could not be delivered, JSON text. */
  body: z.string(),
  /** AWS's message attributes, such as `RULE_ARN`, `TARGET_ARN`, `ERROR_CODE`, `ERROR_MESSAGE`. */
  attributes: z.record(z.string(), z.string()),
});

/** One message in a dead-letter queue. */
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** Queues kept as JSON lines, one file a queue; messages stay until the files are removed. */
export interface Queues {
  send(queueArn: string, letter: DeadLetter): Promise<void>;
  read(queueArn: string): Promise<readonly DeadLetter[]>;
}

/** Opens the queues kept in a directory, creating it where needed. */
export async function openQueues(directory: string): Promise<Queues> {
  await mkdir(directory, { recursive: true });
  const fileOf = (arn: string) => join(directory, `${arn.split(':').at(-1)}.jsonl`);
  return {
    send: (queueArn, letter) => appendFile(fileOf(queueArn), `${JSON.stringify(letter)}\n`),
    async read(queueArn) {
      const lines = await readFile(fileOf(queueArn), 'utf8').catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return '';
          throw error;
        },
      );
      return lines
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => deadLetterSchema.parse(JSON.parse(line)));
    },
  };
}
