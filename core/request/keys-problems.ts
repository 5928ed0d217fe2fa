import type { TableRequestBody } from './table-request-schema.ts';

/** What keys cannot be whole with, or not yet, and what to do. */
const REFUSED = {
  rows: 'chunking.rows is given with chunking.keysWhole, whose chunks end where keys do; leave out rows, and say by output.targetFileBytes how large chunks shall be',
  files:
    'output.files is given with chunking.keysWhole, but how many chunks there are follows from the keys; give output.targetFileBytes',
  partitions:
    'output.partitionBy is given with chunking.keysWhole; give one of both, and partition what this run writes by another run',
  inbox:
    'chunking.keysWhole is given with source.inbox, whose batches each have rows of any key; give it to another run over the files of the inbox',
  place:
    'chunking.keysWhole is given with output.format postgres and objects as source; write files first, and load these by another run',
};

function sameNames(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, at) => name === others[at]);
}

/** The rows of a database come by keys anyway: what a request may say is that these are wanted. */
function databaseProblems(
  keysWhole: readonly string[],
  { key }: { readonly key: readonly string[] },
): readonly string[] {
  if (sameNames(keysWhole, key)) return [];
  return [
    `chunking.keysWhole is ${JSON.stringify(keysWhole)}, but the rows of source.postgres are read by its key ${JSON.stringify(key)}; give both the same columns in the same order`,
  ];
}

/** What is wrong with a request that keeps keys whole; nothing of any other. */
export function keysProblems({ source, output, chunking }: TableRequestBody): readonly string[] {
  const { keysWhole, rows } = chunking ?? {};
  if (keysWhole === undefined) return [];
  const partitions = output.partitionBy === undefined ? [] : [REFUSED.partitions];
  if (source.postgres !== undefined) {
    return [...partitions, ...databaseProblems(keysWhole, source.postgres)];
  }
  return [
    ...partitions,
    ...(rows === undefined ? [] : [REFUSED.rows]),
    ...(output.files === undefined ? [] : [REFUSED.files]),
    ...(source.inbox === undefined ? [] : [REFUSED.inbox]),
    ...(output.format === 'postgres' ? [REFUSED.place] : []),
  ];
}
