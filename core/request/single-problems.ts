import type { TableRequestBody } from './table-request-schema.ts';

/** What a table cannot be one object with, and what to do. */
const REFUSED = {
  zstd: "output.single is given with output.compression zstd, whose files cannot be made as long as parts must be; say 'gzip' or 'none'",
  partitions:
    'output.single is given with output.partitionBy, whose files lie in folders; give one of both',
  keys: 'output.single is given with chunking.keysWhole, which is about files; leave out one of both',
  inbox:
    'output.single is given with source.inbox, whose batches come one after the other; leave it out, and join their files by the command assemble',
  database:
    'output.single is given with source.postgres, whose rows may be others when they are read again, but parts are replaced; write files, and join them by the command assemble',
};

/** What is wrong with a request of one object; nothing of any other. */
export function singleProblems({ source, output, chunking }: TableRequestBody): readonly string[] {
  if (output.format !== 'csv' || output.single !== true) return [];
  return [
    ...(output.compression === 'zstd' ? [REFUSED.zstd] : []),
    ...(output.partitionBy === undefined ? [] : [REFUSED.partitions]),
    ...(chunking?.keysWhole === undefined ? [] : [REFUSED.keys]),
    ...(source.inbox === undefined ? [] : [REFUSED.inbox]),
    ...(source.postgres === undefined ? [] : [REFUSED.database]),
  ];
}
