import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFunctions } from '@sparse-fanout/engine/bundle-functions.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseManifest } from '#core/manifest/manifest.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/functions/clean.ts');
const ROWS = 5_000;
const lines = Array.from({ length: ROWS }, (_, id) => `${id},  new  YORK ${id}\n`);

let directory: string;
const inside = (...names: string[]) => join(directory, ...names);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-functions-'));
  await writeFile(inside('t.csv'), `id,name\n${lines.join('')}`);
  const transform = {
    sql: 'select id, tidy_name(name) as name from input where id % 2 = 1',
    functions: 'clean',
  };
  const schema = { id: 'bigint', name: 'varchar' };
  const output = { uri: 's3://lake/people/', format: 'csv', files: 2 };
  await writeFile(inside('r.json'), JSON.stringify({ schema, transform, output }));
  await writeFile(
    inside('other.ts'),
    "export const tidy_name = { parameters: ['VARCHAR'], returns: 'VARCHAR', apply: () => 'x' };",
  );
});
afterAll(() => rm(directory, { recursive: true }));

const localRun = (...flags: string[]) =>
  runHere(['local', 'run', inside('t.csv'), '--request', inside('r.json'), ...flags]);
const verify = (...flags: string[]) =>
  runHere(['verify', inside('out'), '--source', inside('t.csv'), ...flags]);

it(
  'a run calls the functions that were deployed with it, and verify those of the run alone',
  async () => {
    const out = ['--out', inside('out')];
    const dry = await localRun(...out, '--functions', `clean=${EXAMPLE}`, '--dry-run');
    expect(dry.stdout.toString(), dry.stderr).toContain('New York 1');
    const ran = await localRun(...out, '--functions', `clean=${EXAMPLE}`);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    const manifest = parseManifest(
      await readFile(inside('out', '_manifest', 'manifest.json'), 'utf8'),
    );
    const { digest } = bundleFunctions('clean', EXAMPLE);
    const [generation] = manifest.generations;
    expect(generation?.read?.transform).toMatchObject({ functions: { name: 'clean', digest } });
    const texts = await Promise.all(
      manifest.entries.map(({ url }) => readFile(inside('out', 'data', url.split('/').at(-1)!))),
    );
    const rows = texts.flatMap((text) => text.toString().trimEnd().split('\n').slice(1));
    expect(rows).toEqual(lines.flatMap((_, id) => (id % 2 === 1 ? [`${id},New York ${id}`] : [])));
    const verified = await verify('--functions', `clean=${EXAMPLE}`);
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    const other = await verify('--functions', `clean=${inside('other.ts')}`);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(`the functions clean of the run have the SHA-256 ${digest}`);
    expect((await verify()).stderr).toContain('are not here; deploy or give those of the run');
  },
  patience(60_000),
);

it(
  'other functions of the name are another run, and a run without them ends by name',
  async () => {
    const again = await localRun(
      '--out',
      inside('out'),
      '--functions',
      `clean=${inside('other.ts')}`,
    );
    expect(again.code).not.toBe(0);
    expect(again.stderr).toContain('UsageError');
    const none = await localRun('--out', inside('none'));
    expect(none.stderr).toContain('transform.functions is "clean", there are none here');
  },
  patience(60_000),
);
