import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { writeNpz } from '#support/npz/write-npz.ts';
import type { PlayedStack } from './played-stack.ts';
import { isConflictAt, leftovers, reasonsOf, whyNot } from './playing.ts';
import type { Scenario } from './scenario.ts';
import { SMALL } from './sources.ts';

/** Two rows of a table for each of two files. */
const TABLE = Buffer.from('id\n1\n2\n3\n4\n');

/** A request of rows as one object of gzip, whose parts are made long enough. */
type Requested = Readonly<Record<string, unknown>>;

/** The key of the object; an overwrite has another folder. */
interface Asked {
  readonly request: Requested;
  readonly key: string;
}

/**
 * Runs a request while something else lies at the key of its object; then again, where S3 completes
 * no upload whose key was written; and once more, for which Plan opens the next upload.
 */
async function taken(stack: PlayedStack, { request, key }: Asked): Promise<string | undefined> {
  const Bucket = stack.outputBucket;
  await stack.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: 'of someone else' }));
  const refused = await reasonsOf(stack, await stack.run(request));
  if (!isConflictAt(refused, key)) return refused;
  await stack.s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
  const overtaken = await whyNot(stack, request, 'UploadLostError');
  if (overtaken !== undefined) return overtaken;
  return (await whyNot(stack, request)) ?? (await leftovers(stack));
}

/** Plays it for a new output, and for one that is overwritten. */
async function bothFolders(
  stack: PlayedStack,
  name: string,
  requestOf: (output: Requested) => Promise<Requested>,
): Promise<string | undefined> {
  const output = { uri: `s3://${stack.outputBucket}/${name}/`, single: true, compression: 'gzip' };
  const created = await requestOf({ ...output, mode: 'create' });
  const first = await taken(stack, { request: created, key: `${name}/data/rows.csv.gz` });
  if (first !== undefined) return first;
  const request = await requestOf({ ...output, mode: 'overwrite' });
  return await taken(stack, { request, key: `${name}/data-g000002/rows.csv.gz` });
}

const matrix: Scenario = {
  name: 'the key of one object is taken, and its upload is opened anew',
  about: /rows\.\*|upload-\*/,
  play: (stack) =>
    bothFolders(stack, 'single', async (output) => {
      const source = await stack.putSource(`single-${output['mode']}`, writeNpz(SMALL));
      return { source, output, chunking: { rows: 2 } };
    }),
};

const table: Scenario = {
  name: 'the same of a table',
  about: /PlanTable.*(?:rows\.\*|upload-\*)/,
  play: (stack) =>
    bothFolders(stack, 'single-table', async (output) => {
      const uri = await stack.putSource(`tables/single-${output['mode']}.csv`, TABLE);
      const place = { ...output, format: 'csv' };
      return { source: uri, schema: { id: 'int' }, output: place, chunking: { rows: 2 } };
    }),
};

/** Rows that become one object. */
export const SINGLE_SCENARIOS: readonly Scenario[] = [matrix, table];
