import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type StackAccess, StackClient } from '#support/stack-client.ts';
import { RawPut } from './raw-put.ts';
import { type Sent, sendBare, sendInParts, sendStreamed } from './upload-turn.ts';

/** Three ways of sending the same bytes, one right after the other. */
export interface UploadTurn {
  readonly bare: Sent;
  readonly streamed: Sent;
  readonly inParts: Sent;
}

/** The input of this process, as JSON. It answers with `turns` turns. */
export interface SenderTask {
  readonly access: StackAccess;
  readonly turns: number;
}

const PREFIX = 'uploads/';

const { access, turns } = JSON.parse(process.argv[2] ?? '') as SenderTask;
const stack = new StackClient(access);
const raw = new RawPut(access);

async function removeAll(): Promise<void> {
  for (const Key of await stack.keys(PREFIX)) {
    await stack.s3.send(new DeleteObjectCommand({ Bucket: stack.outputBucket, Key }));
  }
}

/** The bare PUTs come first, second or last. */
async function takeTurn(turn: number): Promise<UploadTurn> {
  const first = turn % 3 === 0 ? await sendBare(raw, stack.outputBucket, PREFIX) : undefined;
  const streamed = await sendStreamed(stack, PREFIX);
  const second = turn % 3 === 1 ? await sendBare(raw, stack.outputBucket, PREFIX) : first;
  const inParts = await sendInParts(stack, PREFIX);
  const bare = second ?? (await sendBare(raw, stack.outputBucket, PREFIX));
  await removeAll();
  return { bare, streamed, inParts };
}

await takeTurn(0);
const taken: UploadTurn[] = [];
while (taken.length < turns) taken.push(await takeTurn(taken.length));
process.send?.(taken);
raw.close();
stack.destroy();
process.disconnect?.();
