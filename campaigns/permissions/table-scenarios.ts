import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SOURCES } from './assembly.ts';
import { attempted, faulty, inbox } from './inbox-scenarios.ts';
import type { PlayedStack } from './played-stack.ts';
import { isConflictAt, reasonsOf, redrive, remove, reported, whyNot } from './playing.ts';
import type { Scenario } from './scenario.ts';
import { largeGzip } from './sources.ts';

const TABLE = Buffer.from('id\n1\nno number\n3\n');

/** A version of a table with a bad row, into an output of its own. */
async function tableRequest(stack: PlayedStack, name: string, mode: string) {
  const uri = await stack.putSource(`tables/${name}.csv`, TABLE);
  const output = { uri: `s3://${stack.outputBucket}/${name}/`, mode };
  const source = { uri, versionId: 'null' };
  return { source, schema: { id: 'int' }, onBadRow: 'reject', output };
}

const table: Scenario = {
  name: 'a table that lost its claim and its chunk is started again',
  about: /Table/,
  async play(stack) {
    const request = await tableRequest(stack, 'table', 'create');
    const first = await whyNot(stack, request);
    if (first !== undefined) return first;
    await remove(stack, 'table/', /_manifest\/(run|manifest).*\.json$|chunk-000000\.parquet/);
    return await whyNot(stack, request);
  },
};

const overwrittenTable: Scenario = {
  name: 'a table of a folder overwrites another, which is reported where it fails, and redriven',
  about: /Table/,
  async play(stack) {
    const Bucket = stack.outputBucket;
    const request = await tableRequest(stack, 'overwritten-table', 'overwrite');
    const first = await whyNot(stack, request);
    if (first !== undefined) return first;
    await stack.putSource('table-parts/1.csv', TABLE);
    const source = `s3://${SOURCES}/table-parts/`;
    const Key = 'overwritten-table/data-g000002/chunk-000000.parquet';
    await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
    const denied = stack.deniedCalls();
    const executionArn = await stack.startExecution({ ...request, source });
    const ended = await reasonsOf(stack, await stack.endOf(executionArn));
    if (!isConflictAt(ended, Key)) return ended;
    const problem = await reported(stack, denied, executionArn);
    await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    return problem ?? (await redrive(stack, executionArn));
  },
};

const partitioned: Scenario = {
  name: 'a partitioned table lacks what was scattered; its conflict is reported, and it starts again',
  about: /Table|Finalize/,
  async play(stack) {
    const Bucket = stack.outputBucket;
    const text = Buffer.from('id,day\n1,a\n2,b\nno number,a\n');
    const uri = await stack.putSource('tables/partitioned.csv', text);
    const output = { uri: `s3://${Bucket}/partitioned/`, partitionBy: ['day'] };
    const source = { uri, versionId: 'null' };
    const schema = { id: 'int', day: 'text' };
    const request = { source, schema, onBadRow: 'reject', output };
    const Key = 'partitioned/data/day=b/chunk-000001.parquet';
    await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
    const denied = stack.deniedCalls();
    const executionArn = await stack.startExecution(request);
    const ended = await reasonsOf(stack, await stack.endOf(executionArn));
    if (!isConflictAt(ended, Key)) return ended;
    const problem = await reported(stack, denied, executionArn);
    await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await remove(stack, '_shuffle/', /source\.json|\/index\//);
    return problem ?? (await whyNot(stack, request));
  },
};

const transformed: Scenario = {
  name: 'a function makes the rows of a table',
  about: /Table|TransformFiles/,
  async play(stack) {
    const text = Buffer.from('id,city,amount\n1,a,2\n2,b,\n');
    const source = await stack.putSource('tables/transformed.csv', text);
    const schema = { id: 'int', city: 'text', doubled: 'double' };
    const request = {
      ...{ source, schema: { id: 'int', city: 'text', amount: 'double' } },
      transform: { lambda: 'clean', rows: 'fewer', schema },
    };
    const uri = `s3://${stack.outputBucket}/transformed/`;
    const output = { uri: `${uri}cities/`, partitionBy: ['city'] };
    const first = await whyNot(stack, { ...request, output: { uri } });
    return first ?? (await whyNot(stack, { ...request, output }));
  },
};

const largeText: Scenario = {
  name: 'a version of a large text in gzip gets a seek index, and is written by several',
  async play(stack) {
    const uri = await stack.putSource('tables/large.csv.gz', largeGzip());
    const source = { uri, versionId: 'null', csv: { header: false } };
    const output = { uri: `s3://${stack.outputBucket}/large-text/`, mode: 'create' };
    const request = { source, schema: { id: 'int', note: 'text' } };
    const first = await whyNot(stack, { ...request, output: { ...output, files: 2 } });
    const ids = { uri: `s3://${stack.outputBucket}/large-ids/`, partitionBy: ['id'] };
    return first ?? (await whyNot(stack, { ...request, output: ids }));
  },
};

/** Those of tables; those that need the most permissions come first. */
export const TABLE_SCENARIOS: readonly Scenario[] = [
  table,
  overwrittenTable,
  partitioned,
  inbox,
  attempted,
  faulty,
  transformed,
  largeText,
];
