import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { icebergProblems } from '#cli/verify/iceberg-problems.ts';
import { currentSnapshot, parseMetadata } from '#core/iceberg/table-metadata.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

let stack: LocalStack;
let directory: string;

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'iceberg-'));
});
afterAll(() => rm(directory, { recursive: true }));

const { signal } = new AbortController();
const SCHEMA = { id: 'bigint', tags: 'varchar[]' };
const METADATA = '_manifest/iceberg/metadata';

function rowsOf(ids: readonly number[]): Buffer {
  return Buffer.from(ids.map((id) => `${JSON.stringify({ id, tags: [`t${id}`] })}\n`).join(''));
}

/** Runs ids as the next generation. */
async function runIds(
  place: string,
  ids: readonly number[],
  output: Readonly<Record<string, unknown>>,
) {
  const source = await stack.putSource(`${place}${ids.join('-')}.jsonl`, rowsOf(ids));
  const uri = `s3://${stack.outputBucket}/${place}`;
  const section = { uri, files: 1, companions: ['iceberg'], ...output };
  await stack.runToSuccess({ source, schema: SCHEMA, output: section });
  const latest = await stack.read(`${uri}_manifest/manifest.json`);
  return parseManifest(latest.toString());
}

async function metadataOf(place: string, generation: number) {
  const uri = `s3://${stack.outputBucket}/${place}${METADATA}/v${generation}.metadata.json`;
  return parseMetadata((await stack.read(uri)).toString(), uri);
}

describe('the companion iceberg of a table', () => {
  it('has a snapshot of each generation', async () => {
    const place = 'iceberg/modes/';
    await runIds(place, [1, 2], { files: 2 });
    await runIds(place, [3], { mode: 'append' });
    const manifest = await runIds(place, [4], { mode: 'overwrite' });
    expect(manifest.companions?.map(({ uri }) => uri.split('-').at(-1))).toEqual([
      'm0.avro',
      'list.avro',
      expect.stringContaining(`${METADATA}/v3.metadata.json`),
    ]);
    const { snapshots } = await metadataOf(place, 3);
    expect(
      snapshots.map(({ summary }) => [summary['operation'], summary['total-records']]),
    ).toEqual([
      ['append', '2'],
      ['append', '3'],
      ['overwrite', '1'],
    ]);
    for (const generation of [1, 2, 3]) {
      const name = `${place}_manifest/manifest-00000${generation}.json`;
      const uri = `s3://${stack.outputBucket}/${name}`;
      expect(await icebergProblems(await openRunInS3(stack.s3, uri, signal))).toEqual([]);
    }
  }, 60_000);

  it('begins with all files where the generation before has none', async () => {
    const place = 'iceberg/later/';
    await runIds(place, [1], { companions: [] });
    await runIds(place, [2], { mode: 'append', companions: [] });
    await runIds(place, [3], { mode: 'append' });
    const { snapshots, 'table-uuid': uuid } = await metadataOf(place, 3);
    expect(snapshots).toMatchObject([{ 'snapshot-id': 3, summary: { 'total-records': '3' } }]);
    expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  }, 60_000);

  it('keeps the files of partitions that a run does not replace', async () => {
    const place = 'iceberg/partitions/';
    const add = async (
      name: string,
      rows: readonly (readonly [number, string])[],
      mode: string,
    ) => {
      const lines = rows.map(([id, day]) => `${id},${day}\n`).join('');
      const source = await stack.putSource(`${place}${name}.csv`, Buffer.from(`id,day\n${lines}`));
      const uri = `s3://${stack.outputBucket}/${place}`;
      const output = { uri, partitionBy: ['day'], companions: ['iceberg'], mode };
      await stack.runToSuccess({ source, schema: { id: 'int', day: 'date' }, output });
    };
    const [first, second] = ['2026-11-28', '2026-11-29'];
    await add(
      'one',
      [
        [1, first!],
        [2, second!],
        [3, ''],
      ],
      'create',
    );
    await add('two', [[4, second!]], 'append');
    await add(
      'three',
      [
        [5, second!],
        [6, second!],
      ],
      'overwrite-partitions',
    );
    const { snapshots, 'partition-specs': specs } = await metadataOf(place, 3);
    expect(specs).toEqual([
      {
        'spec-id': 0,
        fields: [{ 'source-id': 2, 'field-id': 1000, name: 'day', transform: 'identity' }],
      },
    ]);
    const figures = ['operation', 'added-records', 'deleted-records', 'total-records'];
    expect(snapshots.map(({ summary }) => figures.map((name) => summary[name]))).toEqual([
      ['append', '3', undefined, '3'],
      ['append', '1', undefined, '4'],
      ['overwrite', '2', '2', '4'],
    ]);
    for (const generation of [1, 2, 3]) {
      const name = `${place}_manifest/manifest-00000${generation}.json`;
      const run = await openRunInS3(stack.s3, `s3://${stack.outputBucket}/${name}`, signal);
      expect(await icebergProblems(run)).toEqual([]);
      const [entry] = run.manifest.entries;
      Object.assign(entry!, { partition: { day: '2026-11-30' } });
      expect(await icebergProblems(run)).toEqual([expect.stringContaining('[20787] in common')]);
    }
  }, 90_000);

  it('is refused for types that Iceberg has not, before anything is written', async () => {
    const source = await stack.putSource('iceberg/u.jsonl', Buffer.from('{"u":1}\n'));
    const uri = `s3://${stack.outputBucket}/iceberg/refused/`;
    const output = { uri, companions: ['iceberg'] };
    const refused = await stack.run({ source, schema: { u: 'ubigint' }, output });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'RequestError' });
    expect(refused.cause).toContain(
      'is UBIGINT, which Iceberg 2 does not have; cast it to DECIMAL',
    );
  }, 60_000);
});

describe('the companion iceberg in a directory', { timeout: patience(90_000) }, () => {
  const metadataPath = (out: string, generation: number) =>
    join(out, METADATA, `v${generation}.metadata.json`);

  it('goes on with the snapshots before, is made again and verified', async () => {
    const [first, second, request, out] = ['1.jsonl', '2.jsonl', 'r.json', 'out'].map((name) =>
      join(directory, name),
    );
    await writeFile(first!, rowsOf([1]));
    await writeFile(second!, rowsOf([2]));
    const output = { companions: ['iceberg'] };
    await writeFile(request!, JSON.stringify({ schema: SCHEMA, output }));
    const run = (source: string, ...more: string[]) =>
      runHere(['local', 'run', source, '--request', request!, '--out', out!, ...more]);
    expect(await run(first!)).toMatchObject({ code: 0 });
    expect(await run(second!, '--mode', 'append')).toMatchObject({ code: 0 });
    const again = await runHere(['verify', out!, '--source', second!]);
    expect(again).toMatchObject({ code: 0 });
    const text = await readFile(metadataPath(out!, 2), 'utf8');
    const metadata = parseMetadata(text, 'v2');
    expect(metadata.snapshots).toHaveLength(2);
    const list = join(
      out!,
      METADATA,
      currentSnapshot(metadata)['manifest-list'].split('/').at(-1)!,
    );
    const bytes = await readFile(list);
    await rm(list);
    expect((await runHere(['verify', out!])).stderr).toContain(
      'the metadata of Iceberg is not whole',
    );
    await writeFile(list, bytes);
    await writeFile(metadataPath(out!, 2), await readFile(metadataPath(out!, 1)));
    expect((await runHere(['verify', out!])).stderr).toContain('is of snapshot 1 by run');
  });
});
