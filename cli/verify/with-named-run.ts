import { stat } from 'node:fs/promises';
import { withDeployment } from '#cli/deployment/deployment.ts';
import { type DeploymentOptions, machineOfExecution } from '#cli/deployment/deployment-options.ts';
import { isRunId, LATEST } from '#cli/options/run-argument.ts';
import { type StoredRun, withStoredRun } from '#cli/outputs/stored-run.ts';
import { findReportedRun } from '#cli/report/find-reported-run.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { usingS3Client } from '#cli/sources/s3-client.ts';
import { generationKey } from '#core/run/output-keys.ts';

/** A name that Step Functions gives an execution. */
const EXECUTION_NAME = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text names a run of a deployment: no place, and no directory that is there. */
async function namesRun(text: string): Promise<boolean> {
  const isName = isRunId(text) || text === LATEST || EXECUTION_NAME.test(text);
  if (!isName && machineOfExecution(text) === undefined) return false;
  return (await stat(text).catch(() => undefined)) === undefined;
}

/** Whether options say where S3 is, so that URIs are of that deployment. */
function isGiven({ local, profile, region, stack, stateMachine }: DeploymentOptions): boolean {
  return [local, profile, region, stack, stateMachine].some((option) => option !== undefined);
}

/**
 * Opens a finished run as {@link withStoredRun} does, or by what names it in a deployment. With a
 * deployment all that is read of S3 is read by its client.
 *
 * @throws {RunNotFound} the deployment has no such run.
 * @throws {ManifestError} there is no manifest, or it is of another version.
 */
export async function withNamedRun<T>(
  run: string,
  options: DeploymentOptions,
  signal: AbortSignal,
  use: (run: StoredRun) => Promise<T>,
): Promise<T> {
  const isName = await namesRun(run);
  if (!isName && !(isS3Uri(run) && isGiven(options))) return await withStoredRun(run, signal, use);
  return await withDeployment(
    options,
    async (deployment) => {
      const open = async () => {
        if (!isName) return await withStoredRun(run, signal, use);
        const { location, generation } = await findReportedRun(deployment, { run }, signal);
        const { bucket, prefix } = location;
        const manifest = `s3://${bucket}/${generationKey(prefix, generation)}`;
        return await withStoredRun(manifest, signal, use);
      };
      return await usingS3Client(deployment.clients.s3, open);
    },
    run,
  );
}
