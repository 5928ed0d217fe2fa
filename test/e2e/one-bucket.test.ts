import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { OUTPUT_KINDS } from '#core/outputs/output-kinds.ts';
import { templateText, writeVariant } from '#support/assembly-variant.ts';
import { goldenBytes } from '#support/golden.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';

let stack: LocalStack;
let directory: string;

const SOURCE = /"FanoutBucketsSource[0-9A-F]{8}"/g;

/** The assembly, in which the bucket of the sources is that of the outputs, too. */
async function oneBucketAssembly(): Promise<string> {
  const assembly = await cloudAssembly(new AbortController().signal);
  const text = await templateText(assembly);
  const [output] = /"FanoutBucketsOutput[0-9A-F]{8}"/.exec(text)!;
  const { Resources, ...others } = JSON.parse(text);
  const [source] = SOURCE.exec(text)!;
  const { [JSON.parse(source)]: sources, ...rest } = Resources;
  const { NotificationConfiguration } = sources.Properties;
  Object.assign(rest[JSON.parse(output)].Properties, { NotificationConfiguration });
  const variant = JSON.stringify({ ...others, Resources: rest }).replaceAll(SOURCE, output);
  await writeVariant(assembly, variant, join(directory, 'assembly'));
  return join(directory, 'assembly');
}

async function executions(): Promise<number> {
  const stateMachineArn = stack.output('StateMachineArn');
  const listed = await stack.states.send(new ListExecutionsCommand({ stateMachineArn }));
  return listed.executions?.length ?? 0;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'one-bucket-'));
  stack = await LocalStack.start(await oneBucketAssembly());
}, patience(20_000));

afterAll(async () => {
  await stack.close();
  await rm(directory, { recursive: true });
});

/** Settings that a format cannot do without. */
const SETTINGS: Readonly<Record<string, object>> = {
  svmlight: { zeroBased: true },
  parquet: { layout: 'lists' },
};

/** Outputs of tables, of which some have folders, companions or a shuffle. */
const TABLE_OUTPUTS: Readonly<Record<string, object>> = {
  parquet: { format: 'parquet', companions: ['iceberg'] },
  csv: { format: 'csv', compression: 'gzip' },
  single: { format: 'csv', single: true },
  jsonl: { format: 'jsonl' },
  partitioned: { partitionBy: ['city'] },
};

it(
  'starts one execution for each output of a table in the bucket of its source',
  async () => {
    const before = await executions();
    const rows = Buffer.from('id,city\n1,Bonn\n2,Oslo\n3,Bonn\n');
    const source = await stack.putSource('tables/rows.csv', rows);
    const schema = { id: 'bigint', city: 'text' };
    const outputs = Object.entries(TABLE_OUTPUTS);
    for (const [name, output] of outputs) {
      const uri = `s3://${stack.outputBucket}/tables-${name}/`;
      await stack.runToSuccess({ source, schema, output: { uri, ...output } });
    }
    await stack.putSource('table-arriving.npz', goldenBytes('inputs/one-cell.npz'));
    const awaited = before + outputs.length + 1;
    await expect.poll(executions).toBe(awaited);
    await expect
      .poll(() => stack.keys('table-arriving/'))
      .toContainEqual(expect.stringMatching(/_manifest\/manifest\.json$/));
    expect(await executions()).toBe(awaited);
  },
  patience(40_000),
);

it(
  'starts one execution for each output of a matrix in the bucket of its source',
  async () => {
    expect(stack.output('SourceBucketName')).toBe(stack.outputBucket);
    const before = await executions();
    const source = await stack.putSource('matrix.other', goldenBytes('inputs/tall.npz'));
    const ends: [string, string, string][] = [];
    for (const format of OUTPUT_KINDS) {
      const uri = `s3://${stack.outputBucket}/${format}/`;
      const output = { uri, format, ...SETTINGS[format] };
      const { status, cause } = await stack.run({ source, output, chunking: { rows: 1000 } });
      ends.push([format, status, cause ?? '']);
    }
    const refused = ends.filter(([, status]) => status !== 'SUCCEEDED');
    expect(refused).toEqual([['npz', 'FAILED', expect.stringContaining('each that ends with')]]);
    expect(await stack.keys('npz/')).toEqual([]);
    // An object that does start a run comes last, so that events of all before it were delivered.
    await stack.putSource('arriving.npz', goldenBytes('inputs/one-cell.npz'));
    await expect.poll(executions).toBe(before + OUTPUT_KINDS.length + 1);
    await expect
      .poll(() => stack.keys('arriving/'))
      .toContainEqual(expect.stringMatching(/_manifest\/manifest\.json$/));
    expect(await executions()).toBe(before + OUTPUT_KINDS.length + 1);
  },
  patience(30_000),
);
