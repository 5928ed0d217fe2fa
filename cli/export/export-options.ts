import type { LocalRunOptions } from '#cli/local/local-options.ts';

/** Options of `export`. One that was not given is absent. */
export interface ExportOptions
  extends Omit<LocalRunOptions, 'state' | 'sample' | 'postgres' | 'transforms' | 'concurrency'> {
  readonly threads?: number;
}
