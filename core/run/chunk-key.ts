import { partitionFolder } from '#core/tables/partition/partition-folder.ts';
import { chunkKeyBy } from './chunk-name.ts';
import type { PlannedChunk } from './planned-chunk.ts';
import type { RunHeader } from './run-header.ts';
import { type OutputSpec, outputOf } from './run-output.ts';

/** Columns whose values are folders above the chunks of an output. */
export function partitionColumns(output: OutputSpec): readonly string[] {
  return output.kind === 'table' ? (output.partitionBy ?? []) : [];
}

/** Key of a chunk of a run of either wing that is not partitioned; see {@link chunkKeyBy}. */
export function chunkKey(
  run: Pick<RunHeader, 'location' | 'output' | 'base'>,
  index: number,
): string {
  return chunkKeyBy(outputOf(run.output), run, index);
}

/** Folders of the partition of a planned chunk, such as `day=2026-11-29/`; else nothing. */
export function folderOfChunk({ output }: Pick<RunHeader, 'output'>, chunk: PlannedChunk): string {
  if (!('partition' in chunk) || chunk.partition === undefined) return '';
  return partitionFolder(partitionColumns(output), chunk.partition);
}

/** Key of a planned chunk of a run of either wing; see {@link chunkKeyBy}. */
export function keyOfChunk(
  run: Pick<RunHeader, 'location' | 'output' | 'base'>,
  chunk: PlannedChunk,
): string {
  return chunkKeyBy(outputOf(run.output), run, chunk.index, folderOfChunk(run, chunk));
}
