import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type StackAccess, StackClient } from '#support/stack-client.ts';
import { RawPut } from './raw-put.ts';
import { type Sent, sendAsWriter, sendBare } from './upload-turn.ts';

/** Two ways of sending the same bytes, one right after the other. */
export interface UploadTurn {
  readonly bare: Sent;
  readonly ours: Sent;
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

async function takeTurn(isOursFirst: boolean): Promise<UploadTurn> {
  const early = isOursFirst ? await sendAsWriter(stack, PREFIX) : undefined;
  const bare = await sendBare(raw, stack.outputBucket, PREFIX);
  const ours = early ?? (await sendAsWriter(stack, PREFIX));
  await removeAll();
  return { bare, ours };
}

await takeTurn(false);
const taken: UploadTurn[] = [];
while (taken.length < turns) taken.push(await takeTurn(taken.length % 2 === 1));
process.send?.(taken);
raw.close();
stack.destroy();
process.disconnect?.();
