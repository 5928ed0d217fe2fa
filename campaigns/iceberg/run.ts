/**
 * `npm run campaign -- iceberg`: ten generations of a table in the deployed stack, and what readers
 * of Iceberg read of the snapshot of each.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { parseManifest } from '#core/manifest/manifest.ts';
import { LocalStack } from '#support/local-stack.ts';
import { pythonOf } from '#support/python/environment.ts';
import { tables } from './generations.ts';
import { openPlainDoor } from './plain-door.ts';

const EXIT_ABSENT = 3;

const here = (name: string) => join(import.meta.dirname, name);

/** Each of a program, with the packages that it needs; a reader prints one line a snapshot. */
const READERS = {
  others: { script: 'read_snapshots.py', requirements: 'requirements.txt' },
  duckdb: { script: 'duckdb_snapshots.py', requirements: 'requirements-duckdb.txt' },
  spark: { script: 'spark_snapshots.py', requirements: 'requirements-spark.txt' },
} as const;

/** A generation, as its manifest says what is in the table with it. */
interface Generation {
  readonly table: string;
  readonly isOfSpark: boolean;
  readonly generation: number;
  readonly metadata: string;
  readonly mode: string;
  readonly files: readonly string[];
  /** What the rows of files have in common, by their URIs; none of a table without partitions. */
  readonly partitions: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  readonly rows: number;
}

/** Writes all tables. @returns their generations that have metadata */
async function written(stack: LocalStack): Promise<readonly Generation[]> {
  const found: Generation[] = [];
  for (const { name: table, schema, sql, partitionBy, generations, isOfSpark } of tables()) {
    const uri = `s3://${stack.outputBucket}/iceberg/${table}/`;
    for (const [index, { mode, lines, companions }] of generations.entries()) {
      const source = await stack.putSource(`iceberg/${table}-${index}.jsonl`, Buffer.from(lines));
      const output = { uri, mode, companions, ...(partitionBy ? { partitionBy } : { files: 2 }) };
      const request = { source, schema, output, ...(sql && { transform: { sql } }) };
      await stack.runToSuccess(request);
      const text = (await stack.read(`${uri}_manifest/manifest.json`)).toString();
      const { generation, entries, totals, ...manifest } = parseManifest(text);
      const metadata = manifest.companions?.at(-1)?.uri;
      if (metadata === undefined) continue;
      const files = entries.map(({ url }) => url);
      const partitions = Object.fromEntries(
        entries.map(({ url, partition }) => [url, partition ?? {}]),
      );
      const own = { table, isOfSpark, generation, mode, metadata };
      found.push({ ...own, files, partitions, rows: totals.rows });
    }
  }
  return found;
}

/** What a script prints that is asked on its standard input. */
async function answerOf(python: string, script: string, asked: unknown): Promise<string> {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(asked));
  const said = await text(child.stdout);
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode === 0 ? said : `${said}WRONG: ${script} ended with ${child.exitCode}`;
}

const { only } = new Command('npm run campaign -- iceberg')
  .description('read the snapshots of ten generations by others')
  .option('--only <reader>', `one of ${Object.keys(READERS).join(', ')}`)
  .parse()
  .opts<{ readonly only?: string }>();

const stack = await LocalStack.start();
const door = await openPlainDoor(stack.s3);
try {
  const snapshots = await written(stack);
  console.log(`${snapshots.length} generations`);
  for (const [name, { script, requirements }] of Object.entries(READERS)) {
    if (only !== undefined && only !== name) continue;
    const python = await pythonOf({
      name: `iceberg-${name}`,
      pythons: ['3.12', '3.11', '3.13', '3.10'],
      requirements: here(requirements),
    });
    if (python === undefined) {
      console.error('there is no Python 3.10 to 3.13 here, so nothing was compared');
      process.exitCode = EXIT_ABSENT;
      break;
    }
    const said = await answerOf(python, here(script), { door: door.url, snapshots });
    console.log(said.trimEnd());
    if (said.includes('WRONG')) process.exitCode = 1;
  }
} finally {
  door.server.close();
  await stack.close();
}
