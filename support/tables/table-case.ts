import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';

const option = {
  delimiter: z.optional(z.string()),
  nullText: z.optional(z.array(z.string())),
  byName: z.optional(z.boolean()),
  compression: z.optional(z.enum(['gzip', 'zstd'])),
  onBadRow: z.optional(z.literal('reject')),
};

const answer = z.object({
  /** File with the right rows. */
  parquet: z.optional(z.string()),
  /** Words that the refusal must name: all of them; `a|b` is either. */
  refused: z.optional(z.string()),
  rejects: z.optional(z.number()),
});

const tableCase = z.object({
  id: z.string(),
  inputs: z.array(z.string()),
  format: z.enum(['csv', 'jsonl', 'parquet']),
  options: z.object(option),
  schema: z.record(z.string(), z.string()),
  expected: answer,
  alsoRight: z.optional(answer),
  partitionBy: z.optional(z.array(z.string())),
  keysWhole: z.optional(z.array(z.string())),
  sql: z.optional(z.string()),
});

/** A small table of a pack, and how it is to be read. */
export type TableCase = z.infer<typeof tableCase>;

/** What is asked of the inputs of a table. */
export type TableReading = Pick<TableCase, 'format' | 'options' | 'schema' | 'sql'>;

/** The cases of a pack. */
export function readCases(pack: string): readonly TableCase[] {
  const given: unknown = JSON.parse(readFileSync(join(pack, 'cases.json'), 'utf8'));
  return z.array(tableCase).parse(given);
}

/** The inputs of a case in memory, by their names. */
export function openInputs(pack: string, { inputs }: TableCase): ObjectStore {
  const objects = inputs.map((input) => [input, readFileSync(join(pack, input))] as const);
  return memoryObjectStore(Object.fromEntries(objects));
}
