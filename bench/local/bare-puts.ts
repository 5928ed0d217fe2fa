import { RawPut } from '#bench/writer/raw-put.ts';
import { PARTS, sendBare } from '#bench/writer/upload-turn.ts';
import { PART_BYTES } from '#core/outputs/part-bytes.ts';
import type { StackAccess } from '#support/stack-client.ts';

/** Sends bare PUTs to the S3 of another process, and prints their bytes per second. */
const [access, bucket, prefix] = process.argv.slice(2) as [string, string, string];

const TURNS = 5;

const raw = new RawPut(JSON.parse(access) as StackAccess);
let seconds = 0;
for (let turn = 0; turn < TURNS; turn += 1) {
  seconds += (await sendBare(raw, bucket, `${prefix}${turn}/`)).seconds;
}
raw.close();
process.stdout.write(`${(TURNS * PARTS * PART_BYTES) / seconds}\n`);
