import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import { s3OutputRecords } from '#aws/output-records.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { placeRun, type UnplacedRun } from '#core/manifest/place-run.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { wingOf } from '#core/request/wing.ts';
import { bindRun } from '#core/run/bind-run.ts';
import { bindTable, type TableDeployment } from '#core/run/bind-table.ts';
import type { OutputSpec } from '#core/run/run-output.ts';
import type { Expectations } from '#core/sparse/expectations.ts';
import type { WatchedRun } from './watch-run.ts';

/** The run of a request, as far as its output is concerned. */
export interface FoundRun extends UnplacedRun {
  readonly output: OutputSpec;
  readonly expect: Expectations;
}

/**
 * Finds the run that a request stands for, as Plan will. Sends the requests that bind it.
 *
 * @throws {SourceNotFoundError} the source does not exist.
 */
export async function findRun(
  client: S3Client,
  request: unknown,
  deployment: Omit<TableDeployment, 'engine'>,
): Promise<FoundRun> {
  const store = s3ObjectStore(client);
  if ((await wingOf(request, store)) === 'table') {
    const bound = await bindTable(request, { ...deployment, engine: engineVersion() }, store);
    const { runId, location } = bound;
    const { place, expect } = bound.request;
    return { runId, location, mode: place.mode, output: tableSpecOf(bound.request), expect };
  }
  const bound = await bindRun(request, deployment, store);
  const { runId, location } = bound;
  const { mode, spec } = bound.request.output;
  return { runId, location, mode, output: spec, expect: bound.request.expect };
}

/**
 * Finds where a run will write, as Plan will.
 *
 * @returns undefined when the run is in its output already.
 * @throws {OutputConflictError} the output belongs to another run, or is being written by one.
 */
export async function placeInS3(client: S3Client, run: FoundRun): Promise<WatchedRun | undefined> {
  const { runId, location, output } = run;
  const placement = await placeRun(run, s3OutputRecords(client, location));
  return 'published' in placement ? undefined : { runId, location, output, ...placement };
}
