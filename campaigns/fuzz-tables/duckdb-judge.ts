import { join } from 'node:path';
import type { Engine } from '@sparse-fanout/engine';
import type { Answer, Question } from './python-judge.ts';

function sourceOf({ path, format, schema }: Question): string {
  const columns = Object.entries(schema).map(([name, type]) => `'${name}': '${type}'`);
  const listed = `auto_detect = false, columns = {${columns.join(', ')}}`;
  if (format === 'parquet') return `read_parquet('${path}')`;
  if (format === 'jsonl') {
    return `read_json('${path}', format = 'newline_delimited', records = 'true', ${listed})`;
  }
  const written = `delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false`;
  return `read_csv('${path}', header = true, ${written}, strict_mode = true, ${listed})`;
}

/** Reads the whole file as people do with DuckDB: by its own casts, without our proofs. */
export async function judgeByDuckDb(engine: Engine, question: Question): Promise<Answer> {
  const path = join(question.folder, 'duckdb.parquet');
  const columns = Object.entries(question.schema).map(
    ([name, type]) => `CAST(${name} AS ${type}) AS ${name}`,
  );
  const text = `SELECT ${columns.join(', ')} FROM ${sourceOf(question)}`;
  try {
    const form = { format: 'parquet', compression: 'none', rowGroupRows: 2048 } as const;
    await engine.writeSelect({ text }, { path, ...form });
    return { path };
  } catch (error) {
    return { reason: error instanceof Error ? error.message.slice(0, 200) : String(error) };
  }
}
