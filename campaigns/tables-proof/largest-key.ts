import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { fixedRowBytes } from '#core/tables/schema/joined-sql.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { checkedKeys } from './keys.ts';
import { manifestOf } from './output-files.ts';
import type { Proof, ProofRoom } from './proof.ts';

const SCHEMA = { id: 'bigint', zip: 'text', note: 'text' };
const HEADER = 'id,zip,note\n';
const NOTE = 960;
const FIRST_ID = 1_000_000;
const ROW_BYTES = `${FIRST_ID},a,\n`.length + NOTE;

/** What a writer has room for, and what it makes of it. */
const KINDS = {
  rows: { most: 1024 ** 3, transform: undefined },
  lags: {
    most: 128 * 1024 ** 2,
    transform: {
      sql: 'select id, zip, lag(note) over (partition by zip order by id) as before from input',
    },
  },
} as const;

const REFUSED = 'BoundExceededError';

/** Memory of the function that writes, as `lib` gives it. */
const WRITER_BYTES = 1_769 * 1024 ** 2;

/** Rows of one key, each of the same length, whose texts hardly compress. */
function* csv(rows: number): Generator<string> {
  yield HEADER;
  for (let id = FIRST_ID; id < FIRST_ID + rows; id += 1) {
    const hash = createHash('shake256', { outputLength: NOTE / 2 });
    yield `${id},a,${hash.update(String(id)).digest('hex')}\n`;
  }
}

function peakBytes({ stack }: ProofRoom): number {
  const writers = stack.cloud
    .processes()
    .filter(({ functionName }) => functionName.includes('writetable'));
  return Math.max(...writers.map(({ peakRssBytes }) => peakRssBytes));
}

async function proveKind(room: ProofRoom, how: keyof typeof KINDS): Promise<boolean> {
  const { stack, folder, say } = room;
  const { most, transform } = KINDS[how];
  const rowBytes = fixedRowBytes(tableSchema.parse(SCHEMA)) + 1 + NOTE;
  const largest = Math.floor(most / rowBytes);
  const path = join(folder, `${how}.csv`);
  await pipeline(Readable.from(csv(largest)), createWriteStream(path));

  const runRows = async (name: string, file: string, rows: number) => {
    const Bucket = stack.output('SourceBucketName');
    const object = { Bucket, Key: `${name}/rows.csv` };
    const ContentLength = HEADER.length + rows * ROW_BYTES;
    const Body = createReadStream(file);
    await stack.s3.send(new PutObjectCommand({ ...object, Body, ContentLength }));
    return await stack.run({
      source: `s3://${Bucket}/${object.Key}`,
      schema: SCHEMA,
      ...(transform && { transform }),
      chunking: { keysWhole: ['zip'] },
      output: { uri: `s3://${stack.outputBucket}/${name}/` },
    });
  };

  const { status, cause } = await runRows(`largest-${how}`, path, largest);
  if (status !== 'SUCCEEDED') {
    say(`${how}: a key of ${largest} rows FAILED: ${cause}`);
    return false;
  }
  const { entries } = await manifestOf(stack, `largest-${how}`);
  const found = await checkedKeys(room, entries, { how, source: path });
  await pipeline(Readable.from(csv(largest + 1)), createWriteStream(path));
  const larger = await runRows(`larger-${how}`, path, largest + 1);
  const isRefused = larger.status === 'FAILED' && larger.error === REFUSED;
  const peak = peakBytes(room);
  say(
    `${how}: a key of ${largest} rows of ${rowBytes} bytes in ${entries.length} files, ${found.equal ? 'equal to Polars' : 'NOT EQUAL'}; one row more: ${isRefused ? 'refused' : 'NOT REFUSED'}; writers took at most ${Math.round(peak / 1e6)} MB of memory so far`,
  );
  return found.equal && entries.length === 1 && isRefused && peak < WRITER_BYTES;
}

/** A key as large as a writer has room for goes through, and one of one more row is refused. */
export const proveLargestKey: Proof = async (room) => {
  let isRight = true;
  for (const how of ['rows', 'lags'] as const) isRight = (await proveKind(room, how)) && isRight;
  return isRight;
};
