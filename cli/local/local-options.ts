import type { ChunkingOptions } from '#cli/options/chunking-options.ts';
import type { Header, OutputOptions } from '#cli/options/output-options.ts';
import type { SourceFlags } from '#cli/options/source-options.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';

/** Options of `local run`. */
export interface LocalRunOptions extends OutputOptions, ChunkingOptions, SourceFlags {
  readonly out: string;
  readonly header: Header;
  readonly mode: OutputMode;
  readonly concurrency?: number;
  readonly state?: string;
}

/** Options of `local up`. */
export interface LocalUpOptions {
  readonly state: string;
}
