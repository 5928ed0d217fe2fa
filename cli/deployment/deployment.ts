import { ListTagsForResourceCommand } from '@aws-sdk/client-sfn';
import { createDynamoClient, type DynamoDBClient } from '#aws/clients/dynamo.ts';
import { createS3Client, type S3Client } from '#aws/clients/s3.ts';
import type { ServiceChoice } from '#aws/clients/service.ts';
import { createStatesClient, type SFNClient } from '#aws/clients/states.ts';
import { UsageError } from '#cli/frame/usage-error.ts';
import { ANY_SUFFIX, TAGS, type TriggerKeys } from '#core/contract.ts';
import {
  type DeploymentOptions,
  deploymentWords,
  isStateMachineArn,
  type NamedDeployment,
  namedDeployment,
} from './deployment-options.ts';
import { explainSetup } from './setup-error.ts';
import { stackMachine } from './stack-machine.ts';

/** Clients of the services of a deployment. */
interface DeploymentClients {
  readonly states: SFNClient;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
}

/** What a deployment reads and writes, as the tags of its state machine say. */
interface DeploymentPlaces {
  readonly sourceBucket: string;
  readonly outputBucket: string;
  /** Name of the ledger's table. */
  readonly ledger: string;
  /** Keys whose objects start runs; undefined where none do. */
  readonly trigger: TriggerKeys | undefined;
}

/** A deployment, on AWS or in a local cloud, and clients for it. */
export interface Deployment {
  readonly stateMachineArn: string;
  readonly clients: DeploymentClients;
  /** Options that find it again, for a line to paste; empty for the default stack. */
  readonly words: string;
  /**
   * What it reads and writes. One ListTagsForResource, the first time.
   *
   * @throws {UsageError} the state machine does not say.
   */
  places(): Promise<DeploymentPlaces>;
}

/** A state machine, and clients that reach it. */
interface Reached {
  readonly stateMachineArn: string;
  readonly clients: DeploymentClients;
}

function clientsOf(choice: ServiceChoice): DeploymentClients {
  return {
    states: createStatesClient(choice),
    s3: createS3Client(choice),
    dynamo: createDynamoClient(choice),
  };
}

async function reachLocal(directory: string): Promise<Reached> {
  // Loaded only here: no other way to a deployment needs it.
  const { runningAccess } = await import('@sparse-fanout/local-cloud/running-access.ts');
  const { endpoints, region, credentials, caPem: ca, outputs } = await runningAccess(directory);
  const address = { region, credentials, ca };
  const stateMachineArn = outputs['StateMachineArn'];
  if (stateMachineArn === undefined) {
    throw new UsageError(`the local cloud on ${directory} has no output StateMachineArn`);
  }
  return {
    stateMachineArn,
    clients: {
      states: createStatesClient({ ...address, endpoint: endpoints.states }),
      s3: createS3Client({ ...address, endpoint: endpoints.s3 }),
      dynamo: createDynamoClient({ ...address, endpoint: endpoints.dynamodb }),
    },
  };
}

/** What helps whoever has no AWS at all. */
const OR_LOCAL = ', or give --local <directory> for a local cloud';

/** The Region of an ARN is that of its services, whatever the configuration says. */
function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

async function reach(named: NamedDeployment, choice: ServiceChoice): Promise<Reached> {
  if (named.kind === 'local') return await reachLocal(named.directory);
  if (named.kind === 'state-machine' && !isStateMachineArn(named.arn)) {
    throw new UsageError(
      `the ARN of a state machine looks like arn:aws:states:us-east-1:123456789012:stateMachine:Name, got ${JSON.stringify(named.arn)}`,
    );
  }
  const stateMachineArn =
    named.kind === 'stack' ? await stackMachine(named.name, choice) : named.arn;
  const region = choice.region ?? regionOf(stateMachineArn);
  return { stateMachineArn, clients: clientsOf({ ...choice, region }) };
}

async function readPlaces({ clients, stateMachineArn }: Reached): Promise<DeploymentPlaces> {
  const command = new ListTagsForResourceCommand({ resourceArn: stateMachineArn });
  const { tags = [] } = await clients.states.send(command);
  const values = new Map(tags.map(({ key, value }) => [key, value ?? '']));
  const tagOf = (key: string): string => {
    const value = values.get(key);
    if (value !== undefined) return value;
    throw new UsageError(
      `${stateMachineArn} has no tag ${key}; deploy it again with this version of sparse-fanout`,
    );
  };
  const sourceBucket = tagOf(TAGS.sourceBucket);
  const listed = values.get(TAGS.triggerSuffixes)?.split(' ');
  const suffixes = listed?.map((suffix) => (suffix === ANY_SUFFIX ? '' : suffix));
  const prefix = values.get(TAGS.triggerPrefix) ?? '';
  return {
    sourceBucket,
    outputBucket: tagOf(TAGS.outputBucket),
    ledger: tagOf(TAGS.ledger),
    trigger: suffixes && { bucket: sourceBucket, prefix, suffixes },
  };
}

/**
 * Finds the deployment that a command is about, gives it and its clients for as long as `use`
 * takes, and closes the clients.
 *
 * @param run what names the run, where the command has such an argument: the ARN of an execution
 * names its deployment, too.
 * @throws {UsageError} there is no such deployment.
 * @throws {LocalCloudNotRunning} no `local up` runs on that directory.
 * @throws {AwsSetupError} there is no Region, there are no credentials, or AWS does not take them.
 */
export async function withDeployment<T>(
  options: DeploymentOptions,
  use: (deployment: Deployment) => Promise<T>,
  run?: string,
): Promise<T> {
  const { profile, region } = options;
  const choice = { ...(profile && { profile }), ...(region && { region }) };
  try {
    const named = namedDeployment(options, process.env, run);
    const reached = await reach(named, choice);
    const { clients, stateMachineArn } = reached;
    let places: Promise<DeploymentPlaces> | undefined;
    const deployment: Deployment = {
      stateMachineArn,
      clients,
      words: deploymentWords(named, options, process.env),
      places() {
        places ??= readPlaces(reached);
        return places;
      },
    };
    try {
      return await use(deployment);
    } finally {
      for (const client of Object.values(clients)) client.destroy();
    }
  } catch (error) {
    throw explainSetup(error, options.local === undefined ? OR_LOCAL : '');
  }
}
