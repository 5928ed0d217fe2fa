import { withDeployment } from '#cli/deployment/deployment.ts';
import type { DeploymentOptions } from '#cli/deployment/deployment-options.ts';
import type { CommandIo } from '#cli/frame/command-io.ts';
import { printJobs } from '#cli/jobs/print-jobs.ts';

/** `jobs`: reads the ledger of a deployment. */
export async function jobsOfOutput(
  uri: string,
  options: DeploymentOptions & { readonly generation?: number; readonly failed?: true },
  io: CommandIo,
): Promise<void> {
  const { generation, failed } = options;
  await withDeployment(options, async ({ clients, places }) => {
    const { ledger: table } = await places();
    const place = { s3: clients.s3, dynamo: clients.dynamo, table };
    await printJobs(place, { uri, generation, failed }, io);
  });
}
