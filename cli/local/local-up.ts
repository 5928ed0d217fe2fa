import { once } from 'node:events';
import { resolve } from 'node:path';
import type { LocalCloud } from '@sparse-fanout/local-cloud';
import type { Happening } from '@sparse-fanout/local-cloud/happening.ts';
import { type CommandIo, printResult, write } from '#cli/frame/command-io.ts';
import { createProgress } from '#cli/frame/progress.ts';
import { ownCode } from '#cli/options/own-code.ts';
import { createPage } from '#cli/page/create-page.ts';
import { clientVariables, shellLines } from './client-variables.ts';
import { happeningLine } from './describe-happening.ts';
import { createLocalClients, type LocalClients } from './local-clients.ts';
import { startStack } from './local-cloud-session.ts';
import type { LocalUpOptions } from './local-options.ts';

/** A local cloud that is up, and where its data and its pages are. */
interface Up {
  readonly cloud: LocalCloud;
  readonly stateDirectory: string;
  /** URL of the pages for a browser. */
  readonly page: string;
}

function summary({ cloud, stateDirectory, page }: Up): object {
  const { endpoints, region, credentials, caFile, outputs, logDirectory, notSimulated } = cloud;
  const variables = clientVariables(cloud);
  const access = { endpoints, region, credentials, caFile, variables };
  return { page, ...access, outputs, stateDirectory, logDirectory, notSimulated };
}

const aligned = (entries: readonly (readonly [string, string])[]): string =>
  entries.map(([name, value]) => `  ${name.padEnd(18)} ${value}`).join('\n');

function prose({ cloud, stateDirectory, page }: Up): string {
  const { endpoints, credentials, region, caFile, outputs, logDirectory } = cloud;
  const access = aligned([
    ['S3', endpoints.s3],
    ['DynamoDB', endpoints.dynamodb],
    ['Step Functions', endpoints.states],
    ['region', region],
    ['access key', credentials.accessKeyId],
    ['secret key', credentials.secretAccessKey],
    ['certificate', caFile],
    ['state', stateDirectory],
    ['function logs', logDirectory],
  ]);
  return `The local cloud is up; watch it in a browser: ${page}
Stand-ins on this machine, checked against AWS recordings; not AWS.

${access}

Outputs of the stack
${aligned(Object.entries(outputs))}

For the AWS CLI, boto3 and the SDKs, in another shell
${shellLines(clientVariables(cloud))}

Then a run starts with
aws s3 cp x.npz s3://${outputs['SourceBucketName']}/x.npz

Ctrl-C ends it; the same command finds everything again. What happens:`;
}

/** Prints what happens, one line each, from `start` on and as long as somebody reads. */
function createTeller({ stdout, json }: CommandIo) {
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const { promise: readerGone, reject } = Promise.withResolvers<never>();
  return {
    start,
    readerGone,
    tell(happening: Happening): void {
      if (json) return;
      const line = happeningLine(happening, new Date());
      started.then(() => write(stdout, `${line}\n`)).catch(reject);
    },
  };
}

/** Serves the pages about a local cloud. @returns their URL */
async function mountPage(cloud: LocalCloud, clients: LocalClients): Promise<string> {
  const { outputs } = cloud;
  const page = createPage({
    ...clients,
    table: outputs['LedgerTableName'] ?? '',
    stateMachineArn: outputs['StateMachineArn'] ?? '',
    outputBucket: outputs['OutputBucketName'] ?? '',
  });
  return await cloud.mount(page);
}

/**
 * Keeps the stack of this checkout up on this machine until Ctrl-C. Executions that run then are
 * aborted, and can be redriven after the next start.
 *
 * @throws {StateDirectoryInUse} another process works on the state directory.
 */
export async function localUp(options: LocalUpOptions, io: CommandIo): Promise<void> {
  const stateDirectory = resolve(options.state);
  const { tell, start, readerGone } = createTeller(io);
  const progress = createProgress(io);
  const site = { stateDirectory, observe: tell, own: await ownCode(options) };
  const cloud = await startStack(site, progress, io.signal);
  const clients = createLocalClients(cloud);
  try {
    io.signal.throwIfAborted();
    const stopped = once(io.signal, 'abort');
    const up = { cloud, stateDirectory, page: await mountPage(cloud, clients) };
    await printResult(io, summary(up), prose(up));
    start();
    await Promise.race([stopped, readerGone]);
  } finally {
    clients.close();
    await cloud.close();
  }
}
