import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemblyWith } from '#cli/local/assembly.ts';
import { parseManifest } from '#core/manifest/manifest.ts';
import { templateText, writeVariant } from '#support/assembly-variant.ts';
import { LocalStack } from '#support/local-stack.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const FILES = { clean: 'examples/clean.mjs', odd: 'test/e2e/odd-transform.mjs' };

/** Seconds of the odd function: it sleeps for longer. */
const TIMEOUT = 5;

let stack: LocalStack;
let directory: string;
let engine: Engine;

/** The assembly with both functions, of which the odd one has little time. */
async function hastyAssembly(): Promise<string> {
  const transforms = Object.entries(FILES).map(([name, file]) => `${name}=${file}`);
  const context = { transforms: transforms.join(',') };
  const assembly = await assemblyWith(context, new AbortController().signal);
  const template = JSON.parse(await templateText(assembly));
  for (const [id, { Type, Properties }] of Object.entries<Record<string, object>>(
    template.Resources,
  )) {
    const isOdd = String(Type) === 'AWS::Lambda::Function' && id.startsWith('TransformFilesodd');
    if (isOdd) Object.assign(Properties!, { Timeout: TIMEOUT });
  }
  await writeVariant(assembly, JSON.stringify(template), join(directory, 'assembly'));
  return join(directory, 'assembly');
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'transform-lambda-'));
  engine = await openEngine({ directory: join(directory, 'engine'), memoryBytes: 400e6 });
  stack = await LocalStack.start(await hastyAssembly());
}, patience(60_000));

afterAll(async () => {
  engine.close();
  await stack.close();
  await rm(directory, { recursive: true });
});

const SCHEMA = { id: 'bigint', city: 'varchar', amount: 'double' };

/** A request of a table with its own output, whose first city is given. */
async function requestOf(name: string, city: string, transform: object, rows = 100) {
  const cities = (id: number) => (id === 0 ? city : ` city ${id % 7} `);
  const lines = Array.from({ length: rows }, (_, id) => {
    return `${id},${cities(id)},${id % 10 === 9 ? '' : id / 2}\n`;
  });
  const text = `id,city,amount\n${lines.join('')}`;
  const source = await stack.putSource(`${name}.csv`, Buffer.from(text));
  const output = { uri: `s3://${stack.outputBucket}/${name}/` };
  return { source, schema: SCHEMA, transform, output, chunking: { rows: 40 } };
}

const odd = (name: string, city: string, rows?: 'fewer') =>
  requestOf(name, city, { lambda: 'odd', ...(rows && { rows }) });

async function manifestOf(name: string) {
  const uri = `s3://${stack.outputBucket}/${name}/_manifest/manifest.json`;
  return parseManifest((await stack.read(uri)).toString());
}

/** The rows of all files as texts, in the order of the manifest. */
async function rowsOf(name: string): Promise<readonly unknown[][]> {
  const rows: unknown[][] = [];
  for (const { url } of (await manifestOf(name)).entries) {
    const path = join(directory, 'engine', `${name}-${url.split('/').at(-1)}`);
    await writeFile(path, await stack.read(url));
    const text = `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM read_parquet('${path}')`;
    rows.push(...(await engine.runSelect({ text })).map((row) => Object.values(row)));
  }
  return rows;
}

const CLEAN = {
  lambda: 'clean',
  rows: 'fewer',
  schema: { id: 'integer', city: 'varchar', doubled: 'decimal(9,1)' },
};

