import type { ChunkingOptions } from '#cli/options/chunking-options.ts';
import type { GivenTransforms } from '#cli/options/file-transforms.ts';
import type { FunctionsFlag } from '#cli/options/functions-option.ts';
import type { Header, OutputOptions } from '#cli/options/output-options.ts';
import type { PostgresFlag } from '#cli/options/postgres-option.ts';
import type { SourceFlags } from '#cli/options/source-options.ts';
import type { TransformFlag } from '#cli/options/transform-option.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';

/** Options of `local run`. One that was not given is absent. */
export interface LocalRunOptions
  extends OutputOptions<string>,
    ChunkingOptions,
    SourceFlags<string>,
    TransformFlag,
    PostgresFlag {
  readonly out: string;
  /** A whole request, in a file. */
  readonly request?: string;
  readonly header?: Header;
  readonly mode?: OutputMode;
  readonly concurrency?: number;
  /** Dollars and minutes that the run may be expected to take. */
  readonly maxCost?: number;
  readonly maxMinutes?: number;
  readonly state?: string;
  /** Plans, and writes nothing. */
  readonly dryRun?: true;
  /** File with the schema of a table. */
  readonly schema?: string;
  /** Bytes of a file of a table. */
  readonly targetFileSize?: number;
  readonly files?: number;
  readonly onBadRow?: string;
  /** Rows of the source that a test run takes. */
  readonly sample?: number;
  readonly transforms?: GivenTransforms;
}

/** Options of `local up`. */
export interface LocalUpOptions extends FunctionsFlag, PostgresFlag {
  readonly state: string;
  readonly transforms?: GivenTransforms;
}
