import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import type { Progress } from '#cli/frame/progress.ts';
import type { DryRun } from '#cli/local/dry-run.ts';
import type { RequestFields } from '#cli/options/request-file.ts';
import type { RunOutcome } from '#cli/outputs/run-outcome.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import type { MountedRequest } from './mount-sources.ts';

/** What `export` is asked to do, wherever it goes. */
export interface ExportJob extends MountedRequest {
  readonly mode: OutputMode;
  readonly functions: FunctionModules;
  readonly threads: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** How it ended. */
export type ExportEnd = Omit<RunOutcome, 'sample'> | DryRun;

/** Whether a request asks for a plan alone. */
export function isDryRun(request: RequestFields): boolean {
  return request['dryRun'] === true;
}
