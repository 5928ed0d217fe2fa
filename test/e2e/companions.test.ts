import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findUnlisted } from '#cli/prune/prune.ts';
import { s3Output } from '#cli/prune/s3-output.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

let stack: LocalStack;
let directory: string;

beforeAll(async () => {
  stack = await LocalStack.shared();
  directory = await mkdtemp(join(tmpdir(), 'companions-'));
});
afterAll(() => rm(directory, { recursive: true }));

const { signal } = new AbortController();

const SCHEMA = { id: 'bigint', city: 'text' };

async function textOf(key: string): Promise<string> {
  return (await stack.read(`s3://${stack.outputBucket}/${key}`)).toString();
}

/** The files of a generation, as its manifest and its symlink list them. */
async function listed(place: string, generation: number) {
  const digits = String(generation).padStart(6, '0');
  const manifest = parseManifest(await textOf(`${place}_manifest/manifest-${digits}.json`));
  const folder = generation === 1 ? 'hive' : `hive-${digits}`;
  const symlink = await textOf(`${place}_manifest/${folder}/symlink/symlink.txt`);
  const statement = await textOf(`${place}_manifest/${folder}/table.sql`);
  return { manifest, folder, files: symlink.split('\n').slice(0, -1), statement };
}

describe('the companion hive of a table', () => {
  it('lists the files of each generation, which the manifest lists too', async () => {
    const place = 'companions/city trips/';
    const run = async (mode: string, ids: readonly number[], files: number) => {
      const text = `id,city\n${ids.map((id) => `${id},c${id}\n`).join('')}`;
      const source = await stack.putSource(`companions/${mode}.csv`, Buffer.from(text));
      const uri = `s3://${stack.outputBucket}/${place}`;
      const transform = { sql: 'select id, upper(city) as "Town" from input' };
      const output = { uri, mode, files, companions: ['hive'] };
      await stack.runToSuccess({ source, schema: SCHEMA, transform, output });
    };
    await run('create', [1, 2, 3, 4], 2);
    await run('append', [5], 1);
    await run('overwrite', [6], 1);
    for (const [generation, count] of [
      [1, 2],
      [2, 3],
      [3, 1],
    ] as const) {
      const { manifest, folder, files, statement } = await listed(place, generation);
      expect(files).toEqual(manifest.entries.map(({ url }) => url));
      expect(files).toHaveLength(count);
      expect(manifest.companions).toMatchObject([{ bytes: files.join('\n').length + 1 }, {}]);
      expect(statement).toContain('TABLE `city_trips` (\n  `id` bigint,\n  `Town` string\n)');
      const location = `s3://${stack.outputBucket}/${place}_manifest/${folder}/symlink/`;
      expect(statement).toContain(`LOCATION '${location}'`);
    }
    const at = s3Output(stack.s3, `s3://${stack.outputBucket}/${place}`, signal);
    const unlisted = await Array.fromAsync(findUnlisted(at), ({ key }) => key);
    expect(unlisted).toHaveLength(3);
    expect(unlisted.filter((key) => !key.startsWith('data/chunk-'))).toEqual([]);
  }, 60_000);

  it('is refused for types that Hive has not, before anything is written', async () => {
    const source = await stack.putSource('companions/u.csv', Buffer.from('u\n1\n'));
    const uri = `s3://${stack.outputBucket}/companions/refused/`;
    const output = { uri, companions: ['hive'] };
    const refused = await stack.run({ source, schema: { u: 'ubigint' }, output });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'RequestError' });
    expect(refused.cause).toContain('is UBIGINT, which Hive cannot read from Parquet');
  }, 60_000);
});

describe('companions in a directory', { timeout: patience(30_000) }, () => {
  it('are copied, and verified', async () => {
    const [csv, request, out] = ['t.csv', 'r.json', 'out'].map((name) => join(directory, name));
    await writeFile(csv!, 'id,city\n1,a\n');
    const output = { companions: ['hive'] };
    await writeFile(request!, JSON.stringify({ schema: SCHEMA, output }));
    const asked = ['local', 'run', csv!, '--request', request!, '--out', out!];
    const ended = await runHere(asked);
    expect(ended.stderr).not.toContain('Error');
    expect(await runHere(['verify', out!])).toMatchObject({ code: 0 });
    const statement = join(out!, '_manifest', 'hive', 'table.sql');
    await writeFile(statement, `${await readFile(statement, 'utf8')} `);
    const changed = await runHere(['verify', out!]);
    expect(changed.stderr).toMatch(/table\.sql of the companion hive has \d+ bytes and CRC-32/);
    await rm(statement);
    const missing = await runHere(['verify', out!]);
    expect(missing.stderr).toContain('table.sql of the companion hive is missing');
  });
});
