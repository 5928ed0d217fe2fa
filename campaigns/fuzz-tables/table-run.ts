import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import type { RunResult } from '#campaigns/fuzz/fuzz-run.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readTable, rowsOf, type TableEnd } from '#support/tables/read-table.ts';
import { judgeByDuckDb } from './duckdb-judge.ts';
import type { FuzzFormat } from './make-table.ts';
import { type Answer, PythonJudge } from './python-judge.ts';
import { type TableInput, tableInput } from './table-input.ts';

/** What is read, by whom, and where. */
export interface TableFuzz {
  readonly format: FuzzFormat;
  readonly seed: number;
  /** With PyArrow and Polars; without it DuckDB judges alone. */
  readonly python?: string | undefined;
  readonly directory: string;
}

/** A table that was read, before it is judged. */
export interface ReadTable {
  readonly input: TableInput;
  readonly end: TableEnd;
  readonly milliseconds: number;
}

/** The rows of each judge as lines, or why it has none. */
export type Verdicts = Readonly<Record<string, readonly string[] | string>>;

const ENGINE_BYTES = 300e6;

/** What the judges are given: the text of a gzip file, since DuckDB does not prove it. */
function plainBytes({ compression, bytes }: TableInput): Uint8Array | undefined {
  if (compression === undefined) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

/** Reads tables one after the other, and has them judged. */
export class TableFuzzer {
  readonly #fuzz: TableFuzz;
  readonly #python: PythonJudge | undefined;
  #engine: Engine | undefined;

  constructor(fuzz: TableFuzz) {
    this.#fuzz = fuzz;
    this.#python = fuzz.python === undefined ? undefined : new PythonJudge(fuzz.python);
  }

  /** Makes the table of a run, and reads it as writers do. */
  async read(run: number): Promise<ReadTable> {
    const { format, seed, directory } = this.#fuzz;
    // An engine that met damaged pages may be of no more use.
    this.#engine?.close();
    this.#engine = await openEngine({ directory, memoryBytes: ENGINE_BYTES });
    const input = await tableInput(format, { seed, run }, this.#engine, directory);
    const began = performance.now();
    const { name, bytes, schema, compression, sliceBytes } = input;
    const asked = { format, schema, options: compression === undefined ? {} : { compression } };
    const place = { directory: join(directory, 'ours'), sliceBytes };
    const end = await readTable([memorySource(bytes, name)], asked, place);
    return { input, end, milliseconds: performance.now() - began };
  }

  /** Has the judges read the table of a run. */
  async judge({ input }: ReadTable): Promise<Verdicts> {
    const bytes = plainBytes(input);
    if (bytes === undefined) return { gunzip: 'not whole' };
    const folder = join(this.#fuzz.directory, 'judges');
    await mkdir(folder);
    try {
      const path = join(folder, `table.${input.format}`);
      await writeFile(path, bytes);
      const question = { path, format: input.format, schema: input.schema, folder };
      const duckdb = await judgeByDuckDb(this.#engine!, question);
      const others = (await this.#python?.judge(question)) ?? {};
      const answers = Object.entries({ duckdb, ...others });
      const verdicts = answers.map(async ([who, answer]) => [who, await this.#rows(answer)]);
      return Object.fromEntries(await Promise.all(verdicts));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  /** The rows without the types of the columns. */
  async #rows(answer: Answer): Promise<readonly string[] | string> {
    if ('reason' in answer) return answer.reason;
    const [, ...rows] = await rowsOf(this.#engine!, [answer.path]);
    return rows;
  }

  close(): void {
    this.#engine?.close();
    this.#python?.close();
  }
}

type Comparison = Pick<RunResult, 'comparison' | 'reason'>;

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((row, k) => row === other[k]);
}

/**
 * Compares rows with those of the judges. It is a difference where all judges that have rows, two
 * or more, agree on others; where they do not agree, one of them must have ours.
 *
 * They are known not to agree on: short records (Polars: NULL), a quote that is not closed (PyArrow
 * reads on), an empty field too many (DuckDB drops it), quoted null texts (PyArrow: a text), a
 * carriage return alone, blanks around quotes, 3.7 into an integer and 1.005 into two places
 * (DuckDB rounds), `1_000`, `1e5`, `+1`, `f` and `yes`, offsets (DuckDB drops them), a JSON key
 * twice (Polars: the first), half of a surrogate pair, and decimals in JSON (DuckDB: by a double).
 */
export function compareRows(end: TableEnd, verdicts: Verdicts): Comparison {
  const readers = Object.entries(verdicts).flatMap(([who, rows]) =>
    typeof rows === 'string' ? [] : [{ who, rows }],
  );
  const [first] = readers;
  const isAgreed = first !== undefined && readers.every(({ rows }) => isSame(rows, first.rows));
  const names = readers.map(({ who }) => who).join(', ');
  if (end.end !== 'accepted') {
    const isAll = isAgreed && readers.length === Object.keys(verdicts).length;
    return { comparison: isAll ? 'library reads' : 'both refuse' };
  }
  const [, ...ours] = end.rows;
  if (readers.some(({ rows }) => isSame(rows, ours))) return { comparison: 'equal' };
  if (isAgreed && readers.length > 1) return { comparison: 'different' };
  const reasons = Object.entries(verdicts).flatMap(([who, rows]) =>
    typeof rows === 'string' ? [`${who}: ${rows.slice(0, 60)}`] : [],
  );
  if (first === undefined) return { comparison: 'library refuses', reason: reasons.join(' | ') };
  return { comparison: 'library refuses', reason: `OTHER ROWS ${names} ${reasons.join(' | ')}` };
}

/** The result of a run. */
export function resultOf({ input, end, milliseconds }: ReadTable, verdicts: Verdicts): RunResult {
  const { name, message } = end.end === 'accepted' ? { name: '', message: '' } : end;
  const group = `${input.format}${input.compression === undefined ? '' : ' gzip'}`;
  const compared = compareRows(end, verdicts);
  return { run: input.run, group, end: end.end, name, message, milliseconds, ...compared };
}
