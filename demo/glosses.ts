import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';
import { askDuckdb, filesOf, shown } from './ask-duckdb.ts';
import { cli, say } from './typed.ts';

/** Objects of the source, and files of the output. */
const PARTS = 6;
const FILES = 4;

/** A gloss as a program may have saved it: numbers and lists as they come. */
function record(gloss: string, id: number): string {
  const examples = [...gloss.matchAll(/"([^"]+)"/g)].map(([, text]) => text);
  const definition = gloss.replace(/;?\s*".*$/s, '').trim();
  return `${JSON.stringify({ id, definition, words: definition.split(/\s+/).length, examples })}\n`;
}

async function writeSource(source: string): Promise<void> {
  await rm(source, { recursive: true, force: true });
  await mkdir(source, { recursive: true });
  const glosses = await Array.fromAsync(readGlosses());
  const size = Math.ceil(glosses.length / PARTS);
  for (let part = 0; part < PARTS; part += 1) {
    const start = part * size;
    const lines = glosses.slice(start, start + size).map((gloss, k) => record(gloss, start + k));
    const file = createWriteStream(join(source, `part-${part}.jsonl.gz`));
    await pipeline(Readable.from(lines), createGzip(), file);
  }
}

const SELECT = `SELECT count(*) AS glosses, max(words) AS longest, sum(len(examples)) AS examples,
  bool_and(id = place) AS ordered
  FROM (SELECT *, row_number() OVER () - 1 AS place FROM read_parquet($files))`;

/** JSON lines to Parquet. */
export async function glossesDemo(folder: string): Promise<void> {
  const [source, request, out] = ['glosses', 'glosses.json', 'parquet'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  say('1. Saving all WordNet glosses as JSON lines, in six objects of gzip');
  await writeSource(source);
  const schema = { id: 'integer', definition: 'text', words: 'smallint', examples: 'text[]' };
  await writeFile(request, JSON.stringify({ source, schema, output: { files: FILES } }));
  say('\n2. Cleaning them into Parquet: the deployed stack, run on this machine');
  await rm(out, { recursive: true, force: true });
  await cli('local', 'run', '--request', request, '--out', out);
  say('\n3. Reading every file again');
  await cli('verify', out);
  say('\n4. Asking DuckDB');
  const answer = await askDuckdb({ out, files: await filesOf(out) }, SELECT);
  say(`   ${shown(answer)}`);
  if (answer['ordered'] !== true) process.exitCode = 1;
}
