import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { BatchForm } from '#support/batch-form.ts';
import { createRandom } from '#support/seeded-random.ts';
import { expectedLines, MADE_SCHEMA, type MadeForm, madeObject, madeRows } from './made-table.ts';
import { outputLines } from './output-lines.ts';

/** Rows of each batch, which become two files. */
const ROWS = 6;
const FILE_ROWS = 4;

/** Each batch is of another format. */
const FORMS: readonly MadeForm[] = [
  { format: 'csv', gzip: false },
  { format: 'jsonl', gzip: true },
  { format: 'parquet', gzip: false },
];

/** Those of texts have rows that are rejected. */
function rowsOf(batch: number) {
  const badShare = FORMS[batch]?.format === 'parquet' ? 0 : 0.4;
  return madeRows(createRandom(batch + 1), batch * ROWS, { rows: ROWS, badShare });
}

const objects = new Map<number, Promise<Uint8Array>>();

/** The object of a batch, which is made once. */
function objectOf(batch: number, form: MadeForm): Promise<Uint8Array> {
  const made = objects.get(batch) ?? madeObject(rowsOf(batch), form);
  objects.set(batch, made);
  return made;
}

/** Batches of tables, which become files of this form. */
export function tableBatches(output: {
  readonly format: string;
  readonly compression: string;
  readonly companions?: readonly string[];
}): BatchForm {
  return {
    name: [output.format, ...(output.companions ?? [])].join('-'),
    async request({ bucket, s3 }, batch) {
      const form = FORMS[batch]!;
      const Key = `tables/batch-${batch}`;
      const Body = await objectOf(batch, form);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
      return {
        source: { uri: `s3://${bucket}/${Key}`, format: form.format },
        ...{ schema: MADE_SCHEMA, onBadRow: 'reject', output },
        chunking: { rows: FILE_ROWS },
      };
    },
    async content(manifest, read) {
      return { text: await outputLines(manifest, read), crc32: undefined };
    },
    async expected(_, live) {
      return { text: expectedLines(live.flatMap(rowsOf)), crc32: undefined };
    },
  };
}
