import { mkdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { processEnvironment } from '#cli/frame/process-environment.ts';
import { main } from '#cli/main.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { countVectorize } from '#support/wordnet/count-vectorizer.ts';
import { readGlosses } from '#support/wordnet/wordnet-corpus.ts';
import { compareWithGolden } from './compare-with-golden.ts';

const FOLDER = relative(process.cwd(), join(import.meta.dirname, '..', '.demo')) || '.';
const SOURCE = join(FOLDER, 'wordnet-counts.npz');
const OUT = join(FOLDER, 'out');

/** Words in fewer glosses than this are left out, as `CountVectorizer(min_df=20)` does. */
const MIN_DOCUMENTS = 20;

/** Small enough for a machine of two cores to have several writers at work. */
const TARGET = '128MiB';

const environment = processEnvironment();

function say(line: string): void {
  environment.stdout.write(`${line}\n`);
}

async function buildSource(): Promise<void> {
  say(`1. Counting the words of all WordNet glosses, as scikit-learn's CountVectorizer does`);
  const { vocabulary, indptr, indices, data } = await countVectorize(readGlosses(), MIN_DOCUMENTS);
  const shape = [indptr.length - 1, vocabulary.length] as const;
  await mkdir(FOLDER, { recursive: true });
  await saveNpz(SOURCE, { shape, indptr, indices, data });
  const { size } = await stat(SOURCE);
  say(
    `   ${shape[0]} x ${shape[1]}, ${data.length} counts, saved as SciPy would: ${SOURCE}, ${size} bytes`,
  );
}

/** Runs one command, as a user would type it. */
async function cli(...args: string[]): Promise<void> {
  say(`   $ npx sparse-fanout ${args.join(' ')}`);
  const code = await main(args, environment);
  if (code !== 0) process.exit(code);
}

await buildSource();
say('\n2. Writing its rows as CSV: the deployed stack, run on this machine');
await rm(OUT, { recursive: true, force: true });
await cli('local', 'run', SOURCE, '--out', OUT, '--target-bytes', TARGET);
say('\n3. Reading every chunk again, and deriving some of them from the source again');
await cli('verify', OUT, '--source', SOURCE);
const { equal, line } = await compareWithGolden(join(OUT, 'data'));
say(`   ${line}`);
process.exitCode = equal ? 0 : 1;
say(`\nThe chunks are ${join(OUT, 'data', 'chunk-*.csv')}, in the order of the glosses;`);
say(`${join(OUT, '_manifest', 'manifest.json')} lists them with their rows and checksums.`);
