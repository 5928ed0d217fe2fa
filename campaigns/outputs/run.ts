/**
 * `npm run campaign -- outputs`: writes the golden matrices in every sparse format, in chunks of a
 * few rows, and lets the readers of others read them: SciPy, scikit-learn, PyArrow, and classes of
 * protobuf that SageMaker's package has. All entries must be those of the source, and labels those
 * of their object. With `--write` the CRC-32 of the content of each becomes what the tests expect.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { Command } from 'commander';
import { withSource } from '#cli/sources/with-source.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { golden, goldenPath } from '#support/golden.ts';
import { GOLDEN_SPECS, type GoldenChunk, goldenChunks } from '#support/golden-outputs.ts';
import { pythonOf } from '#support/python/environment.ts';

const run = promisify(execFile);

const ENVIRONMENT = {
  name: 'outputs',
  requirements: join(import.meta.dirname, 'requirements.txt'),
  pythons: ['3.13', '3.12', '3.11'],
};

const FIXTURE = join(import.meta.dirname, '../../test/fixtures/outputs/contents.json');

/** A matrix in a format: its source, and its chunks in order. */
interface Case {
  readonly source: string;
  readonly spec: MatrixOutputSpec;
  readonly files: readonly string[];
}

const { write } = new Command('npm run campaign -- outputs')
  .description('let SciPy, scikit-learn and SageMaker read every sparse output')
  .option('--write', 'makes the fixture of the tests')
  .parse()
  .opts<{ write?: true }>();

async function writeChunks(
  folder: string,
  ending: string,
  chunks: readonly GoldenChunk[],
): Promise<readonly string[]> {
  await mkdir(folder);
  const paths = chunks.map(({ rows }, index) => join(folder, `${index}-${rows}${ending}`));
  for (const [index, path] of paths.entries()) await writeFile(path, chunks[index]!.stored);
  return paths;
}

async function compareAll(python: string, directory: string): Promise<void> {
  const cases: Case[] = [];
  const contents: Record<string, string[]> = {};
  for (const { file } of golden.cases) {
    for (const [index, spec] of GOLDEN_SPECS.entries()) {
      const chunks = await goldenChunks(file, spec);
      const folder = join(directory, `${basename(file)}-${index}`);
      const files = await writeChunks(folder, matrixOutputOf(spec).ending, chunks);
      cases.push({ source: goldenPath(file), spec, files });
      const content = Buffer.concat(chunks.map((chunk) => chunk.content));
      contents[file] = [...(contents[file] ?? []), crc32Hex(crc32(content))];
    }
  }
  const list = join(directory, 'cases.json');
  await writeFile(list, JSON.stringify(cases));
  const script = join(import.meta.dirname, 'read_outputs.py');
  const { stdout } = await run(python, ['-W', 'ignore', script, list]);
  process.stdout.write(stdout);
  if (write) await writeFile(FIXTURE, `${JSON.stringify(contents, undefined, 2)}\n`);
}

const LABELS = ['int64', 'uint8', 'float64', 'bool', 'big-endian'];

/** What has labels of an object at `uri`. */
function labelledSpecs(uri: string): readonly MatrixOutputSpec[] {
  const common = { compression: 'none', label: { uri } } as const;
  return [
    { kind: 'csv', dialect: DEFAULT_DIALECT, ...common },
    { kind: 'svmlight', zeroBased: true, ...common },
    { kind: 'recordio-protobuf', tensor: 'float64', ...common },
  ];
}

async function writeLabelled(uri: string, spec: MatrixOutputSpec, file: string): Promise<void> {
  const locations = [goldenPath('inputs/dtype-int64.npz')];
  const asked = { locations, options: {}, labels: { uri, areNumbers: true } };
  await withSource(asked, new AbortController().signal, async ({ source }) => {
    const rows = { index: 0, rowStart: 0, rowEnd: source.shape[0] };
    const parts = encodedBytes(source, rows, spec);
    await writeFile(file, Buffer.concat(await Array.fromAsync(parts, (part) => Buffer.from(part))));
  });
}

async function compareLabels(python: string, directory: string): Promise<void> {
  const cases: object[] = [];
  for (const name of LABELS) {
    const labels = join(import.meta.dirname, `../../test/fixtures/labels/${name}.npy`);
    for (const spec of labelledSpecs(labels)) {
      const file = join(directory, `${name}.${spec.kind}`);
      await writeLabelled(labels, spec, file);
      cases.push({ kind: spec.kind, file, labels });
    }
  }
  const list = join(directory, 'labels.json');
  await writeFile(list, JSON.stringify(cases));
  const script = join(import.meta.dirname, 'read_labels.py');
  const { stdout } = await run(python, ['-W', 'ignore', script, list]);
  process.stdout.write(stdout);
}

const directory = await mkdtemp(join(tmpdir(), 'outputs-'));
try {
  const python = await pythonOf(ENVIRONMENT);
  if (python === undefined) console.log('skipped, there is no Python for it');
  else {
    await compareLabels(python, directory);
    await compareAll(python, directory);
  }
} catch (error) {
  console.log((error as { stdout?: string }).stdout ?? error);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true });
}