describe('transform.lambda in the stack', { timeout: patience(60_000) }, () => {
  it('writes what the function makes of the rows, under the version of it', async () => {
    const request = await requestOf('clean', ' city 0 ', CLEAN);
    const { output } = await stack.runToSuccess(request);
    const kept = Array.from({ length: 100 }, (_, id) => id).filter((id) => id % 10 !== 9);
    expect(await rowsOf('clean')).toEqual(
      kept.map((id) => [String(id), `CITY ${id % 7}`, id.toFixed(1)]),
    );
    const { generations, columns, totals } = await manifestOf('clean');
    expect(columns?.map(({ type }) => type)).toEqual(['INTEGER', 'VARCHAR', 'DECIMAL(9, 1)']);
    expect(totals).toMatchObject({ rows: 90, chunks: 3, counts: { filtered: 10 } });
    const version = expect.stringMatching(/^\d+$/);
    expect(generations[0]?.read?.transform).toMatchObject({
      lambda: { name: 'clean', version },
      rows: 'fewer',
    });
    const { runId } = generations[0]!;
    const keys = await stack.keys(`_transform/${runId}/`);
    const named = keys.map((key) => key.replace(/-[0-9a-f-]{36}\.parquet$/, ''));
    const whats = ['chunk-0', 'chunk-1', 'chunk-2', 'the-sample'];
    expect(named).toEqual(
      ['input', 'output'].flatMap((way) =>
        whats.map((what) => `_transform/${runId}/${way}/${what}`),
      ),
    );
    const again = await stack.runToSuccess(request);
    expect(again.output).toMatchObject({ runId, decision: 'complete' });
    expect(output).not.toMatchObject({ decision: 'complete' });
  });

  it('shows in a dry run what the function makes of the sample', async () => {
    const request = await requestOf('dry', ' city 0 ', CLEAN);
    const { output } = await stack.runToSuccess({ ...request, dryRun: true });
    expect(output.summary.transformed.firstRows[0]).toEqual(['0', 'CITY 0', '0.0']);
  });

  it.each([
    ['throws', 'throw', /failed for the sample: ValueError: these rows are bad/],
    ['writes nothing', 'nothing', /ended without writing to output for the sample; write the rows/],
    ['writes no Parquet', 'junk', /did not write what was declared: s3:.*output\/the-sample/],
    ['writes another schema', 'columns', /another schema .* has "__index_level_0__" besides/],
    ['leaves out rows', 'fewer', /wrote 99 rows of 100 that it got; set transform\.rows/],
    ['adds rows', 'more', /wrote 200 rows of 100 that it got/],
    ['times out', 'sleep', /failed for the sample: Sandbox\.Timedout: .*timed out after 5\.00 sec/],
  ])('fails while planning where the function %s', async (_, city, sentence) => {
    const ended = await stack.run(await odd(`odd-${city}`, city));
    expect([ended.status, ended.error]).toEqual(['FAILED', 'TransformError']);
    expect(JSON.parse(ended.cause).errorMessage).toMatch(/^transform\.lambda odd \(version \d+\) /);
    expect(JSON.parse(ended.cause).errorMessage).toMatch(sentence);
    expect(await stack.keys(`odd-${city}/`)).toEqual([]);
  });

  it('fails by the name of the chunk, and without a manifest', async () => {
    const ended = await stack.run(await odd('chunk', 'throw in chunk'));
    expect(ended.status).toBe('FAILED');
    const report = `s3://${stack.outputBucket}/chunk/_manifest/failures.json`;
    await expect
      .poll(() => stack.read(report).then(String, String), { timeout: patience(10_000) })
      .toMatch(/odd \(version \d+\) failed for chunk 0: ValueError: these rows are bad/);
    const keys = await stack.keys('chunk/');
    expect(keys.filter((key) => /chunk-000000|_manifest\/manifest/.test(key))).toEqual([]);
  });

  it('gives the function no access but to the rows on their way', async () => {
    const ended = await stack.run(await odd('steal', 'steal'));
    const denied = Array(6).fill('AccessDenied').join(' ');
    expect(JSON.parse(ended.cause).errorMessage).toContain(`ValueError: ${denied}`);
  });

  it(
    'runs from a file by local run, which finds the run again, and verify says what it cannot',
    async () => {
      const inside = (name: string) => join(directory, name);
      const out = inside('out');
      await writeFile(inside('t.csv'), 'id,city,amount\n1, a,2\n2,b,\n');
      await writeFile(inside('r.json'), JSON.stringify({ schema: SCHEMA, transform: CLEAN }));
      const flags = ['--request', inside('r.json'), '--transforms', `clean=${FILES.clean}`];
      for (const isNew of [true, false]) {
        const run = ['--json', 'local', 'run', inside('t.csv'), ...flags, '--out', out];
        const ended = await runHere(run);
        expect(ended.stderr).not.toContain('Error');
        expect(JSON.parse(String(ended.stdout))).toMatchObject({ isNew, rows: 1 });
      }
      expect((await runHere(['verify', out])).code).toBe(0);
      const ended = await runHere(['verify', out, '--source', inside('t.csv')]);
      expect(ended.stderr).toMatch(
        /TransformError: transform\.lambda clean .* runs in its deployment/,
      );
      expect(ended.code).toBe(1);
    },
    patience(60_000),
  );

  it('refuses a function that is not deployed', async () => {
    const ended = await stack.run(await requestOf('none', 'a', { lambda: 'toString' }));
    expect(ended.error).toBe('RequestError');
    expect(JSON.parse(ended.cause).errorMessage).toContain(
      'transform.lambda is toString, but is no function of this deployment, which has clean, odd',
    );
  });
});
