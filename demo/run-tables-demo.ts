import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { openEngine } from '@sparse-fanout/engine';
import { processEnvironment } from '#cli/frame/process-environment.ts';
import { main } from '#cli/main.ts';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';

const FOLDER = relative(process.cwd(), join(import.meta.dirname, '..', '.demo')) || '.';
const SOURCE = join(FOLDER, 'glosses');
const REQUEST = join(FOLDER, 'glosses.json');
const OUT = join(FOLDER, 'parquet');

/** Objects of the source, and files of the output. */
const PARTS = 6;
const FILES = 4;

const environment = processEnvironment();

function say(line: string): void {
  environment.stdout.write(`${line}\n`);
}

/** A gloss as a program may have saved it: numbers and lists as they come. */
function record(gloss: string, id: number): string {
  const examples = [...gloss.matchAll(/"([^"]+)"/g)].map(([, text]) => text);
  const definition = gloss.replace(/;?\s*".*$/s, '').trim();
  return `${JSON.stringify({ id, definition, words: definition.split(/\s+/).length, examples })}\n`;
}

async function writeSource(): Promise<void> {
  say('1. Saving all WordNet glosses as JSON lines, in six objects of gzip');
  await rm(SOURCE, { recursive: true, force: true });
  await mkdir(SOURCE, { recursive: true });
  const glosses = await Array.fromAsync(readGlosses());
  const size = Math.ceil(glosses.length / PARTS);
  for (let part = 0; part < PARTS; part += 1) {
    const start = part * size;
    const lines = glosses.slice(start, start + size).map((gloss, k) => record(gloss, start + k));
    const file = createWriteStream(join(SOURCE, `part-${part}.jsonl.gz`));
    await pipeline(Readable.from(lines), createGzip(), file);
  }
  const schema = { id: 'integer', definition: 'text', words: 'smallint', examples: 'text[]' };
  await writeFile(REQUEST, JSON.stringify({ source: SOURCE, schema, output: { files: FILES } }));
}

/** Runs one command, as a user would type it. */
async function cli(...args: string[]): Promise<void> {
  say(`   $ npm run -s cli -- ${args.join(' ')}`);
  const code = await main(args, environment);
  if (code !== 0) process.exit(code);
}

/** Counts the rows that DuckDB reads, in the order of the files. */
async function query(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'demo-'));
  const engine = await openEngine({ directory, memoryBytes: 400e6 });
  try {
    const names = (await readdir(join(OUT, 'data'))).sort();
    const copies = names.map((name) => join(directory, name));
    for (const [at, copy] of copies.entries()) await copyFile(join(OUT, 'data', names[at]!), copy);
    const files = copies.map((path) => `'${path}'`).join(', ');
    const rows = `SELECT *, row_number() OVER () - 1 AS place FROM read_parquet([${files}])`;
    const text = `SELECT count(*) AS glosses, max(words) AS longest, sum(len(examples)) AS examples,
      bool_and(id = place) AS ordered FROM (${rows})`;
    const [row] = await engine.runSelect({ text });
    say(
      `   ${Object.entries(row ?? {})
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    );
    if (row?.['ordered'] !== true) process.exitCode = 1;
  } finally {
    engine.close();
    await rm(directory, { recursive: true });
  }
}

await writeSource();
say('\n2. Cleaning them into Parquet: the deployed stack, run on this machine');
await rm(OUT, { recursive: true, force: true });
await cli('local', 'run', '--request', REQUEST, '--out', OUT);
say('\n3. Reading every file again');
await cli('verify', OUT);
say('\n4. Asking DuckDB');
await query();
