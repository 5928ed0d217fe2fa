import { type Command, Option } from 'commander';
import type { Chunking } from '#core/request/request-schema.ts';
import { parseCount, parseSize } from './argument-parsers.ts';

/** How rows are cut into chunks, as given on the command line: at most one of the two. */
export interface ChunkingOptions {
  readonly rowsPerChunk?: number;
  /** Bytes. */
  readonly targetBytes?: number;
}

/** Adds the options that decide how many chunks there are. */
export function addChunkingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--rows-per-chunk <n>', 'exact number of rows in every chunk but the last')
        .argParser(parseCount)
        .conflicts('targetBytes'),
    )
    .addOption(
      new Option(
        '--target-bytes <size>',
        'text that no chunk passes, such as 64MiB (default: 512MiB, of sparse gzip 8GiB)',
      ).argParser(parseSize),
    );
}

/** How the options say that rows are to be cut. */
function chunkingOf({ rowsPerChunk, targetBytes }: ChunkingOptions): Chunking {
  if (rowsPerChunk !== undefined) return { rows: rowsPerChunk };
  return targetBytes === undefined ? 'automatic' : { targetBytes };
}

/** The `chunking` section of a request, if there is one. */
export function chunkingSection(options: ChunkingOptions) {
  const chunking = chunkingOf(options);
  return chunking === 'automatic' ? {} : { chunking };
}
