import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { keepLine, keptLines } from './kept-lines.ts';

const messageSchema = z.strictObject({
  messageId: z.string(),
  /** ISO 8601. */
  timestamp: z.string(),
  message: z.string(),
});

/** One message published to a topic. */
export type TopicMessage = z.infer<typeof messageSchema>;

/**
 * Topics kept as JSON lines, one file per topic. Subscribers are not simulated: everybody may read
 * the messages.
 */
export interface Topics {
  publish(topicArn: string, message: string): Promise<void>;
  read(topicArn: string): Promise<readonly TopicMessage[]>;
}

/** Opens the topics kept in a directory, creating it where needed. */
export async function openTopics(directory: string): Promise<Topics> {
  await mkdir(directory, { recursive: true });
  const fileOf = (arn: string) => join(directory, `${arn.split(':').at(-1)}.jsonl`);
  return {
    async publish(topicArn, message) {
      const kept = { messageId: randomUUID(), timestamp: new Date().toISOString(), message };
      await keepLine(fileOf(topicArn), kept);
    },
    async read(topicArn) {
      return (await keptLines(fileOf(topicArn))).map((value) => messageSchema.parse(value));
    },
  };
}
