import { expect } from 'vitest';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { memoryObjectStore } from '#support/memory-object-store.ts';
import { askedTable, type ShortTable } from './asked-table.ts';
import { type PlannedTable, planned } from './convert-table.ts';

/** Contents by name, below `s3://b/`. */
export type Objects = Readonly<Record<string, string | Uint8Array>>;

/** Objects in memory. */
export function storeOf(objects: Objects): ObjectStore {
  const bytes = Object.entries(objects).map(([name, content]) => {
    return [
      `s3://b/${name}`,
      typeof content === 'string' ? Buffer.from(content) : content,
    ] as const;
  });
  return memoryObjectStore(Object.fromEntries(bytes));
}

/** Columns of the texts. */
export const SCHEMA = { id: 'integer', note: 'varchar', n: 'integer' };

/** Plans all objects as a table. */
export function planObjects(objects: Objects, short: ShortTable = {}): Promise<PlannedTable> {
  return planned(askedTable({ schema: SCHEMA, ...short }), storeOf(objects));
}

/** Expects the files to follow each other, from the begin of the first object to the end of all. */
export function tiles({ chunks, objects }: PlannedTable): void {
  expect(chunks[0]?.start).toEqual({ object: 0, at: 0 });
  expect(chunks.at(-1)?.end).toEqual({ object: objects.count, at: 0 });
  for (const [index, { start }] of chunks.slice(1).entries()) {
    expect(start).toEqual(chunks[index]!.end);
  }
  expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, index) => index));
}
