import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { LocalServices } from './local-services.ts';
import { writeNpz } from './npz/write-npz.ts';

/** So many columns that a row alone is long enough for a part. */
const COLUMNS = 2_700_000;
const ROWS = 4;

/** Four rows of 5.4 MB of text; each has its number, from 1, in the column of its index. */
export function wideMatrix(): Uint8Array<ArrayBuffer> {
  const each = Array.from({ length: ROWS }, (_, row) => row);
  return writeNpz({
    shape: [ROWS, COLUMNS],
    dtype: 'int8',
    indptr: [...each, ROWS],
    indices: each,
    data: each.map((row) => row + 1),
  });
}

/** Text of all of its rows. */
export function wideText(): Buffer {
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const line = Buffer.from('0,'.repeat(COLUMNS));
    line[2 * row] = '1'.charCodeAt(0) + row;
    line[line.length - 1] = '\n'.charCodeAt(0);
    return line;
  });
  return Buffer.concat(lines);
}

/** Bytes of the text of one row. */
export const WIDE_ROW_BYTES = 2 * COLUMNS;

/** The header of a run that is to be written. */
export function runOf(planned: PlanResult) {
  if (planned.decision !== 'write') throw new Error(`the plan is to ${planned.decision}`);
  return planned.run;
}

/** Ids of the uploads under way below a prefix. */
export async function uploadsBelow(
  { s3, bucket }: LocalServices,
  prefix: string,
): Promise<readonly (string | undefined)[]> {
  const listed = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  return (listed.Uploads ?? []).map(({ UploadId }) => UploadId);
}
