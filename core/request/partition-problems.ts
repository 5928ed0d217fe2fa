import type { TableRequestBody } from './table-request-schema.ts';

/** What cannot be partitioned, or not yet, and what to do. */
const REFUSED = {
  mode: "output.mode is 'overwrite-partitions' without output.partitionBy, which says what partitions there are; name their columns, or say 'overwrite' to replace all rows",
  hive: 'output.companions has hive, whose list of files has no partitions; leave it out: with output.partitionBy the folders are those that MSCK REPAIR TABLE finds',
  source:
    'output.partitionBy is given with source.postgres, whose files are chunks of keys; write them to S3 first, and partition these files by another run',
  inbox:
    'output.partitionBy is given with source.inbox, whose batches are not partitioned yet; partition its files by another run',
  place:
    'output.partitionBy is given with output.format postgres, but a table of a database has no folders; leave it out',
};

/** What is wrong with a request that partitions; nothing of any other. */
export function partitionProblems({ source, output }: TableRequestBody): readonly string[] {
  if (output.partitionBy === undefined) {
    return output.mode === 'overwrite-partitions' ? [REFUSED.mode] : [];
  }
  const { companions = [] } = output;
  return [
    ...(companions.includes('hive') ? [REFUSED.hive] : []),
    ...(source.postgres === undefined ? [] : [REFUSED.source]),
    ...(source.inbox === undefined ? [] : [REFUSED.inbox]),
    ...(output.format === 'postgres' ? [REFUSED.place] : []),
  ];
}
