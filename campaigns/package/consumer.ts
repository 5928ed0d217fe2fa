import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseManifest } from '#core/manifest/manifest.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import root from '../../package.json' with { type: 'json' };
import type { Machine } from './node-22.ts';

/** The packages that were packed, by their paths. */
export interface Tarballs {
  readonly main: string;
  readonly localCloud: string;
}

const QUIET = '--no-audit --no-fund --loglevel=error';
const { devDependencies } = root;

const TYPESCRIPT = `import { App, Stack } from 'aws-cdk-lib';
import { SparseFanout, type SparseFanoutProps } from 'sparse-fanout';

const app = new App({ outdir: 'ts.out' });
const stack = new Stack(app, 'Exports');
const nightly: SparseFanoutProps = { memoryMiB: { Write: 1024 }, triggerPrefix: 'nightly/' };
const daily: SparseFanout = new SparseFanout(stack, 'Daily');
new SparseFanout(stack, 'Nightly', { ...nightly, sourceBucket: daily.sourceBucket });
app.synth();
`;

const JAVASCRIPT = `import { App, Stack } from 'aws-cdk-lib';
import { SparseFanout } from 'sparse-fanout';

const app = new App({ outdir: 'js.out' });
const stack = new Stack(app, 'Exports');
const daily = new SparseFanout(stack, 'Daily');
new SparseFanout(stack, 'Nightly', {
  memoryMiB: { Write: 1024 },
  triggerPrefix: 'nightly/',
  sourceBucket: daily.sourceBucket,
});
app.synth();
`;

/** As `cdk init` writes it. */
const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext', strict: true },
    ...{ skipLibCheck: true, types: ['node'], lib: ['es2022'] },
  },
  files: ['app.ts'],
};

/** The template of an app, in which the functions must lie as they were bundled. */
async function templateOf(app: string, outdir: string): Promise<string> {
  const text = await readFile(path.join(app, outdir, 'Exports.template.json'), 'utf8');
  const { Resources } = JSON.parse(text);
  const types = Object.values<{ Type: string }>(Resources).map(({ Type }) => Type);
  assert.equal(types.filter((type) => type === 'AWS::StepFunctions::StateMachine').length, 2);
  return text;
}

/** Two constructs in one stack, in TypeScript and in JavaScript, which must be the same. */
async function embed(machine: Machine, app: string): Promise<void> {
  await writeFile(path.join(app, 'app.ts'), TYPESCRIPT);
  await writeFile(path.join(app, 'app.mjs'), JAVASCRIPT);
  await writeFile(path.join(app, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await machine.succeed(app, 'npx tsc && node app.js && node app.mjs');
  assert.equal(await templateOf(app, 'ts.out'), await templateOf(app, 'js.out'));
  for (const absent of ['esbuild', 'cdk-nag', '@duckdb/node-api', 'dynalite']) {
    assert(!existsSync(path.join(app, 'node_modules', absent)), `${absent} was installed`);
  }
}

/** A matrix of 300 rows, and a table. */
async function writeSources(folder: string): Promise<void> {
  const rows = 300;
  const matrix = {
    ...{ shape: [rows, 7] as const, dtype: 'float64' as const },
    indptr: Array.from({ length: rows + 1 }, (_, row) => row),
    indices: Array.from({ length: rows }, (_, row) => row % 7),
    data: Array.from({ length: rows }, (_, row) => row / 3),
  };
  await writeFile(path.join(folder, 'x.npz'), writeNpz(matrix));
  await writeFile(path.join(folder, 'events.csv'), 'id,city\n1,Bonn\n2,Oslo\n');
  const schema = { id: 'bigint', city: 'varchar' };
  await writeFile(path.join(folder, 'schema.json'), JSON.stringify(schema));
}

/** Checksum of all rows of an output. */
async function crcOf(output: string): Promise<unknown> {
  const text = await readFile(path.join(output, '_manifest/manifest.json'), 'utf8');
  return parseManifest(text).totals;
}

/** The command line of the package, from a folder of the user's. */
async function commands(machine: Machine, folder: string, { localCloud }: Tarballs): Promise<void> {
  await mkdir(folder);
  await writeSources(folder);
  const cli = 'npx sparse-fanout';
  assert.match(await machine.succeed(folder, `${cli} inspect x.npz`), /300/);
  await machine.succeed(folder, `${cli} export x.npz --out files --rows-per-chunk 100`);
  const local = `${cli} local run x.npz --out run --rows-per-chunk 100`;
  const refused = await machine.shell(folder, local);
  assert.equal(refused.code, 2);
  assert.equal(
    refused.stderr.trimEnd().split('\n').at(-1),
    'error: UsageError: the local cloud is the package @sparse-fanout/local-cloud, which is not installed; run npm install @sparse-fanout/local-cloud@0.1.0',
  );
  await machine.succeed(folder, `npm install ${QUIET} ${localCloud}`);
  await machine.succeed(folder, local);
  assert.deepEqual(await crcOf(path.join(folder, 'run')), await crcOf(path.join(folder, 'files')));
  await machine.succeed(folder, `${cli} verify run --source x.npz`);
}

/** Tables need the engine, which the command line names. */
async function tables(machine: Machine, folder: string): Promise<void> {
  const line = 'npx sparse-fanout export events.csv --schema schema.json --out table';
  const { code, stderr } = await machine.shell(folder, line);
  const [, install] =
    /which is not installed; run (npm install @duckdb\/node-api@\S+)\n$/.exec(stderr) ?? [];
  assert.equal(code, 2, stderr);
  await machine.succeed(folder, `${install} ${QUIET}`);
  await machine.succeed(folder, line);
  await machine.succeed(
    folder,
    line.replace('export', 'local run').replace('--out table', '--out run-table'),
  );
}

/** What somebody does with the packages who has Node 22 and npm. */
export async function consume(
  machine: Machine,
  directory: string,
  tarballs: Tarballs,
  say: (line: string) => void,
): Promise<void> {
  const app = path.join(directory, 'app');
  await mkdir(app);
  await writeFile(path.join(app, 'package.json'), '{"private":true}');
  const cdk = ['aws-cdk-lib', 'constructs', 'typescript', '@types/node'] as const;
  const versions = cdk.map((name) => `${name}@${devDependencies[name]}`).join(' ');
  await machine.succeed(app, `npm install ${QUIET} ${versions} ${tarballs.main}`);
  say(`an empty app with ${versions} has the package`);
  await embed(machine, app);
  say('two constructs in one stack synthesize, the same from TypeScript and from JavaScript');
  const folder = path.join(app, 'data');
  await commands(machine, folder, tarballs);
  say('inspect, export and local run work from another folder, and write the same rows');
  await tables(machine, folder);
  say('tables work with the engine that the command line names');
}
